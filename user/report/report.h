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
	/* Of a terminal on which each interval takes the place of the one before; 0: none. */
	unsigned int columns, rows;
	bool colour;	     /* the terminal has it, and nobody minds */
	struct report *keep; /* gets everything as well: a session that is kept; NULL: none */
};

/* A line that went to standard error while the report was made. */
struct report_message {
	const char *text;
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
	__u64 zeros; /* calls that were made to return 0: not among the hits, for that is success */
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
	const char *file;  /* of that frame; NULL: not known */
	unsigned int line;
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
	bool oopsed;
	const char *oops; /* what the kernel logged of it, in lines; NULL: not known */
};

/* One place of the findings of all runs. */
struct report_found {
	const char *class;
	const char *cause;  /* NULL: none */
	const char *in;	    /* the function to blame; NULL: not known */
	size_t first, last; /* numbers of the runs */
	size_t runs;
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
	const struct report_found *place; /* their findings, each place once */
	size_t nr_places;
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

/*
 * The parts of an output, and what each is of. As they come: finding, injection, interval,
 * thread, survey, window, message; the rest comes at the end.
 */
#define REPORT_PARTS(PART)                                                                         \
	PART(finding, struct resolved_finding)                                                     \
	PART(injection, struct resolved_injection)                                                 \
	PART(interval, struct resolved_summary)                                                    \
	PART(thread, struct resolved_inside)                                                       \
	PART(survey, struct report_survey)                                                         \
	PART(window, struct resolved_window)                                                       \
	PART(message, struct report_message)                                                       \
	PART(summary, struct resolved_summary)                                                     \
	PART(injections, struct report_injections)                                                 \
	PART(snapshot, struct report_snapshot)                                                     \
	PART(runs, struct report_hunt)                                                             \
	PART(check, struct report_check)

#define REPORT_FUNCTION(part, type) void (*part)(struct report * r, const type *what);

struct merged;

/* A function is NULL where the format has no form for the part. */
struct format {
	const char *name;
	const char *meaning; /* for --help */
	/* Of whole sessions, when they are complete (session/merge.h); it then has no parts. */
	void (*document)(struct report *r, const struct merged *all);
	REPORT_PARTS(REPORT_FUNCTION)
};

/* report__finding(r, f) and so on: the part, in each form that somebody wants it in. */
#define REPORT_PRINT(part, type) void report__##part(struct report *r, const type *what);
REPORT_PARTS(REPORT_PRINT)

/* report__wants_finding(r) and so on: false where nobody does, and it need not be made. */
#define REPORT_WANTS(part, type) bool report__wants_##part(const struct report *r);
REPORT_PARTS(REPORT_WANTS)

/* Messages are parts of this report until report__deaf(), which it has to outlive. */
void report__hear(struct report *r);
void report__deaf(void);

/* The format with that name; NULL if there is none. */
const struct format *format__find(const char *name);

/* A row of the table, the default first; NULL past its end. */
const struct format *format__row(unsigned int i);

/* "text, json", for messages. Returns `text`. */
const char *format__names(char *text, size_t size);

/* Sets what depends on whether standard output is a terminal: size and colour. */
void report__find_terminal(struct report *r);

/* The final status: STATUS_OUTPUT, after printing one line, if any output is missing. */
enum status report__status(const struct report *r, enum status status);

#endif
