// SPDX-License-Identifier: GPL-2.0-only
/* The end of the text: findings by place, windows by call site, what was lost, the verdict. */
#include <inttypes.h>
#include <stdbool.h>

#include "report/text.h"
#include "util/escape.h"
#include "util/number.h"

#define TIME 32

static void run__findings(FILE *out, const struct resolved_summary *s)
{
	if (s->nr_repeats)
		fprintf(out, "\nFindings:\n%8s %12s %12s  %s\n", "COUNT", "FIRST(s)", "LAST(s)",
			"CLASS AND PLACE");
	for (size_t i = 0; i < s->nr_repeats; i++) {
		const struct resolved_repeat *one = &s->repeat[i];

		fprintf(out, "%8" PRIu64 " %12.6f %12.6f  %s%s%s in %s%s%s%s\n",
			(uint64_t)one->count, one->first / 1e9, one->last / 1e9, one->class,
			one->cause ? "/" : "", one->cause ?: "",
			one->in[0] ? escaped(one->in) : "an unknown function",
			one->through ? ", through " : "", escaped(one->through ?: ""),
			one->reported ? "" : " (no report: none was delivered)");
	}
}

static void run__suppressions(FILE *out, const struct resolved_summary *s)
{
	if (s->nr_suppressions)
		fprintf(out, "\nSuppressions:\n%8s  %s\n", "USED", "NAME");
	for (size_t i = 0; i < s->nr_suppressions; i++) {
		const struct resolved_suppression *one = &s->suppression[i];

		fprintf(out, "%8" PRIu64 "  %s (%s)%s\n", (uint64_t)one->used, escaped(one->name),
			escaped(one->origin), one->used ? "" : ": never used");
	}
}

const char *text__held(const struct resolved_site *site, __u64 ns, char *text, size_t size)
{
	if (site->counts->timed)
		return duration__text(ns, text, size);
	snprintf(text, size, "-");
	return text;
}

static void site__row(FILE *out, const struct resolved_site *site)
{
	char mean[TIME], p99[TIME], max[TIME];

	fprintf(out, "%10" PRIu64 " %10" PRIu64 " %10s %10s %10s  %s\n",
		(uint64_t)site->counts->grants, (uint64_t)site->counts->closed,
		text__held(site, site->mean, mean, sizeof(mean)),
		text__held(site, site->p99, p99, sizeof(p99)),
		text__held(site, site->counts->max, max, sizeof(max)),
		site->known ? escaped(site->name) : "(other call sites: table full)");
}

static void run__sites(const struct report *r, const struct resolved_summary *s)
{
	if (!s->nr_sites)
		return;
	fprintf(r->out, "\nWindows by call site:\n%10s %10s %10s %10s %10s  %s\n", "GRANTS",
		"CLOSED", "MEAN", "P99<=", "MAX", s->by_title);
	for (size_t i = 0; i < s->nr_sites && i < r->top; i++)
		site__row(r->out, &s->site[i]);
	if (s->nr_sites > r->top)
		fprintf(r->out, "%10s and %zu more call sites\n", "", s->nr_sites - r->top);
	if (s->all_counts.timed < s->all_counts.closed)
		fprintf(r->out,
			"Hold times are those of %" PRIu64
			" sampled windows (pkstrace stat times all of them)\n",
			(uint64_t)s->all_counts.timed);
}

/* " (cpu0 10, cpu1 2)" */
static void loss__where(FILE *out, const struct model *m, int reason)
{
	const char *before = " (";

	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		__u64 n = m->lost_on[cpu][reason];

		if (!n)
			continue;
		fprintf(out, "%scpu%u %" PRIu64, before, cpu, (uint64_t)n);
		before = ", ";
	}
	for (size_t i = 0; reason == PKS_LOST_RECURSION && i < m->nr_skipped; i++) {
		fprintf(out, "%s%s %" PRIu64, before, m->skipped[i].program,
			(uint64_t)m->skipped[i].count);
		before = ", ";
	}
	fputs(*before == ',' ? ")\n" : "\n", out);
}

/* "key 1", "a key that could not be told" */
static void key__print(FILE *out, int key)
{
	if (key == PKS_NO_PKEY)
		fputs("a key that could not be told", out);
	else
		fprintf(out, "key %d", key);
}

/* The two witnesses, where they differ. */
static void losses__faults(FILE *out, const struct model *m)
{
	for (int key = 0; key < PKS_FAULT_KEYS; key++) {
		__u64 seen = m->faults.seen[key];
		__u64 handled = m->faults.asked[key] + m->faults.other[key];

		if (seen == handled)
			continue;
		fprintf(out, "LOST: %" PRIu64 " protection faults on ", (uint64_t)seen);
		key__print(out, key);
		fprintf(out,
			" were seen by the page fault tracepoint, %" PRIu64
			" by the key's callback\n",
			(uint64_t)handled);
	}
}

static void summary__losses(FILE *out, const struct model *m)
{
	for (int i = 0; i < NR_LOSSES; i++) {
		if (!m->lost[i])
			continue;
		fprintf(out, "LOST: %s: %" PRIu64 " %s", loss__row(i)->name, (uint64_t)m->lost[i],
			loss__row(i)->meaning);
		loss__where(out, m, i);
	}
	losses__faults(out, m);
}

/* "8 faults on other keys: 2", with how many on each where there are several. */
static void remarks__other_faults(FILE *out, const struct model *m)
{
	__u64 all = model__other_faults(m);
	const char *before = "";

	if (!all)
		return;
	fprintf(out, "%" PRIu64 " fault%s on other keys: ", (uint64_t)all, all == 1 ? "" : "s");
	for (int key = 0; key < PKS_FAULT_KEYS; key++) {
		__u64 nr = m->faults.other[key];

		if (!nr)
			continue;
		if (key == PKS_NO_PKEY)
			fprintf(out, "%sunknown", before);
		else
			fprintf(out, "%s%d", before, key);
		if (nr != all)
			fprintf(out, " (%" PRIu64 ")", (uint64_t)nr);
		before = ", ";
	}
	fputc('\n', out);
}

static void summary__remarks(FILE *out, const struct resolved_summary *s)
{
	const struct model *m = s->model;

	if (m->older_windows)
		fprintf(out, "%" PRIu64 " windows granted before the trace were closed during it\n",
			(uint64_t)m->older_windows);
	if (m->withdrawn)
		fprintf(out,
			"%" PRIu64
			" findings in interrupts withdrawn: they may be the result of missed "
			"calls\n",
			(uint64_t)m->withdrawn);
	if (m->late_revokes)
		fprintf(out, "%" PRIu64 " leaked windows were closed later\n",
			(uint64_t)m->late_revokes);
	if (m->windows_kept || m->windows_dropped)
		fprintf(out, "%" PRIu64 " windows logged, %" PRIu64 " dropped\n",
			(uint64_t)m->windows_kept, (uint64_t)m->windows_dropped);
	remarks__other_faults(out, m);
	for (unsigned int i = 0; i < s->nr_notes; i++)
		fprintf(out, "Note: no source lines: %s\n", escaped(s->note[i]));
}

/* Where all findings went; none may be missing from the sum. */
static void summary__delivery(FILE *out, const struct model *m)
{
	if (m->made)
		fprintf(out,
			"pkstrace: of %" PRIu64 " findings, %" PRIu64 " were delivered, %" PRIu64
			" folded (counted only), %" PRIu64 " dropped\n",
			(uint64_t)m->made, (uint64_t)m->delivered, (uint64_t)m->folded,
			(uint64_t)m->dropped);
}

static void verdict__findings(FILE *out, const struct model *m)
{
	__u64 findings = model__total_findings(m);
	const char *before = "";

	if (!findings) {
		fputs("no findings", out);
		return;
	}
	fprintf(out, "%" PRIu64 " finding%s (", (uint64_t)findings, findings == 1 ? "" : "s");
	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		if (!model__found(m, i))
			continue;
		fprintf(out, "%s%" PRIu64 " %s", before, (uint64_t)model__found(m, i),
			class__row(i)->name);
		before = ", ";
	}
	fputc(')', out);
}

static const char *verdict__completeness(const struct model *m)
{
	if (model__complete(m))
		return "complete: nothing was lost";
	if (m->untested)
		return "INCOMPLETE: no window was opened: nothing was tested; --allow-none "
		       "allows that";
	return "INCOMPLETE: see LOST above; the run cannot be called clean";
}

static void summary__verdict(FILE *out, const struct model *m)
{
	__u64 suppressed = model__total_suppressed(m);

	fputs("pkstrace: ", out);
	verdict__findings(out, m);
	fprintf(out, "; %s", verdict__completeness(m));
	if (model__complete(m) && model__saw_nothing(m))
		fputs(", but no window was opened: nothing was tested", out);
	if (suppressed)
		fprintf(out, "; %" PRIu64 " suppressed", (uint64_t)suppressed);
	fputc('\n', out);
}

void text__summary_end(struct report *r, const struct resolved_summary *s)
{
	const struct model *m = s->model;

	fputc('\n', r->out);
	summary__remarks(r->out, s);
	summary__losses(r->out, m);
	fprintf(r->out,
		"pkstrace: %" PRIu64 " windows granted, %" PRIu64 " closed, %" PRIu64
		" open, %" PRIu64 " protection faults in %.1f s\n",
		(uint64_t)model__grants(m), (uint64_t)model__closed(m), (uint64_t)m->open_windows,
		(uint64_t)model__faults(m), s->seconds);
	summary__delivery(r->out, m);
	summary__verdict(r->out, m);
	fflush(r->out);
}

void text__run_summary(struct report *r, const struct resolved_summary *s)
{
	run__findings(r->out, s);
	run__suppressions(r->out, s);
	run__sites(r, s);
	text__summary_end(r, s);
}

/* --- what was injected -------------------------------------------------------------------- */

#define SHOWN_CALLERS 4

static void place__row(FILE *out, const struct report_place *place)
{
	fprintf(out, "%10" PRIu64 " %10" PRIu64 " ", (uint64_t)place->calls,
		(uint64_t)place->in_window);
	for (unsigned int i = 0; i < SHOWN_CALLERS && i < place->nr; i++)
		fprintf(out, "%s%s", i ? " < " : " ", escaped(place->stack[i].text));
	fputc('\n', out);
}

static void injections__places(FILE *out, const struct report_injections *all)
{
	fprintf(out, "\nCalls that pass the filters, by call site:\n%10s %10s  %s\n", "CALLS",
		"IN WINDOW", "CALLED FROM");
	for (size_t i = 0; i < all->nr_places; i++)
		place__row(out, &all->place[i]);
	if (all->places_lost)
		fprintf(out, "%10" PRIu64 " %10s  other call sites: table full\n",
			(uint64_t)all->places_lost, "");
}

void text__injections(struct report *r, const struct report_injections *all)
{
	if (!all->dry) {
		fprintf(r->out,
			"pkstrace: injected %" PRIu64 " times, out of %" PRIu64
			" calls that passed the filters; seed %" PRIu64 "\n",
			(uint64_t)all->hits, (uint64_t)all->passed, (uint64_t)all->seed);
		if (all->zeros)
			fprintf(r->out,
				"pkstrace: %" PRIu64 " more calls were made to return 0: that is "
				"success, and no failure\n",
				(uint64_t)all->zeros);
		return;
	}
	injections__places(r->out, all);
	fprintf(r->out,
		"pkstrace: dry run: %" PRIu64 " calls pass the filters, %" PRIu64 " would be hit\n",
		(uint64_t)all->passed, (uint64_t)all->hits);
}
