// SPDX-License-Identifier: GPL-2.0-only
/* OpenMetrics 1.0, for a Prometheus that reads it from a file (node_exporter's textfile). */
#include <inttypes.h>
#include <string.h>

#include "report/document/document.h"

/* The value of a label, in its quotes. */
static void label__print(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fprintf(out, "\\%c", *value);
		else if (*value == '\n')
			fputs("\\n", out);
		else
			fputc((unsigned char)*value < 0x20 || *value & 0x80 ? '?' : *value, out);
	}
	fputc('"', out);
}

static void family__begin(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void findings__print(FILE *out, const struct model *m)
{
	family__begin(out, "pkstrace_findings", "counter", "Findings, with their repeats.");
	for (int i = PKS_CLASS_NONE + 1; i < PKS_NR_CLASSES; i++) {
		fputs("pkstrace_findings_total{", out);
		label__print(out, "class", class__row(i)->name);
		fprintf(out, "} %" PRIu64 "\n", (uint64_t)model__found(m, i));
	}
	family__begin(out, "pkstrace_lost", "counter", "What was lost; any of it: incomplete.");
	for (int i = 0; i < NR_LOSSES; i++) {
		fputs("pkstrace_lost_total{", out);
		label__print(out, "reason", loss__row(i)->name);
		fprintf(out, "} %" PRIu64 "\n", (uint64_t)m->lost[i]);
	}
}

/* The sum of windows in [from, to) of the histogram's buckets. */
static __u64 held__upto(const struct model_site *s, __u64 end)
{
	__u64 sum = 0;

	for (unsigned int b = 0; b < PKS_BUCKETS && model__bucket_end(b) <= end; b++)
		sum += s->hist[b];
	return sum;
}

/* A bound for each fourth power of two: 255 ns to 68 s. */
#define FIRST_POWER 8
#define LAST_POWER  36

static void hold__print(FILE *out, const char *key, const struct resolved_site *site)
{
	const struct model_site *counts = site->counts;

	for (int power = FIRST_POWER; power <= LAST_POWER; power += 2) {
		__u64 end = (1ULL << power) - 1;

		fputs("pkstrace_hold_seconds_bucket{", out);
		label__print(out, key, site->name);
		fprintf(out, ",le=\"%.9f\"} %" PRIu64 "\n", end / 1e9,
			(uint64_t)held__upto(counts, end));
	}
	fputs("pkstrace_hold_seconds_bucket{", out);
	label__print(out, key, site->name);
	fprintf(out, ",le=\"+Inf\"} %" PRIu64 "\npkstrace_hold_seconds_count{",
		(uint64_t)held__upto(counts, ~0ULL));
	label__print(out, key, site->name);
	fprintf(out, "} %" PRIu64 "\npkstrace_hold_seconds_sum{",
		(uint64_t)held__upto(counts, ~0ULL));
	label__print(out, key, site->name);
	fprintf(out, "} %.9f\n", counts->total / 1e9);
}

static void windows__print(FILE *out, const struct resolved_summary *s)
{
	static const char *const keys[PKS_NR_BY] = { "site", "thread", "cgroup", "of" };

	family__begin(out, "pkstrace_windows", "counter", "Windows granted.");
	for (size_t i = 0; i < s->nr_sites; i++) {
		fputs("pkstrace_windows_total{", out);
		label__print(out, keys[s->by], s->site[i].name);
		fprintf(out, "} %" PRIu64 "\n", (uint64_t)s->site[i].counts->grants);
	}
	family__begin(out, "pkstrace_hold_seconds", "histogram",
		      "How long windows were held, of those that were timed.");
	for (size_t i = 0; i < s->nr_sites; i++)
		hold__print(out, keys[s->by], &s->site[i]);
}

static void gauge__print(FILE *out, const char *name, const char *help, double value)
{
	family__begin(out, name, "gauge", help);
	fprintf(out, "%s %.15g\n", name, value);
}

static void openmetrics__document(struct report *r, const struct merged *all)
{
	const struct model *m = all->model;

	findings__print(r->out, m);
	windows__print(r->out, all->total);
	gauge__print(r->out, "pkstrace_open_windows", "Windows open at the end.", m->open_windows);
	gauge__print(r->out, "pkstrace_complete", "1 if nothing was lost.",
		     merged__status(all) != STATUS_INCOMPLETE && model__complete(m));
	gauge__print(r->out, "pkstrace_traced_seconds", "Time traced.", all->total->seconds);
	family__begin(r->out, "pkstrace_protection_faults", "counter",
		      "Protection faults of the memory traced.");
	fprintf(r->out, "pkstrace_protection_faults_total %" PRIu64 "\n# EOF\n",
		(uint64_t)model__faults(m));
}

const struct format format_openmetrics = {
	.name = "openmetrics",
	.meaning = "counters and hold times, for Prometheus",
	.document = openmetrics__document,
};
