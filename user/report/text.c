// SPDX-License-Identifier: GPL-2.0-only
/* The text that people read: worded and laid out as they know it from KASAN. */
#include <inttypes.h>
#include <string.h>

#include "report/text.h"
#include "util/escape.h"

/* As gcc and grep have it, where a terminal shows colours. */
#define BOLD_RED "\033[1;31m"
#define PLAIN	 "\033[m"

#define RULE "=================================================================="

/* "[   12.345678]", as kernel logs have it. */
static void stamp__print(FILE *out, __u64 ns)
{
	fprintf(out, "[%5" PRIu64 ".%06" PRIu64 "]", (uint64_t)ns / 1000000000,
		(uint64_t)ns / 1000 % 1000000);
}

/* " file.c:123", what is known of it. */
static void line__print(FILE *out, const struct resolved_line *line)
{
	if (line->file && line->line)
		fprintf(out, " %s:%u", escaped(line->file), line->line);
	else if (line->file)
		fprintf(out, " %s", escaped(line->file));
}

/* --- stacks --------------------------------------------------------------------------- */

/* Functions inlined at the address come innermost first, as addr2line -i has them. */
void text__frame(FILE *out, const struct resolved_frame *frame)
{
	for (unsigned int i = frame->hidden; i < frame->nr_inlined; i++) {
		fprintf(out, " [inlined] %s", escaped(frame->inlined[i].function));
		line__print(out, &frame->inlined[i]);
		fputc('\n', out);
	}
	fprintf(out, " %s", escaped(frame->place.text));
	line__print(out, &frame->own);
	fputc('\n', out);
}

static void stack__print(FILE *out, const struct resolved_stack *stack)
{
	fprintf(out, "\n%s", stack->title);
	if (stack->remark[0])
		fprintf(out, " (%s)", stack->remark);
	fputs(":\n", out);
	for (unsigned int i = 0; i < stack->nr; i++)
		text__frame(out, &stack->frame[i]);
	if (stack->cut)
		fputs(" (cut here: there are more; --stack-depth says how many to keep)\n", out);
}

/* --- a finding -------------------------------------------------------------------------- */

static const char *place__or_unknown(const struct resolved_place *place)
{
	return place->text[0] ? escaped(place->text) : "an unknown function";
}

static void finding__title(const struct report *r, const struct resolved_finding *f)
{
	FILE *out = r->out;

	fputs(RULE "\n", out);
	stamp__print(out, f->time);
	fprintf(out, "%s BUG: pkstrace: %s in %s%s%s%s\n", r->colour ? BOLD_RED : "", f->class,
		place__or_unknown(&f->in), f->through ? ", through " : "",
		escaped(f->through ?: ""), r->colour ? PLAIN : "");
}

static void finding__why(FILE *out, const struct resolved_finding *f)
{
	if (f->cause)
		fprintf(out, "Cause: %s: %s\n", f->cause, f->meaning);
	else if (!f->access)
		fprintf(out, "Meaning: %s\n", f->meaning);
	if (f->follows.time) {
		fprintf(out, "Follows from: the %s at ", f->follows.class);
		stamp__print(out, f->follows.time);
		fprintf(out, " in %s\n", place__or_unknown(&f->follows.in));
	}
}

static void finding__remarks(FILE *out, const struct resolved_finding *f)
{
	if (f->holds)
		fprintf(out, "The window is held by thread %u\n", f->other_tid);
	if (f->access)
		fprintf(out, "Fault mode %s: the access was %s\n", f->fault_mode,
			f->let_through ? "let through" : "not let through");
	for (unsigned int i = 0; i < f->nr_remarks; i++)
		fprintf(out, "%s\n", escaped(f->remark[i]));
	if (f->unsure)
		fputs("Unsure: events of this thread were missed earlier\n", out);
}

/* The two bits that the key has in the register, decoded. */
static void pkrs__print(FILE *out, const struct resolved_pkrs *pkrs)
{
	if (!pkrs->known)
		return;
	if (pkrs->fits)
		fprintf(out, "; PKRS 0x%08x (key %u: %s)", pkrs->value, pkrs->pkey, pkrs->rights);
	else
		fprintf(out,
			"; PKRS denied it (the kernel saved 0x%08x, that of the interrupted "
			"context)",
			pkrs->value);
}

static void finding__who(FILE *out, const struct resolved_finding *f)
{
	const struct resolved_thread *t = &f->thread;

	fprintf(out, "By %s/%u (tgid %u) on CPU %u, context %s%s; count %d%s", escaped(t->comm),
		t->tid, t->tgid, t->cpu, t->context, t->interrupted ? ", which interrupted it" : "",
		t->count, f->of_revoke ? " before the revoke" : "");
	pkrs__print(out, &f->pkrs);
	fputc('\n', out);
}

static void finding__injection(FILE *out, const struct resolved_finding *f)
{
	const struct resolved_injection *one = &f->injection;

	if (f->injected)
		fprintf(out, "Follows%s injection #%u %s in %s, %.1f us earlier\n",
			f->injected_thread ? "" : ", on another thread,", one->serial, one->what,
			escaped(one->caller.text), f->injected_before / 1e3);
}

static void finding__seen(FILE *out, const struct resolved_finding *f)
{
	for (size_t i = 0; i < f->nr_seen; i++)
		fprintf(out, "%s %s (%s), %" PRIu64 " time%s\n", i ? "       " : "Seen on",
			escaped(f->seen[i].host), escaped(f->seen[i].kernel),
			(uint64_t)f->seen[i].count, f->seen[i].count == 1 ? "" : "s");
}

static void text__finding(struct report *r, const struct resolved_finding *f)
{
	finding__title(r, f);
	fprintf(r->out, "%s\n", escaped(f->what));
	finding__why(r->out, f);
	finding__remarks(r->out, f);
	finding__who(r->out, f);
	finding__injection(r->out, f);
	finding__seen(r->out, f);
	for (unsigned int i = 0; i < f->nr_stacks; i++)
		stack__print(r->out, &f->stack[i]);
	fputs(RULE "\n", r->out);
	fflush(r->out);
}

/* --- an injection, a snapshot, a check ------------------------------------------------------ */

static void text__injection(struct report *r, const struct resolved_injection *one)
{
	const struct resolved_thread *t = &one->thread;

	stamp__print(r->out, one->time);
	fprintf(r->out,
		" pkstrace: %s: #%u %s in %s, by %s/%u (tgid %u), call %" PRIu64
		" of this thread\n",
		one->dry ? "would inject" : "injected", one->serial, one->what,
		escaped(one->caller.text), escaped(t->comm), t->tid, t->tgid, (uint64_t)one->nth);
	for (unsigned int i = 0; r->verbose > 1 && i < one->nr_stack; i++)
		fprintf(r->out, " %s\n", escaped(one->stack[i].text));
	fflush(r->out);
}

static void inside__state(FILE *out, const struct resolved_inside *t)
{
	__s32 count = t->thread.count;

	switch (t->state) {
	case SNAPSHOT_INSIDE:
		fprintf(out, "%d window%s open", count, count == 1 ? "" : "s");
		break;
	case SNAPSHOT_OVER_REVOKED:
		fprintf(out, "revoked %d time%s too often; its next windows will not open access",
			-count, count == -1 ? "" : "s");
		break;
	default:
		fputs("no window, but the key is open", out);
	}
}

static void text__thread(struct report *r, const struct resolved_inside *t)
{
	fprintf(r->out, "%s/%u (tgid %u): ", escaped(t->thread.comm), t->thread.tid,
		t->thread.tgid);
	inside__state(r->out, t);
	pkrs__print(r->out, &t->pkrs);
	fputc('\n', r->out);
	for (unsigned int i = 0; i < t->nr; i++)
		text__frame(r->out, &t->frame[i]);
	if (!t->nr)
		fprintf(r->out, " (no stack: the thread %s)\n",
			t->running ? "is running" : "has just ended, or is in user space");
	fputc('\n', r->out);
}

static void text__snapshot(struct report *r, const struct report_snapshot *all)
{
	fprintf(r->out,
		"pkstrace: %" PRIu64 " threads: %" PRIu64 " inside a window, %" PRIu64
		" revoked too often, %" PRIu64 " with the key open without a window\n",
		(uint64_t)all->threads, (uint64_t)all->in_state[SNAPSHOT_INSIDE],
		(uint64_t)all->in_state[SNAPSHOT_OVER_REVOKED],
		(uint64_t)all->in_state[SNAPSHOT_KEY_OPEN]);
}

static void text__check(struct report *r, const struct report_check *check)
{
	for (size_t i = 0; i < check->nr; i++) {
		const struct report_fact *fact = &check->fact[i];
		const char *line = fact->value, *name = fact->continued ? "" : fact->name;
		size_t length = strcspn(line, "\n");

		for (; line[length]; length = strcspn(line, "\n")) {
			fprintf(r->out, "%-16s %.*s\n", name, (int)length, line);
			line += length + 1;
			name = "";
		}
		fprintf(r->out, "%-16s %s\n", name, line);
	}
}

static void text__summary(struct report *r, const struct resolved_summary *s)
{
	(s->counts_only ? text__stat_summary : text__run_summary)(r, s);
}

const struct format format_text = {
	.name = "text",
	.meaning = "for people",
	.finding = text__finding,
	.injection = text__injection,
	.interval = text__interval,
	.thread = text__thread,
	.survey = text__survey,
	.summary = text__summary,
	.injections = text__injections,
	.snapshot = text__snapshot,
	.runs = text__hunt,
	.check = text__check,
};
