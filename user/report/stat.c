// SPDX-License-Identifier: GPL-2.0-only
/* The text of `pkstrace stat`: counts, rates and hold times, with a histogram each. */
#include <inttypes.h>
#include <string.h>

#include "findings/class.h"
#include "findings/finding.h"
#include "findings/aggregate.h"
#include "report/text.h"
#include "kernel/ksyms.h"

#define NAME 160
#define BAR_WIDTH 40
#define POWERS (PKS_BUCKETS / 4 + 1) /* powers of two that the buckets reach to */

static double rate(__u64 windows, double seconds)
{
	return seconds > 0 ? windows / seconds : 0;
}

static void times__print(const struct report *r, const struct model_site *s, const char *name)
{
	char average[32], p50[32], p99[32], max[32];

	fprintf(r->out, " %10s %10s %10s %10s  %s\n", time_text(model__mean(s), average, sizeof(average)),
		time_text(model__quantile(s, 0.5), p50, sizeof(p50)),
		time_text(model__quantile(s, 0.99), p99, sizeof(p99)),
		time_text(s->max, max, sizeof(max)), name);
}

/* One row for all, then those with most windows. */
static void stat__table(const struct report *r, const struct model *m, double seconds)
{
	struct model_site sum;
	char name[NAME];

	model__sum_sites(m, &sum);
	fprintf(r->out, "%10s %10s %10s %10s %10s %10s %10s  %s\n", "WINDOWS", "CLOSED", "RATE(/s)",
		"MEAN", "P50<=", "P99<=", "MAX", group__title(r->by));
	fprintf(r->out, "%10" PRIu64 " %10" PRIu64 " %10.0f", (uint64_t)sum.grants,
		(uint64_t)sum.closed, rate(sum.grants, seconds));
	times__print(r, &sum, "(all)");
	if (r->by == PKS_BY_ALL)
		return;
	for (size_t i = 0; i < m->nr_sites && i < r->top; i++) {
		const struct model_site *s = &m->sites[i];

		fprintf(r->out, "%10" PRIu64 " %10" PRIu64 " %10.0f", (uint64_t)s->grants,
			(uint64_t)s->closed, rate(s->grants, seconds));
		times__print(r, s, group__name(r, s, name, sizeof(name)));
	}
	if (m->nr_sites > r->top)
		fprintf(r->out, "%10s and %zu more\n", "", m->nr_sites - r->top);
}

/* Windows held from 2^power ns on, below the next power; those of no time count with 1 ns. */
static __u64 power__windows(const struct model_site *s, unsigned int power)
{
	__u64 sum = 0;

	for (unsigned int b = 0; b < PKS_BUCKETS; b++) {
		unsigned int of = b < 4 ? b / 2 : b / 4 + 1;

		if (of == power)
			sum += s->hist[b];
	}
	return sum;
}

static void histogram__row(const struct report *r, unsigned int power, __u64 n, __u64 most)
{
	char from[32], to[32], bar[BAR_WIDTH + 1];
	unsigned int width = n * BAR_WIDTH / most;

	memset(bar, '#', sizeof(bar));
	bar[n && !width ? 1 : width] = 0;
	fprintf(r->out, "%12s .. %-12s %10" PRIu64 " |%-*s|\n",
		time_text(power ? 1ULL << power : 0, from, sizeof(from)),
		time_text((2ULL << power) - 1, to, sizeof(to)), (uint64_t)n, BAR_WIDTH, bar);
}

static void histogram__print(const struct report *r, const struct model_site *s, const char *name)
{
	__u64 windows[POWERS], most = 0;
	int first = -1, last = 0;

	for (int p = 0; p < POWERS; p++) {
		windows[p] = power__windows(s, p);
		if (!windows[p])
			continue;
		first = first < 0 ? p : first;
		last = p;
		most = windows[p] > most ? windows[p] : most;
	}
	if (!most)
		return;
	fprintf(r->out, "\nHeld, of the windows of %s:\n", name);
	for (int p = first; p <= last; p++)
		histogram__row(r, p, windows[p], most);
}

static void stat__histograms(const struct report *r, const struct model *m)
{
	char name[NAME];

	for (size_t i = 0; i < m->nr_sites && i < r->top; i++)
		histogram__print(r, &m->sites[i], group__name(r, &m->sites[i], name, sizeof(name)));
}

static void stat__findings(const struct report *r, const struct model *m)
{
	char name[NAME];

	if (!m->nr_findings)
		return;
	fprintf(r->out, "\nFindings:\n%10s %12s %12s  %s\n", "COUNT", "FIRST(s)", "LAST(s)",
		"CLASS AND PLACE");
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];

		fprintf(r->out, "%10" PRIu64 " %12.6f %12.6f  %s%s%s in %s\n", (uint64_t)f->count,
			f->first / 1e9, f->last / 1e9, class__row(f->raw.class)->name,
			f->raw.cause ? "/" : "", f->raw.cause ? cause__row(f->raw.cause)->name : "",
			group__culprit(r, m, f, name, sizeof(name)));
	}
}

/* The findings of an interval, by class, in a line of their own. */
static void interval__findings(const struct report *r, const struct model *m)
{
	const char *before = "findings: ";

	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		if (!m->found[i])
			continue;
		fprintf(r->out, "%s%" PRIu64 " %s", before, (uint64_t)m->found[i],
			class__row(i)->name);
		before = ", ";
	}
	if (*before == ',')
		fputc('\n', r->out);
}

static void stat__interval(const struct report *r, const struct model *m, double time,
			   double seconds)
{
	fprintf(r->out, "--- at %.3f s, the last %.3f s:\n", time, seconds);
	stat__table(r, m, seconds);
	interval__findings(r, m);
	fflush(r->out);
}

static void stat__summary(const struct report *r, const struct model *m, double seconds)
{
	fprintf(r->out, "Protection windows of %s:\n\n", r->target);
	stat__table(r, m, seconds);
	stat__histograms(r, m);
	stat__findings(r, m);
	summary__end(r, m, seconds);
}

const struct renderer report_stat = { .summary = stat__summary, .interval = stat__interval };
