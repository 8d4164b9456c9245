/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What commands print, and how. A format is one file and its row in format.c; it prints
 * what findings/resolve.h and this header hold, and looks nothing up.
 */
#ifndef PKSTRACE_REPORT_H
#define PKSTRACE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "findings/resolve.h"
#include "findings/resolve_summary.h"
#include "util/status.h"

struct format;

struct report {
	FILE *out;
	const struct format *format;
	unsigned int top;     /* rows to list in the table of windows */
	unsigned int verbose; /* injections: 0: none, 1: a line for each, 2: with the stack */
	unsigned int missing; /* lines that could not be built or written */
};

/* --- inject ----------------------------------------------------------------------- */

/* A call site whose calls pass the filters. */
struct report_place {
	__u64 calls, in_window;
	struct resolved_place *stack; /* direct caller first */
	unsigned int nr;
};

struct report_injections {
	bool dry;
	__u64 passed, hits, seed;
	const struct report_place *place; /* of a dry run; most calls first */
	size_t nr_places;
	__u64 places_lost; /* calls from sites that the table had no room for */
};

/* --- snapshot --------------------------------------------------------------------- */

struct report_snapshot {
	__u64 threads; /* all threads looked at */
	__u64 in_state[NR_SNAPSHOT_STATES];
};

/* --- hunt ------------------------------------------------------------------------- */

#define REPORT_CALLS 2 /* that fail in one run */

/* A call site of something that can fail. The strings belong to the hunt. */
struct report_site {
	const char *function;
	bool kernel_fault_injection;
	const char *stack; /* one frame per line, direct caller first */
	const char *name;  /* points into stack: the frame to name the site by */
	__u64 calls, in_window;
};

struct report_call {
	struct report_site site;
	char error[24]; /* "ENOMEM" */
	long value;
};

struct report_run {
	size_t number; /* from 1 */
	struct report_call call[REPORT_CALLS];
	unsigned int nr_calls;
	unsigned int outcomes; /* HUNT_BIT()s, one for each name in report_hunt.outcome */
	const char *outcome;   /* the worst of them */
	int wait_status;       /* of CMD; -1: it did not end by itself */
	double seconds;
	const char *report; /* the findings as text; NULL: none */
	json_t *findings;   /* the same as an array; NULL: none */
};

struct report_survey {
	const struct report_site *site;
	size_t nr_sites;
	json_t *findings; /* with nothing failed; NULL: none */
};

struct report_outcome {
	const char *name;
	size_t runs;
};

struct report_hunt {
	const struct report_run *run; /* those that took place */
	size_t nr_runs;
	size_t planned, walked, found;
	const struct report_outcome *outcome;
	size_t nr_outcomes;
	double seconds;
	const char *survey_report; /* findings with nothing failed; NULL: none */
	size_t survey_findings;
	const char *because; /* why it is incomplete; NULL: it is complete */
};

/* --- check ------------------------------------------------------------------------ */

struct report_fact {
	const char *name;
	const char *value; /* may have several lines */
	bool list;	   /* there may be several with this name, one after the other */
	bool continued;	   /* in text, a further line of the one before */
};

struct report_check {
	const struct report_fact *fact;
	size_t nr;
};

/* --- formats ---------------------------------------------------------------------- */

/* NULL: the format has no form for this. */
struct format {
	const char *name;
	const char *meaning; /* for --help */
	/* As it comes. */
	void (*finding)(struct report *r, const struct resolved_finding *f);
	/* A part of a finding that was printed before; f->follows is that one. */
	void (*part)(struct report *r, const struct resolved_finding *f);
	void (*injection)(struct report *r, const struct resolved_injection *one);
	void (*interval)(struct report *r, const struct resolved_summary *s);
	void (*thread)(struct report *r, const struct resolved_inside *t);
	void (*survey)(struct report *r, const struct report_survey *s);
	/* At the end. */
	void (*summary)(struct report *r, const struct resolved_summary *s);
	void (*injections)(struct report *r, const struct report_injections *all);
	void (*snapshot)(struct report *r, const struct report_snapshot *all);
	void (*runs)(struct report *r, const struct report_hunt *hunt);
	void (*check)(struct report *r, const struct report_check *check);
};

/* The format with that name; NULL if there is none. */
const struct format *format__find(const char *name);

/* A row of the table, the default first; NULL past its end. */
const struct format *format__row(unsigned int i);

/* "text, json", for messages. Returns `text`. */
const char *format__names(char *text, size_t size);

/* The final status: STATUS_OUTPUT, after printing one line, if any output is missing. */
enum status report__status(const struct report *r, enum status status);

#endif
