// SPDX-License-Identifier: GPL-2.0-only
/* The text of `pkstrace stat`: counts, rates and hold times, with a histogram each. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/text.h"
#include "util/escape.h"
#include "util/number.h"

#define TIME	  32
#define BAR_WIDTH 40
#define POWERS	  (PKS_BUCKETS / 4 + 1) /* powers of two that the buckets reach to */

static double rate(__u64 windows, double seconds)
{
	return seconds > 0 ? windows / seconds : 0;
}

static void row__print(FILE *out, const struct resolved_site *site, const char *name,
		       double seconds)
{
	char mean[TIME], p50[TIME], p99[TIME], max[TIME];
	const struct model_site *counts = site->counts;

	fprintf(out, "%10" PRIu64 " %10" PRIu64 " %10.0f %10s %10s %10s %10s  %s\n",
		(uint64_t)counts->grants, (uint64_t)counts->closed, rate(counts->grants, seconds),
		text__held(site, site->mean, mean, sizeof(mean)),
		text__held(site, site->p50, p50, sizeof(p50)),
		text__held(site, site->p99, p99, sizeof(p99)),
		text__held(site, counts->max, max, sizeof(max)), escaped(name));
}

/* One row for all, then those with most windows. */
static void stat__table(const struct report *r, const struct resolved_summary *s)
{
	fprintf(r->out, "%10s %10s %10s %10s %10s %10s %10s  %s\n", "WINDOWS", "CLOSED", "RATE(/s)",
		"MEAN", "P50<=", "P99<=", "MAX", s->by_title);
	row__print(r->out, &s->all, "(all)", s->seconds);
	if (s->by == PKS_BY_ALL)
		return;
	for (size_t i = 0; i < s->nr_sites && i < r->top; i++)
		row__print(r->out, &s->site[i], s->site[i].name, s->seconds);
	if (s->nr_sites > r->top)
		fprintf(r->out, "%10s and %zu more\n", "", s->nr_sites - r->top);
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

static void histogram__row(FILE *out, unsigned int power, __u64 n, __u64 most)
{
	char from[TIME], to[TIME], bar[BAR_WIDTH + 1];
	unsigned int width = n * BAR_WIDTH / most;

	memset(bar, '#', sizeof(bar));
	bar[n && !width ? 1 : width] = 0;
	fprintf(out, "%12s .. %-12s %10" PRIu64 " |%-*s|\n",
		duration__text(power ? 1ULL << power : 0, from, sizeof(from)),
		duration__text((2ULL << power) - 1, to, sizeof(to)), (uint64_t)n, BAR_WIDTH, bar);
}

static void histogram__print(FILE *out, const struct resolved_site *site)
{
	__u64 windows[POWERS], most = 0;
	int first = -1, last = 0;

	for (int p = 0; p < POWERS; p++) {
		windows[p] = power__windows(site->counts, p);
		if (!windows[p])
			continue;
		first = first < 0 ? p : first;
		last = p;
		most = windows[p] > most ? windows[p] : most;
	}
	if (!most)
		return;
	fprintf(out, "\nHold times, %s:\n", escaped(site->name));
	for (int p = first; p <= last; p++)
		histogram__row(out, p, windows[p], most);
}

static void stat__findings(FILE *out, const struct resolved_summary *s)
{
	if (!s->nr_repeats)
		return;
	fprintf(out, "\nFindings:\n%10s %12s %12s  %s\n", "COUNT", "FIRST(s)", "LAST(s)",
		"CLASS AND PLACE");
	for (size_t i = 0; i < s->nr_repeats; i++) {
		const struct resolved_repeat *one = &s->repeat[i];

		fprintf(out, "%10" PRIu64 " %12.6f %12.6f  %s%s%s in %s\n", (uint64_t)one->count,
			one->first / 1e9, one->last / 1e9, one->class, one->cause ? "/" : "",
			one->cause ?: "", one->in[0] ? escaped(one->in) : "an unknown function");
	}
}

/* The findings of an interval, by class, in a line of their own. */
static void interval__findings(FILE *out, const struct model *m)
{
	const char *before = "findings: ";

	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		if (!m->found[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", before, (uint64_t)m->found[i],
			class__row(i)->name);
		before = ", ";
	}
	if (*before == ',')
		fputc('\n', out);
}

static void interval__lines(struct report *r, const struct resolved_summary *s)
{
	fprintf(r->out, "--- at %.3f s, the last %.3f s:\n", s->at, s->seconds);
	stat__table(r, s);
	interval__findings(r->out, s->model);
}

#define HOME_AND_CLEAR "\033[H\033[J"
#define AROUND_ROWS    6 /* beside those of the table */

/* As much as fits on the terminal, in place of what was there. */
static void interval__live(struct report *r, const struct resolved_summary *s)
{
	unsigned int room = r->rows > AROUND_ROWS ? r->rows - AROUND_ROWS : 1;
	struct report part = *r;
	char *text = NULL;
	size_t size;

	part.top = room < r->top ? room : r->top;
	part.out = open_memstream(&text, &size);
	if (!part.out) {
		r->missing++;
		return;
	}
	interval__lines(&part, s);
	fprintf(part.out, "findings so far: %" PRIu64 "\n", (uint64_t)s->found_so_far);
	fclose(part.out);
	fputs(HOME_AND_CLEAR, r->out);
	for (const char *at = text; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		int length = strcspn(at, "\n");

		fprintf(r->out, "%.*s\n", length < (int)r->columns ? length : (int)r->columns, at);
	}
	free(text);
}

void text__interval(struct report *r, const struct resolved_summary *s)
{
	if (r->columns)
		interval__live(r, s);
	else
		interval__lines(r, s);
	fflush(r->out);
}

void text__stat_summary(struct report *r, const struct resolved_summary *s)
{
	fprintf(r->out, "Protection windows of %s:\n\n", escaped(s->target));
	stat__table(r, s);
	for (size_t i = 0; i < s->nr_sites && i < r->top; i++)
		histogram__print(r->out, &s->site[i]);
	stat__findings(r->out, s);
	text__summary_end(r, s);
}
