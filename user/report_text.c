// SPDX-License-Identifier: GPL-2.0-only
/* The text that people read: worded and laid out as they know it from KASAN. */
#include <inttypes.h>
#include <string.h>

#include "classes.h"
#include "dialect.h"
#include "pmem.h"
#include "report.h"
#include "source.h"
#include "stack.h"
#include "symbols.h"
#include "syscalls.h"

#define RULE "=================================================================="
#define NAME 160

/* Kernel dev_t, include/linux/kdev_t.h. */
#define DEV_MAJOR(dev) ((dev) >> 20)
#define DEV_MINOR(dev) ((dev)&0xfffff)

static const char *function_at(const struct report *r, __u64 address, unsigned int flags, char *name)
{
	symbols__format(r->symbols, address, flags, name, NAME);
	return name;
}

static const char *time_text(__u64 ns, char *text, size_t size)
{
	if (ns < 10000)
		snprintf(text, size, "%" PRIu64 " ns", (uint64_t)ns);
	else if (ns < 10000000)
		snprintf(text, size, "%.1f us", ns / 1e3);
	else if (ns < 10000000000)
		snprintf(text, size, "%.1f ms", ns / 1e6);
	else
		snprintf(text, size, "%.1f s", ns / 1e9);
	return text;
}

/* Inlined frames first, each marked, as addr2line -i has them. */
static void frame__print(const struct report *r, __u64 address, unsigned int flags)
{
	struct source_line lines[8];
	char name[NAME];
	int n = 0;

	if (r->source)
		n = source__lines(r->source, address, flags, lines, 8);
	for (int i = 0; i + 1 < n; i++)
		fprintf(r->out, " [inlined] %s %s:%u\n", lines[i].function, lines[i].file,
			lines[i].line);
	fprintf(r->out, " %s", function_at(r, address, flags, name));
	if (n > 0)
		fprintf(r->out, " %s:%u", lines[n - 1].file, lines[n - 1].line);
	fputc('\n', r->out);
}

static void stack__print(const struct report *r, const struct model_stack *stack,
			 unsigned int first, __u64 exact)
{
	for (unsigned int i = first; i < stack->nr; i++)
		frame__print(r, stack->address[i],
			     stack->address[i] == exact ? 0 : SYMBOL_RETURN);
	if (first >= stack->nr)
		fputs(" (no stack was captured)\n", r->out);
}

static void origin__print(const struct report *r, const char *title, const struct pks_origin *origin,
			  const struct model_stack *stack)
{
	if (!origin->caller && !stack->nr)
		return;
	fprintf(r->out, "\n%s%s:\n", title,
		origin->flags & PKS_STACK_EXACT || !stack->nr ?
			"" :
			" (stack of an earlier call from the same place)");
	if (stack->nr)
		stack__print(r, stack, stack__skip_own(r->symbols, stack), 0);
	else
		frame__print(r, origin->caller, SYMBOL_RETURN);
}

/* The place that the title names: who opened what leaked, who accessed, who revoked. */
static __u64 finding__culprit(const struct pks_finding *f, unsigned int *flags)
{
	*flags = SYMBOL_RETURN;
	switch (f->class) {
	case PKS_STRAY_ACCESS:
		*flags = 0;
		return f->ip;
	case PKS_LEAK:
	case PKS_INEFFECTIVE_GRANT:
	case PKS_INHERITED:
	case PKS_LONG_HOLD:
	case PKS_SLEPT:
		return f->granted.caller;
	default:
		return f->revoked.caller ? f->revoked.caller : f->ip;
	}
}

static void finding__title(const struct report *r, const struct pks_finding *f)
{
	unsigned int flags;
	__u64 culprit = finding__culprit(f, &flags);
	char name[NAME];

	fprintf(r->out, RULE "\n[%5" PRIu64 ".%06" PRIu64 "] BUG: pkstrace: %s in %s\n",
		(uint64_t)f->time / 1000000000, (uint64_t)f->time / 1000 % 1000000,
		class__row(f->class)->name,
		culprit ? function_at(r, culprit, flags, name) : "an unknown function");
}

static void page__print(const struct report *r, const struct pks_finding *f)
{
	char where[64];

	if (f->phys) {
		pmem__describe(f->phys + (f->address & 0xfff), where, sizeof(where));
		fprintf(r->out, "page %s", where);
		if (f->ino)
			fprintf(r->out, " of inode %" PRIu64 " (device %u:%u) page %" PRIu64,
				(uint64_t)f->ino, DEV_MAJOR(f->dev), DEV_MINOR(f->dev),
				(uint64_t)f->index);
	} else if (f->pgmap) {
		pmem__describe(f->pgmap_start, where, sizeof(where));
		fprintf(r->out, "the pgmap at %s", where);
	} else {
		fputs("an unknown page", r->out);
	}
}

static void boundary__print(const struct report *r, const struct pks_finding *f)
{
	char name[NAME];

	fprintf(r->out, " still open at %s", boundary__row(f->boundary)->name);
	if (f->boundary == PKS_SYSCALL_EXIT)
		fprintf(r->out, " of %s()", syscall__name(f->arg));
	else if (f->boundary == PKS_WORK_END)
		fprintf(r->out, " of %s", function_at(r, f->arg, 0, name));
}

static void access__print(const struct report *r, const struct pks_finding *f)
{
	fprintf(r->out, "%s of address 0x%" PRIx64 ", ", f->write ? "Write" : "Read",
		(uint64_t)f->address);
	page__print(r, f);
	fprintf(r->out, "\nCause: %s: %s\n", cause__row(f->cause)->name,
		cause__row(f->cause)->meaning);
	if (f->other_tid)
		fprintf(r->out, "The window is held by thread %u\n", f->other_tid);
	fprintf(r->out, "%s\n",
		f->fatal ? "Fault mode strict: the kernel stops here (oops)" :
			   "Fault mode relaxed: the access went on");
}

static void finding__what(const struct report *r, const struct pks_finding *f)
{
	char held[32];

	if (f->class == PKS_STRAY_ACCESS) {
		access__print(r, f);
		return;
	}
	if (f->class == PKS_RESIDUE) {
		fprintf(r->out, "No window, but the key is open");
		boundary__print(r, f);
		fprintf(r->out, ": a relaxed fault opened it\n");
		return;
	}
	fputs(f->class == PKS_UNDERFLOW || f->class == PKS_CROSS_THREAD ? "Revoke of " : "Window on ",
	      r->out);
	page__print(r, f);
	if (f->class == PKS_LEAK)
		boundary__print(r, f);
	if (f->class == PKS_INHERITED)
		fprintf(r->out, " was open when thread %u was created", f->other_tid);
	if (f->held)
		fprintf(r->out, ", open for %s", time_text(f->held, held, sizeof(held)));
	fprintf(r->out, "\nMeaning: %s\n", class__row(f->class)->meaning);
	if (f->class == PKS_CROSS_THREAD)
		fprintf(r->out, "The window is held by thread %u\n", f->other_tid);
	if (f->unsure)
		fputs("Unsure: events of this thread were missed before\n", r->out);
}

/* "key 1: no access", by the two bits that the key has in the register. */
static void pkrs__print(const struct report *r, __u32 pkrs)
{
	static const char *const rights[] = { "read and write", "no access", "read only",
					      "no access" };
	unsigned int key = __builtin_ctz(r->dialect->facts.pkey_mask) / 2;

	fprintf(r->out, "; PKRS 0x%08x (key %u: %s)", pkrs, key, rights[pkrs >> (2 * key) & 3]);
}

static void finding__who(const struct report *r, const struct pks_finding *f)
{
	fprintf(r->out, "By %.*s/%u (tgid %u) on CPU %u, context %s; count %d", PKS_COMM, f->comm,
		f->tid, f->tgid, f->cpu, context__row(f->context)->name, f->count);
	if (f->pkrs)
		pkrs__print(r, f->pkrs);
	fputc('\n', r->out);
}

static void finding__stacks(const struct report *r, const struct model_finding *f)
{
	struct model_stack now = { .nr = f->raw.nr_stack };
	bool poisoned = f->raw.cause == PKS_POISONED_GRANT;

	if (now.nr > PKS_STACK_DEPTH)
		now.nr = PKS_STACK_DEPTH;
	memcpy(now.address, f->raw.stack, now.nr * sizeof(now.address[0]));
	if (f->raw.class == PKS_STRAY_ACCESS) {
		fputs("\nAccessed by:\n", r->out);
		stack__print(r, &now, stack__skip_exception(r->symbols, &now, f->raw.ip), f->raw.ip);
	}
	origin__print(r, "Window granted by", &f->raw.granted, &f->granted);
	if (f->raw.class == PKS_UNDERFLOW || f->raw.class == PKS_CROSS_THREAD ||
	    f->raw.class == PKS_WRONG_PAGE || f->raw.class == PKS_OUT_OF_ORDER) {
		fputs("\nRevoked by:\n", r->out);
		stack__print(r, &now, stack__skip_own(r->symbols, &now), 0);
	} else {
		origin__print(r, poisoned ? "Poisoned by the revoke (underflow) in" :
					    "Window revoked by",
			      &f->raw.revoked, &f->revoked);
	}
	if (f->raw.class == PKS_INHERITED) {
		fputs("\nThread created by:\n", r->out);
		stack__print(r, &now, stack__skip_own(r->symbols, &now), 0);
	}
}

void report_text__finding(const struct report *r, const struct model_finding *f)
{
	finding__title(r, &f->raw);
	finding__what(r, &f->raw);
	finding__who(r, &f->raw);
	finding__stacks(r, f);
	fputs(RULE "\n", r->out);
	fflush(r->out);
}

static void summary__findings(const struct report *r, const struct model *m)
{
	char name[NAME];
	unsigned int flags;
	__u64 culprit;

	if (!m->nr_findings)
		return;
	fprintf(r->out, "\nFindings:\n%8s %12s %12s  %s\n", "COUNT", "FIRST(s)", "LAST(s)",
		"CLASS AND PLACE");
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];

		culprit = finding__culprit(&f->raw, &flags);
		fprintf(r->out, "%8" PRIu64 " %12.6f %12.6f  %s%s%s in %s\n", (uint64_t)f->count,
			f->first / 1e9, f->last / 1e9, class__row(f->raw.class)->name,
			f->raw.cause ? "/" : "", f->raw.cause ? cause__row(f->raw.cause)->name : "",
			culprit ? function_at(r, culprit, flags, name) : "an unknown function");
	}
}

static void summary__sites(const struct report *r, const struct model *m)
{
	char name[NAME], mean[32], p99[32], max[32];

	if (!m->nr_sites)
		return;
	fprintf(r->out, "\nWindows by call site:\n%10s %10s %10s %10s %10s  %s\n", "GRANTS",
		"CLOSED", "MEAN", "P99<=", "MAX", "GRANTED BY");
	for (size_t i = 0; i < m->nr_sites && i < r->top; i++) {
		const struct model_site *s = &m->sites[i];

		fprintf(r->out, "%10" PRIu64 " %10" PRIu64 " %10s %10s %10s  %s\n",
			(uint64_t)s->grants, (uint64_t)s->closed,
			time_text(s->closed ? s->total / s->closed : 0, mean, sizeof(mean)),
			time_text(model__quantile(s, 0.99), p99, sizeof(p99)),
			time_text(s->max, max, sizeof(max)),
			s->caller ? function_at(r, s->caller, SYMBOL_RETURN, name) :
				    "(other places: table full)");
	}
	if (m->nr_sites > r->top)
		fprintf(r->out, "%10s and %zu more call sites\n", "", m->nr_sites - r->top);
}

static void summary__losses(const struct report *r, const struct model *m)
{
	if (m->older_windows)
		fprintf(r->out, "%" PRIu64 " windows granted before the trace were closed in it\n",
			(uint64_t)m->older_windows);
	if (m->late_revokes)
		fprintf(r->out, "%" PRIu64 " leaked windows were closed later\n",
			(uint64_t)m->late_revokes);
	for (int i = 0; i < PKS_NR_LOSSES; i++)
		if (m->lost[i])
			fprintf(r->out, "LOST: %s: %" PRIu64 " %s\n", loss__row(i)->name,
				(uint64_t)m->lost[i], loss__row(i)->meaning);
	if (model__unexplained_faults(m))
		fprintf(r->out,
			"LOST: %" PRIu64 " protection faults were seen by the page fault "
			"tracepoint, %" PRIu64 " by the key's callback\n",
			(uint64_t)m->fault_witness, (uint64_t)m->fault_calls);
}

void report_text__summary(const struct report *r, const struct model *m, double seconds)
{
	__u64 findings = model__total_findings(m);
	bool first = true;

	summary__findings(r, m);
	summary__sites(r, m);
	fputc('\n', r->out);
	summary__losses(r, m);
	fprintf(r->out,
		"pkstrace: %" PRIu64 " windows granted, %" PRIu64 " closed, %" PRIu64
		" open, %" PRIu64 " protection faults in %.1f s\n",
		(uint64_t)model__grants(m), (uint64_t)model__closed(m), (uint64_t)m->open_windows,
		(uint64_t)m->fault_calls, seconds);
	fputs("pkstrace: ", r->out);
	if (!findings)
		fputs("no finding", r->out);
	else
		fprintf(r->out, "%" PRIu64 " finding%s (", (uint64_t)findings,
			findings == 1 ? "" : "s");
	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		if (!m->found[i])
			continue;
		fprintf(r->out, "%s%" PRIu64 " %s", first ? "" : ", ", (uint64_t)m->found[i],
			class__row(i)->name);
		first = false;
	}
	fprintf(r->out, "%s; %s\n", findings ? ")" : "",
		model__complete(m) ? "complete: nothing was lost" :
				     "INCOMPLETE: see LOST above, so \"clean\" can't be said");
	fflush(r->out);
}
