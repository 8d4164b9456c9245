// SPDX-License-Identifier: GPL-2.0-only
/* The text that people read: worded and laid out as they know it from KASAN. */
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>

#include "findings/class.h"
#include "kernel/dialect.h"
#include "findings/finding.h"
#include "kernel/inode_path.h"
#include "kernel/physaddr.h"
#include "report/report.h"
#include "report/injection.h"
#include "report/text.h"
#include "kernel/srcline.h"
#include "kernel/ksyms.h"
#include "kernel/syscalls.h"
#include "util/number.h"

#define RULE "=================================================================="

const char *function_at(const struct report *r, __u64 address, unsigned int flags, char *name)
{
	symbols__format(r->symbols, address, flags, name, FUNCTION_TEXT);
	return name;
}

const char *time_text(__u64 ns, char *text, size_t size)
{
	return duration__text(ns, text, size);
}

/* "[   12.345678]", as kernel logs have it. */
static const char *stamp_text(__u64 ns, char *text, size_t size)
{
	snprintf(text, size, "[%5" PRIu64 ".%06" PRIu64 "]", (uint64_t)ns / 1000000000,
		 (uint64_t)ns / 1000 % 1000000);
	return text;
}

/* "file.c:123", what is known of it. */
static void line__print(const struct report *r, const struct source_line *line)
{
	if (line->file && line->line)
		fprintf(r->out, " %s:%u", line->file, line->line);
	else if (line->file)
		fprintf(r->out, " %s", line->file);
}

/*
 * How many of the functions inlined at the top of a stack belong to the window
 * API: they are left out, like its real functions are.
 */
static int lines__skip_own(const struct source_line *lines, int n)
{
	int first = 0;

	for (int i = 0; i < n && lines[i].inlined; i++)
		if (dialect__is_own(lines[i].function))
			first = i + 1;
	return first;
}

/* One address: the functions inlined there, innermost first, as addr2line -i has them. */
void frame__print(const struct report *r, __u64 address, unsigned int flags, bool top)
{
	struct source_line lines[16];
	char name[FUNCTION_TEXT];
	int n = 0, i;

	if (r->source)
		n = source__lines(r->source, address, flags, lines, 16);
	for (i = top ? lines__skip_own(lines, n) : 0; i < n && lines[i].inlined; i++) {
		fprintf(r->out, " [inlined] %s", lines[i].function);
		line__print(r, &lines[i]);
		fputc('\n', r->out);
	}
	fprintf(r->out, " %s", function_at(r, address, flags, name));
	if (i < n)
		line__print(r, &lines[i]);
	fputc('\n', r->out);
}

static void stack__print(const struct report *r, const struct finding_stack *stack)
{
	for (unsigned int i = 0; i < stack->frames.nr; i++)
		frame__print(r, stack->frames.address[i],
			     stack->frames.address[i] == stack->exact ? 0 : SYMBOL_RETURN, i == 0);
}

static const char *granted__remark(const struct pks_finding *f)
{
	switch (f->class) {
	case PKS_UNDERFLOW:
		return "the last window on this page, closed before";
	case PKS_WRONG_PAGE:
	case PKS_OUT_OF_ORDER:
		return "the window opened last";
	default:
		return NULL;
	}
}

static const char *role__title(const struct pks_finding *f, enum finding_role role)
{
	switch (role) {
	case FINDING_ACCESSED:
		return f->class == PKS_RESIDUE ? "Key opened by the stray access" : "Accessed by";
	case FINDING_GRANTED:
		return "Window granted by";
	case FINDING_REVOKED:
		if (f->cause == PKS_POISONED_GRANT)
			return "Poisoned by the revoke (underflow) in";
		return finding__revoke_is_wrong(f) ? "Revoked by" : "Window revoked by";
	case FINDING_MOMENT:
		return f->class == PKS_SLEPT ? "Switched out by" : "Thread created by";
	case NR_FINDING_ROLES:
		break;
	}
	return "?";
}

/* What the reader has to know of a stack that is not this window's own; NULL: it is. */
static const char *stack__remark(const struct finding_stack *stack)
{
	if (stack->another)
		return "of another window that was granted at the same place";
	return stack->earlier ? "stack of an earlier call from the same place" : NULL;
}

static void finding__stacks(const struct report *r, const struct model_finding *f)
{
	struct finding_stack stack;
	const char *of;

	for (int role = 0; role < NR_FINDING_ROLES; role++) {
		const char *remark = role == FINDING_GRANTED ? granted__remark(&f->raw) : NULL;

		if (!finding__stack(r->symbols, f, role, &stack))
			continue;
		fprintf(r->out, "\n%s", role__title(&f->raw, role));
		of = stack__remark(&stack);
		if (remark || of)
			fprintf(r->out, " (%s%s%s)", remark ?: "", remark && of ? "; " : "",
				of ?: "");
		fputs(":\n", r->out);
		stack__print(r, &stack);
	}
}

static void finding__title(const struct report *r, const struct model_finding *f)
{
	unsigned int flags;
	__u64 culprit = finding__culprit(f, &flags);
	char name[FUNCTION_TEXT], time[32];

	fprintf(r->out, RULE "\n%s BUG: pkstrace: %s in %s\n",
		stamp_text(f->raw.time, time, sizeof(time)), class__row(f->raw.class)->name,
		culprit ? function_at(r, culprit, flags, name) : "an unknown function");
}

/* "page 3 of /mnt/data (inode 12 on pmem0/259:0)" */
static void file__print(const struct report *r, const struct pks_finding *f)
{
	unsigned int major = finding__dev_major(f), minor = finding__dev_minor(f);
	char path[PATH_MAX], device[64];

	paths__device(major, minor, device, sizeof(device));
	fprintf(r->out, ", page %" PRIu64 " of ", (uint64_t)f->index);
	if (paths__find("/proc", f->tgid, major, minor, f->ino, path, sizeof(path)))
		fprintf(r->out, "%s (", path);
	else
		fputs("a file that no process holds now (", r->out);
	fprintf(r->out, "inode %" PRIu64 " on %s%s%u:%u)", (uint64_t)f->ino, device,
		device[0] ? "/" : "", major, minor);
}

/* What a window is on where it is not a page. */
static void key__print(const struct report *r, __u64 key)
{
	if (r->dialect->facts.key == PKS_KEY_PKEY)
		fprintf(r->out, "protection key %u", (unsigned int)key - 1);
	else if (key)
		fprintf(r->out, "argument 0x%" PRIx64, (uint64_t)key);
	else
		fputs("something that no argument names", r->out);
}

static void page__print(const struct report *r, const struct pks_finding *f)
{
	char where[64];

	if (r->dialect->facts.key != PKS_KEY_PAGE && f->class != PKS_STRAY_ACCESS) {
		key__print(r, f->key);
	} else if (f->phys) {
		pmem__describe(f->phys + (f->address & 0xfff), where, sizeof(where));
		fprintf(r->out, "page %s", where);
		if (f->ino)
			file__print(r, f);
	} else if (f->pgmap) {
		pmem__describe(f->pgmap_start, where, sizeof(where));
		fprintf(r->out, "the pgmap at %s", where);
	} else {
		fputs("an unknown page", r->out);
	}
}

static void boundary__print(const struct report *r, const struct pks_finding *f)
{
	char name[FUNCTION_TEXT];

	fputs(boundary__row(f->boundary)->name, r->out);
	if (f->boundary == PKS_SYSCALL_EXIT)
		fprintf(r->out, " of %s()", syscall__name(f->arg));
	else if (f->boundary == PKS_WORK_END || f->boundary == PKS_NMI_END)
		fprintf(r->out, " of %s", function_at(r, f->arg, 0, name));
}

static void link__print(const struct report *r, const struct model_link *link)
{
	unsigned int flags = link->class == PKS_STRAY_ACCESS ? 0 : SYMBOL_RETURN;
	char name[FUNCTION_TEXT], time[32];

	if (link->time)
		fprintf(r->out, "Follows from: the %s at %s in %s\n", class__row(link->class)->name,
			stamp_text(link->time, time, sizeof(time)),
			function_at(r, link->place, flags, name));
}

static void holder__print(const struct report *r, const struct pks_finding *f)
{
	if (f->other_tid)
		fprintf(r->out, "The window is held by thread %u\n", f->other_tid);
}

static void access__what(const struct report *r, const struct model_finding *f)
{
	fprintf(r->out, "%s of address 0x%" PRIx64 ", ", f->raw.write ? "Write" : "Read",
		(uint64_t)f->raw.address);
	page__print(r, &f->raw);
	fputc('\n', r->out);
	if (f->raw.cause)
		fprintf(r->out, "Cause: %s: %s\n", cause__row(f->raw.cause)->name,
			cause__row(f->raw.cause)->meaning);
	link__print(r, &f->follows);
	holder__print(r, &f->raw);
	fprintf(r->out, "%s\n",
		f->raw.fatal ? "Fault mode strict: the kernel stops here (oops)" :
			       "Fault mode relaxed: the access went on");
}

static void residue__what(const struct report *r, const struct model_finding *f)
{
	fputs("No window is open, but the key is, at ", r->out);
	boundary__print(r, &f->raw);
	fprintf(r->out, "\nMeaning: %s\n", class__row(f->raw.class)->meaning);
	link__print(r, &f->follows);
}

static void held__print(const struct report *r, const char *before, const struct pks_finding *f)
{
	char held[32];

	if (f->held)
		fprintf(r->out, "%s %s", before, time_text(f->held, held, sizeof(held)));
}

/* The window that the revoke should have closed. */
static void expected__print(const struct report *r, const struct pks_finding *f)
{
	__u64 expected = finding__expected_phys(f, r->dialect->page_struct);
	char where[64];

	fputs("; the window opened last is on ", r->out);
	if (r->dialect->facts.key != PKS_KEY_PAGE) {
		key__print(r, f->key2);
	} else if (expected) {
		pmem__describe(expected, where, sizeof(where));
		fprintf(r->out, "page %s", where);
	} else {
		fputs("another page", r->out);
	}
}

static void revoke__what(const struct report *r, const struct pks_finding *f)
{
	fputs("Revoke of ", r->out);
	page__print(r, f);
	if (f->address)
		fprintf(r->out, " by address 0x%" PRIx64, (uint64_t)f->address);
	if (f->class == PKS_WRONG_PAGE || f->class == PKS_OUT_OF_ORDER)
		expected__print(r, f);
	else if (f->class == PKS_CROSS_THREAD)
		fputs(", a window of another thread", r->out);
	else
		fputs(", no window of this thread", r->out);
	held__print(r, ", open for", f);
	fprintf(r->out, "\nMeaning: %s\n", class__row(f->class)->meaning);
	holder__print(r, f);
	if (r->dialect->facts.truth == PKS_TRUTH_PGMAP &&
	    (f->class == PKS_CROSS_THREAD || f->class == PKS_UNDERFLOW))
		fprintf(r->out,
			"The next grant of thread %u is poisoned: its window will not open access\n",
			f->tid);
}

static void window__what(const struct report *r, const struct pks_finding *f)
{
	fputs("Window on ", r->out);
	page__print(r, f);
	if (f->class == PKS_LEAK) {
		fputs(" still open at ", r->out);
		boundary__print(r, f);
	} else if (f->class == PKS_INHERITED) {
		fprintf(r->out, " was open when thread %u was created", f->other_tid);
	} else if (f->class == PKS_SLEPT) {
		fputs(" was open when the thread was switched out", r->out);
	}
	held__print(r, ", open for", f);
	fprintf(r->out, "\nMeaning: %s\n", class__row(f->class)->meaning);
	if (f->class == PKS_INEFFECTIVE_GRANT && f->context != PKS_TASK)
		fputs("An interrupt starts with access closed, and its grants only count: in the "
		      "thread it hit\n",
		      r->out);
	if (f->class == PKS_LEAK && !f->granted.caller)
		fputs("It was granted before the trace, or the grant was not seen\n", r->out);
}

static void finding__what(const struct report *r, const struct model_finding *f)
{
	if (f->raw.class == PKS_STRAY_ACCESS)
		access__what(r, f);
	else if (f->raw.class == PKS_RESIDUE)
		residue__what(r, f);
	else if (finding__revoke_is_wrong(&f->raw))
		revoke__what(r, &f->raw);
	else
		window__what(r, &f->raw);
	if (f->raw.unsure)
		fputs("Unsure: events of this thread were missed before\n", r->out);
}

/* The two bits that the key has in the register, decoded. */
static void pkrs__print(const struct report *r, const struct pks_finding *f)
{
	__u32 mask = r->dialect->facts.pkey_mask;

	if (!f->pkrs || !mask)
		return;
	if (finding__pkrs_fits(f, mask))
		fprintf(r->out, "; PKRS 0x%08x (key %u: %s)", f->pkrs, finding__pkey(mask),
			finding__rights(f->pkrs, mask));
	else
		fprintf(r->out, "; PKRS denied it (the kernel saved 0x%08x, the interrupted one's)",
			f->pkrs);
}

static void finding__who(const struct report *r, const struct pks_finding *f)
{
	fprintf(r->out, "By %.*s/%u (tgid %u) on CPU %u, context %s%s; count %d", PKS_COMM, f->comm,
		f->tid, f->tgid, f->cpu, context__row(f->context)->name,
		f->context == PKS_TASK ? "" : ", which interrupted it", f->count);
	if (finding__revoke_is_wrong(f))
		fputs(" before the revoke", r->out);
	pkrs__print(r, f);
	fputc('\n', r->out);
}

static void text__finding(const struct report *r, const struct model_finding *f)
{
	finding__title(r, f);
	finding__what(r, f);
	finding__who(r, &f->raw);
	report_injection__cause(r, &f->raw);
	finding__stacks(r, f);
	fputs(RULE "\n", r->out);
	fflush(r->out);
}

const struct renderer report_text = { .finding = text__finding, .summary = summary__print };
