/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves the summary of a run, as resolve.h does a finding: names for the rows of its tables. */
#ifndef PKSTRACE_FINDINGS_RESOLVE_SUMMARY_H
#define PKSTRACE_FINDINGS_RESOLVE_SUMMARY_H

#include "findings/resolve.h"

#define AGGREGATE_TEXT 256
#define NOTES_MAX      9 /* vmlinux, and so many modules less one */

/* A finding, with its repeats. Times are CLOCK_MONOTONIC ns. */
struct resolved_repeat {
	const char *class;
	const char *cause;	 /* NULL: none */
	char in[AGGREGATE_TEXT]; /* "": not known */
	const char *through;	 /* the mapping helper that it called; NULL: none */
	bool reported;		 /* false: known only by its count */
	__u64 report;		 /* if so, resolved_finding.time of the report */
	__u64 count, first, last;
};

struct resolved_suppression {
	const char *name, *origin; /* the suppressions' own */
	__u64 used;
};

/* What windows are counted by. Times in ns. */
struct resolved_site {
	char name[AGGREGATE_TEXT];
	bool known; /* false: the row of those the table had no room for */
	const struct model_site *counts;
	__u64 mean, p50, p99;
};

struct resolved_summary {
	const struct model *model; /* for its numbers; must outlive this */
	bool counts_only;	   /* stat: findings have no records */
	double at;		   /* of an interval: seconds since the start */
	double seconds;
	__u64 found_so_far; /* of an interval: findings since the start */
	enum pks_by by;
	const char *by_title;
	const char *target;
	struct resolved_suppression *suppression; /* owned, like repeat and site */
	size_t nr_suppressions;
	struct resolved_repeat *repeat; /* those that are not suppressed */
	size_t nr_repeats;
	struct resolved_site *site; /* as the model's */
	size_t nr_sites;
	struct model_site all_counts;
	struct resolved_site all;    /* of all_counts */
	const char *note[NOTES_MAX]; /* why source lines are missing */
	unsigned int nr_notes;
};

/*
 * Returns 0, or -ENOMEM with empty tables; resolved_summary__free() is needed in any case.
 * The model may be that of an interval.
 */
int resolve__summary(const struct resolver *r, const struct model *m, struct resolved_summary *out);
void resolved_summary__free(struct resolved_summary *summary);

#endif
