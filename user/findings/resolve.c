// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "findings/callchain.h"
#include "findings/finding.h"
#include "findings/resolve_frame.h"
#include "kernel/dialect/dialect.h"
#include "kernel/helper.h"
#include "kernel/inode_path.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/physaddr.h"
#include "kernel/syscalls.h"

#define PAGE_OFFSET 0xfff

/* --- who and where -------------------------------------------------------------- */

static void thread__resolve(const struct pks_finding *raw, struct resolved_thread *out)
{
	*out = (struct resolved_thread){ .tid = raw->tid,
					 .tgid = raw->tgid,
					 .cpu = raw->cpu,
					 .context = context__row(raw->context)->name,
					 .interrupted = raw->context != PKS_TASK,
					 .count = raw->count };
	memcpy(out->comm, raw->comm, PKS_COMM);
}

/* The key that the register is read for: that of the page, or else of the windows. */
static __u32 finding__mask(const struct resolver *r, const struct pks_finding *raw)
{
	bool told = class__row(raw->class)->has_cause && raw->pkey && raw->pkey < PKS_PKEYS;

	return told ? pkey__mask(raw->pkey) : r->dialect->facts.pkey_mask;
}

static void pkrs__resolve(__u32 value, __u32 mask, bool fits, struct resolved_pkrs *out)
{
	if (!mask)
		return;
	*out = (struct resolved_pkrs){ .known = true,
				       .value = value,
				       .fits = fits,
				       .pkey = finding__pkey(mask),
				       .rights = finding__rights(value, mask) };
}

static void page__resolve(const struct pks_finding *raw, struct resolved_page *out)
{
	__u64 physical = raw->phys ? raw->phys + (raw->address & PAGE_OFFSET) : raw->pgmap_start;

	if (!physical)
		return;
	*out = (struct resolved_page){ .known = true,
				       .physical = physical,
				       .whole_pgmap = !raw->phys };
	pmem__describe(physical, out->where, sizeof(out->where));
}

static void file__resolve(const struct pks_finding *raw, struct resolved_file *out)
{
	unsigned int major = finding__dev_major(raw), minor = finding__dev_minor(raw);

	if (!raw->ino)
		return;
	out->inode = raw->ino;
	out->page = raw->index;
	paths__device(major, minor, out->device, sizeof(out->device));
	snprintf(out->number, sizeof(out->number), "%u:%u", major, minor);
	if (!paths__find("/proc", raw->tgid, major, minor, raw->ino, out->path, sizeof(out->path)))
		out->path[0] = 0;
}

static void boundary__resolve(const struct resolver *r, const struct pks_finding *raw,
			      struct resolved_finding *out)
{
	const struct boundary_row *row = boundary__row(raw->boundary);

	if (!raw->boundary)
		return;
	out->boundary = row->name;
	if (row->of == OF_SYSCALL)
		snprintf(out->boundary_of.text, sizeof(out->boundary_of.text), "%s",
			 syscall__name(raw->arg));
	else if (row->of == OF_FUNCTION)
		place__resolve(r, raw->arg, 0, &out->boundary_of);
}

static void link__resolve(const struct resolver *r, const struct model_link *link,
			  struct resolved_link *out)
{
	const struct class_row *row = class__row(link->class);

	if (!link->time)
		return;
	out->time = link->time;
	out->class = row->name;
	place__resolve(r, link->place, row->primary == ROLE_ACCESSED ? 0 : SYMBOL_RETURN, &out->in);
}

__u64 resolve__user(struct symbols *symbols, const struct model_stack *stack, const char **through)
{
	struct symbol symbol;

	*through = NULL;
	for (unsigned int i = 0; i < stack->nr; i++) {
		if (symbols__find(symbols, stack->address[i], SYMBOL_RETURN, &symbol))
			break;
		if (!helper__is(symbol.name))
			return *through ? stack->address[i] : 0;
		*through = symbol.name;
	}
	*through = NULL;
	return 0;
}

void resolve__culprit(const struct resolver *r, const struct model_finding *f,
		      struct resolved_place *out, const char **through)
{
	enum finding_role primary = class__row(f->raw.class)->primary;
	struct finding_stack stack;
	unsigned int flags;
	__u64 culprit = finding__culprit(f, &flags), user = 0;

	*through = NULL;
	if (flags && finding__stack(r->symbols, f, primary, &stack))
		user = resolve__user(r->symbols, &stack.frames, through);
	place__resolve(r, user ?: culprit, flags, out);
}

/* --- stacks ----------------------------------------------------------------------- */

static const char *const role_keys[NR_ROLES] = {
	[ROLE_ACCESSED] = "accessed_by",
	[ROLE_GRANTED] = "granted_by",
	[ROLE_REVOKED] = "revoked_by",
	[ROLE_SIBLING] = "also",
	[ROLE_MOMENT] = "at",
};

/* An address in a stack is a return address, but for the one of an exception. */
static unsigned int frame__flags(const struct finding_stack *stack, unsigned int at)
{
	return stack->frames.address[at] == stack->exact ? 0 : SYMBOL_RETURN;
}

static const char *stack__title(const struct model_finding *f, enum finding_role role)
{
	const struct class_stack *stack = &class__row(f->raw.class)->stack[role];
	const char *title = role == ROLE_REVOKED ? cause__row(f->raw.cause)->revoked_title : NULL;

	if (stack->source == STACK_FOLLOWED && f->follows.class == PKS_CROSS_THREAD)
		title = "Key left open by the exit of the interrupt that revoked the window";
	if (role == ROLE_REVOKED && f->raw.siblings)
		title = "One of them revoked by";
	return title ?: stack->title;
}

/* What the reader has to know of a stack beside its title. */
static void stack__remark(const struct finding_stack *stack, const char *remark,
			  struct resolved_stack *out)
{
	const char *of = stack->another ? "of another window granted at the same call site" :
			 stack->earlier ? "stack of an earlier call from the same call site" :
					  NULL;

	snprintf(out->remark, sizeof(out->remark), "%s%s%s", remark ?: "", remark && of ? "; " : "",
		 of ?: "");
}

static void stack__resolve(const struct resolver *r, const struct model_finding *f,
			   enum finding_role role, const struct finding_stack *stack,
			   struct resolved_stack *out)
{
	out->key = role_keys[role];
	out->title = stack__title(f, role);
	out->earlier = stack->earlier;
	out->another = stack->another;
	out->cut = stack->frames.cut;
	out->nr = stack->frames.nr;
	stack__remark(stack, class__row(f->raw.class)->stack[role].remark, out);
	for (unsigned int i = 0; i < out->nr; i++)
		frame__resolve(r, stack->frames.address[i], frame__flags(stack, i), i == 0,
			       &out->frame[i]);
}

static void stacks__resolve(const struct resolver *r, const struct model_finding *f,
			    struct resolved_finding *out)
{
	struct finding_stack stack;

	for (int role = 0; role < NR_ROLES; role++)
		if (finding__stack(r->symbols, f, role, &stack))
			stack__resolve(r, f, role, &stack, &out->stack[out->nr_stacks++]);
}

/* The frames of a stack frame: those inlined there and its own. Returns how many. */
static unsigned int frame__suppress(const struct resolver *r, __u64 address, unsigned int flags,
				    struct suppress_frame *out)
{
	struct resolved_frame frame;
	unsigned int nr = 0;

	frame__resolve(r, address, flags, false, &frame);
	for (; nr < frame.nr_inlined; nr++)
		out[nr] = (struct suppress_frame){ .function = frame.inlined[nr].function,
						   .module = frame.module,
						   .inlined = true };
	out[nr++] = (struct suppress_frame){ .function = frame.function, .module = frame.module };
	return nr;
}

unsigned int resolve__suppression(const struct resolver *r, const struct model_finding *f)
{
	struct suppress_frame frames[PKS_STACK_DEPTH * (INLINED_MAX + 1)];
	struct finding_stack stack;
	unsigned int nr = 0;

	if (!suppress__count(r->suppress))
		return 0;
	finding__stack(r->symbols, f, class__row(f->raw.class)->primary, &stack);
	for (unsigned int i = 0; i < stack.frames.nr; i++)
		nr += frame__suppress(r, stack.frames.address[i], frame__flags(&stack, i),
				      frames + nr);
	return suppress__match(r->suppress, f->raw.class, f->raw.cause, frames, nr);
}

void resolve__modules(const struct resolver *r, const struct model_finding *f,
		      void (*fn)(void *arg, const char *module), void *arg)
{
	struct finding_stack stack;
	struct symbol symbol;

	for (int role = 0; role < NR_ROLES; role++) {
		if (!finding__stack(r->symbols, f, role, &stack))
			continue;
		for (unsigned int i = 0; i < stack.frames.nr; i++)
			if (!symbols__find(r->symbols, stack.frames.address[i], 0, &symbol) &&
			    symbol.module)
				fn(arg, symbol.module);
	}
}

/* --- a finding ---------------------------------------------------------------------- */

static void remark__add(struct resolved_finding *out, const char *text)
{
	if (text && out->nr_remarks < RESOLVED_REMARKS)
		snprintf(out->remark[out->nr_remarks++], sizeof(out->remark[0]), "%s", text);
}

/* A revoke that takes the count below zero: of which thread. The idle tasks share a number. */
static void remark__poison(const struct pks_finding *raw, struct resolved_finding *out)
{
	char text[PLACE_TEXT], whose[48];

	snprintf(whose, sizeof(whose), raw->tid ? "thread %u" : "the idle task of CPU %u",
		 raw->tid ?: raw->cpu);
	snprintf(text, sizeof(text),
		 "The next grant of %s is poisoned: its window will not open access", whose);
	remark__add(out, text);
}

/* An interrupt took one from the count of the thread that it hit, and from nothing else. */
static void remark__interrupted(const struct resolver *r, const struct pks_finding *raw,
				struct resolved_finding *out)
{
	__u32 mask = r->dialect->facts.pkey_mask;

	if (!(raw->revoked.flags & PKS_ORIGIN_INTERRUPTED))
		remark__add(out, "The count is that of the interrupted thread, which has one "
				 "window less from here on");
	else if (raw->count == 1 && mask && raw->pkrs &&
		 (raw->pkrs & mask) == r->dialect->facts.pkey_default)
		remark__add(out, "The interrupt's exit restores the thread's key, open with no "
				 "window: further stray accesses go unseen (residue)");
}

/* Which of several windows on one page was closed, the revoke does not tell. */
static void remark__siblings(const struct pks_finding *raw, struct resolved_finding *out)
{
	char text[PLACE_TEXT];

	if (!raw->siblings)
		return;
	snprintf(text, sizeof(text),
		 "1 of %u windows of this %s is open; this one is the better guess, for the revoke "
		 "came from nearer to the other",
		 raw->siblings + 1, out->page.whole_pgmap ? "device" : "page");
	remark__add(out, text);
}

static void remarks__resolve(const struct resolver *r, const struct pks_finding *raw,
			     struct resolved_finding *out)
{
	const struct class_row *row = class__row(raw->class);

	if (row->poisons && raw->count <= 0 && dialect__has_pgmaps(r->dialect))
		remark__poison(raw, out);
	else if (row->poisons && raw->count > 0 && raw->context != PKS_TASK)
		remark__interrupted(r, raw, out);
	if (raw->context != PKS_TASK)
		remark__add(out, row->if_interrupt);
	if (!raw->granted.caller)
		remark__add(out, row->if_not_granted);
	remark__siblings(raw, out);
}

static void access__resolve(const struct resolver *r, const struct pks_finding *raw,
			    struct resolved_finding *out)
{
	out->access = raw->write ? "write" : "read";
	out->fault_mode = fault_mode__name(dialect__fault_mode(r->dialect));
	out->let_through = !raw->fatal;
}

static const char *finding__meaning(const struct pks_finding *raw)
{
	bool interrupted = raw->revoked.flags & PKS_ORIGIN_INTERRUPTED;
	const struct cause_row *cause = cause__row(raw->cause);
	const struct class_row *row = class__row(raw->class);

	if (!raw->cause)
		return (interrupted ? row->if_interrupted : NULL) ?: row->meaning;
	if (interrupted && cause->if_interrupted)
		return cause->if_interrupted;
	if ((raw->granted.flags & PKS_ORIGIN_OF_PGMAP) && cause->of_pgmap)
		return cause->of_pgmap;
	return cause->meaning;
}

static void finding__facts(const struct resolver *r, const struct model_finding *f,
			   struct resolved_finding *out)
{
	const struct pks_finding *raw = &f->raw;
	const struct class_row *row = class__row(raw->class);
	const struct pks_facts *facts = &r->dialect->facts;
	__u32 mask = finding__mask(r, raw);

	out->time = raw->time;
	out->class = row->name;
	out->cause = raw->cause ? cause__row(raw->cause)->name : NULL;
	out->meaning = finding__meaning(raw);
	out->by_device = raw->granted.flags & PKS_ORIGIN_OF_PGMAP;
	out->address = raw->address;
	/* What was accessed is a page, whatever windows are on. */
	out->by_page = facts->key == PKS_KEY_PAGE || row->has_cause;
	out->key = raw->key;
	out->expected = finding__expected_phys(raw, r->dialect->page_struct);
	out->held = raw->held;
	out->other_tid = raw->other_tid;
	out->holds = raw->other_tid && row->other == OTHER_HOLDS_WINDOW;
	out->unsure = raw->unsure;
	out->of_revoke = row->of_revoke;
	if (row->has_cause)
		access__resolve(r, raw, out);
	if (raw->pkrs)
		pkrs__resolve(raw->pkrs, mask, finding__pkrs_fits(raw, mask), &out->pkrs);
}

void resolve__finding(const struct resolver *r, const struct model_finding *f,
		      struct resolved_finding *out)
{
	memset(out, 0, sizeof(*out));
	finding__facts(r, f, out);
	resolve__culprit(r, f, &out->in, &out->through);
	boundary__resolve(r, &f->raw, out);
	page__resolve(&f->raw, &out->page);
	file__resolve(&f->raw, &out->file);
	link__resolve(r, &f->follows, &out->follows);
	thread__resolve(&f->raw, &out->thread);
	remarks__resolve(r, &f->raw, out);
	resolve__cause(r, &f->raw, out);
	resolve__sentence(r, &f->raw, out);
	stacks__resolve(r, f, out);
}

/* --- a thread inside a window --------------------------------------------------------- */

static enum snapshot_state inside__state(const struct pks_inside *thread)
{
	if (thread->count > 0)
		return SNAPSHOT_INSIDE;
	return thread->count < 0 ? SNAPSHOT_OVER_REVOKED : SNAPSHOT_KEY_OPEN;
}

const char *snapshot__state_name(enum snapshot_state state)
{
	static const char *const names[NR_SNAPSHOT_STATES] = {
		[SNAPSHOT_INSIDE] = "inside",
		[SNAPSHOT_OVER_REVOKED] = "over-revoked",
		[SNAPSHOT_KEY_OPEN] = "key-open",
	};

	return names[state];
}

void resolve__inside(const struct resolver *r, const struct pks_inside *thread,
		     struct resolved_inside *out)
{
	struct model_stack stack;

	memset(out, 0, sizeof(*out));
	out->thread.tid = thread->tid;
	out->thread.tgid = thread->tgid;
	out->thread.count = thread->count;
	memcpy(out->thread.comm, thread->comm, PKS_COMM);
	out->state = inside__state(thread);
	out->running = thread->running;
	pkrs__resolve(thread->pkrs, r->dialect->facts.pkey_mask, true, &out->pkrs);
	stack.nr = thread->nr_stack < PKS_STACK_DEPTH ? thread->nr_stack : PKS_STACK_DEPTH;
	memcpy(stack.address, thread->stack, stack.nr * sizeof(stack.address[0]));
	stack__drop_tracers(r->symbols, &stack);
	out->nr = stack.nr;
	for (unsigned int i = 0; i < out->nr; i++)
		frame__resolve(r, stack.address[i], SYMBOL_RETURN, false, &out->frame[i]);
}
