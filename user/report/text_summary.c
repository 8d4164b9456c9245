// SPDX-License-Identifier: GPL-2.0-only
/* The end of the text: findings by place, windows by call site, what was lost, the verdict. */
#include <inttypes.h>
#include <stdbool.h>

#include "findings/class.h"
#include "findings/finding.h"
#include "report/report.h"
#include "report/note.h"
#include "report/text.h"
#include "findings/suppress.h"
#include "kernel/ksyms.h"

static bool any_shown(const struct model *m)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		if (!m->findings[i].suppressed)
			return true;
	return false;
}

static void summary__findings(const struct report *r, const struct model *m)
{
	char name[FUNCTION_TEXT];
	unsigned int flags;
	__u64 culprit;

	if (!any_shown(m))
		return;
	fprintf(r->out, "\nFindings:\n%8s %12s %12s  %s\n", "COUNT", "FIRST(s)", "LAST(s)",
		"CLASS AND PLACE");
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];

		if (f->suppressed)
			continue;
		culprit = finding__culprit(f, &flags);
		fprintf(r->out, "%8" PRIu64 " %12.6f %12.6f  %s%s%s in %s%s\n",
			(uint64_t)f->count, f->first / 1e9, f->last / 1e9,
			class__row(f->raw.class)->name, f->raw.cause ? "/" : "",
			f->raw.cause ? cause__row(f->raw.cause)->name : "",
			culprit ? function_at(r, culprit, flags, name) : "an unknown function",
			f->unseen ? " (no report: not one was delivered)" : "");
	}
}

static void summary__suppressions(const struct report *r, const struct model *m)
{
	unsigned int nr = suppress__count(r->suppress);

	if (nr)
		fprintf(r->out, "\nSuppressions:\n%8s  %s\n", "USED", "NAME");
	for (unsigned int i = 1; i <= nr; i++) {
		__u64 used = model__used(m, i);

		fprintf(r->out, "%8" PRIu64 "  %s (%s)%s\n", (uint64_t)used,
			suppress__name(r->suppress, i), suppress__origin(r->suppress, i),
			used ? "" : ": never used");
	}
}

static void summary__sites(const struct report *r, const struct model *m)
{
	char name[FUNCTION_TEXT], mean[32], p99[32], max[32];
	struct model_site sum;

	if (!m->nr_sites)
		return;
	model__sum_sites(m, &sum);
	fprintf(r->out, "\nWindows by call site:\n%10s %10s %10s %10s %10s  %s\n", "GRANTS",
		"CLOSED", "MEAN", "P99<=", "MAX", "GRANTED BY");
	for (size_t i = 0; i < m->nr_sites && i < r->top; i++) {
		const struct model_site *s = &m->sites[i];

		fprintf(r->out, "%10" PRIu64 " %10" PRIu64 " %10s %10s %10s  %s\n",
			(uint64_t)s->grants, (uint64_t)s->closed,
			time_text(model__mean(s), mean, sizeof(mean)),
			time_text(model__quantile(s, 0.99), p99, sizeof(p99)),
			time_text(s->max, max, sizeof(max)),
			s->caller ? function_at(r, s->caller, SYMBOL_RETURN, name) :
				    "(other places: table full)");
	}
	if (m->nr_sites > r->top)
		fprintf(r->out, "%10s and %zu more call sites\n", "", m->nr_sites - r->top);
	if (sum.timed < sum.closed)
		fprintf(r->out,
			"The times are those of %" PRIu64 " windows, taken in turn (pkstrace stat: of all)\n",
			(uint64_t)sum.timed);
}

/* " (cpu0 10, cpu1 2)" */
static void loss__where(const struct report *r, const struct model *m, int reason)
{
	const char *before = " (";

	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		__u64 n = m->lost_on[cpu * PKS_NR_LOSSES + reason];

		if (!n)
			continue;
		fprintf(r->out, "%scpu%u %" PRIu64, before, cpu, (uint64_t)n);
		before = ", ";
	}
	for (size_t i = 0; reason == PKS_LOST_RECURSION && i < m->nr_skipped; i++) {
		fprintf(r->out, "%s%s %" PRIu64, before, m->skipped[i].program,
			(uint64_t)m->skipped[i].count);
		before = ", ";
	}
	fputs(*before == ',' ? ")\n" : "\n", r->out);
}

static void summary__losses(const struct report *r, const struct model *m)
{
	for (int i = 0; i < PKS_NR_LOSSES; i++) {
		if (!m->lost[i])
			continue;
		fprintf(r->out, "LOST: %s: %" PRIu64 " %s", loss__row(i)->name, (uint64_t)m->lost[i],
			loss__row(i)->meaning);
		loss__where(r, m, i);
	}
	if (model__unexplained_faults(m))
		fprintf(r->out,
			"LOST: %" PRIu64 " protection faults were seen by the page fault "
			"tracepoint, %" PRIu64 " by the key's callback\n",
			(uint64_t)m->fault_witness, (uint64_t)m->fault_calls);
}

static void note__print(void *out, const char *why)
{
	fprintf(out, "Note: no source lines: %s\n", why);
}

static void summary__remarks(const struct report *r, const struct model *m)
{
	if (m->older_windows)
		fprintf(r->out, "%" PRIu64 " windows granted before the trace were closed in it\n",
			(uint64_t)m->older_windows);
	if (m->withdrawn)
		fprintf(r->out,
			"%" PRIu64 " findings in interrupts are withdrawn: they may come from calls "
			"that were not seen\n",
			(uint64_t)m->withdrawn);
	if (m->late_revokes)
		fprintf(r->out, "%" PRIu64 " leaked windows were closed later\n",
			(uint64_t)m->late_revokes);
	report_note__source(r, m, note__print, r->out);
}

/* Where all findings went; none may be missing from the sum. */
static void summary__delivery(const struct report *r, const struct model *m)
{
	if (m->made)
		fprintf(r->out,
			"pkstrace: of %" PRIu64 " findings %" PRIu64 " were delivered, %" PRIu64
			" folded (counted only), %" PRIu64 " dropped\n",
			(uint64_t)m->made, (uint64_t)m->delivered, (uint64_t)m->folded,
			(uint64_t)m->dropped);
}

static void summary__verdict(const struct report *r, const struct model *m)
{
	__u64 findings = model__total_findings(m), suppressed = model__total_suppressed(m);
	const char *before = "";

	summary__delivery(r, m);
	fputs("pkstrace: ", r->out);
	if (findings)
		fprintf(r->out, "%" PRIu64 " finding%s (", (uint64_t)findings,
			findings == 1 ? "" : "s");
	else
		fputs("no finding", r->out);
	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		if (!model__found(m, i))
			continue;
		fprintf(r->out, "%s%" PRIu64 " %s", before, (uint64_t)model__found(m, i),
			class__row(i)->name);
		before = ", ";
	}
	fprintf(r->out, "%s; %s", findings ? ")" : "",
		model__complete(m) ? "complete: nothing was lost" :
				     "INCOMPLETE: see LOST above, so \"clean\" can't be said");
	if (suppressed)
		fprintf(r->out, "; %" PRIu64 " suppressed", (uint64_t)suppressed);
	fputc('\n', r->out);
}

void summary__end(const struct report *r, const struct model *m, double seconds)
{
	fputc('\n', r->out);
	summary__remarks(r, m);
	summary__losses(r, m);
	fprintf(r->out,
		"pkstrace: %" PRIu64 " windows granted, %" PRIu64 " closed, %" PRIu64
		" open, %" PRIu64 " protection faults in %.1f s\n",
		(uint64_t)model__grants(m), (uint64_t)model__closed(m), (uint64_t)m->open_windows,
		(uint64_t)m->fault_calls, seconds);
	summary__verdict(r, m);
	fflush(r->out);
}

void summary__print(const struct report *r, const struct model *m, double seconds)
{
	summary__findings(r, m);
	summary__suppressions(r, m);
	summary__sites(r, m);
	summary__end(r, m, seconds);
}
