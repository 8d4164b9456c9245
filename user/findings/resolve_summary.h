/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run has come to, as resolve.h does it: names for the rows of its tables. */
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
	bool reported;		 /* false: known from its count alone */
	__u64 count, first, last;
};

/* What windows are counted by. Times in ns. */
struct resolved_site {
	char name[AGGREGATE_TEXT];
	bool known; /* false: the row of those that found no place */
	const struct model_site *counts;
	__u64 mean, p50, p99;
};

struct resolved_summary {
	const struct model *model; /* for its numbers; outlives this */
	bool counts_only;	   /* of `stat`: no record of any finding was made */
	double at;		   /* seconds since the start, of an interval */
	double seconds;
	enum pks_by by;
	const char *by_title;
	const char *target;
	const struct suppress *suppress; /* NULL: none */
	struct resolved_repeat *repeat;	 /* those that are not suppressed; owned, as is site */
	size_t nr_repeats;
	struct resolved_site *site; /* as the model's */
	size_t nr_sites;
	struct model_site all_counts;
	struct resolved_site all;    /* of all_counts */
	const char *note[NOTES_MAX]; /* why source lines are missing */
	unsigned int nr_notes;
};

/*
 * 0, or -ENOMEM with tables that are empty: there is something to be freed in any case.
 * The model may be that of an interval.
 */
int resolve__summary(const struct resolver *r, const struct model *m, struct resolved_summary *out);
void resolved_summary__free(struct resolved_summary *summary);

#endif
