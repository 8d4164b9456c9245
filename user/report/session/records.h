/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the records of a session hold: a line each, as a JSON object whose "type" says which.
 * user/doc/session.schema.json has the same for others.
 */
#ifndef PKSTRACE_REPORT_SESSION_RECORDS_H
#define PKSTRACE_REPORT_SESSION_RECORDS_H

#include "report/report.h"
#include "report/session/codec.h"

/*
 * Goes up when a reader of the version before could take a file for something else than it
 * is. A member or a record that is only added does not need that: readers pass over it.
 */
#define SESSION_VERSION 1
#define SESSION_FORMAT	"pkstrace-session"

/* The first record: whose session it is. */
struct session_header {
	const char *format;
	unsigned int version;
	const char *producer; /* "pkstrace 0.1" */
	const char *host;
	const char *kernel;  /* its release */
	const char *build;   /* what else uname(2) says of it */
	const char *boot;    /* id: addresses and times of two boots have nothing in common */
	const char *started; /* "2026-12-01T06:00:00Z" */
	__u64 clock;	     /* and CLOCK_MONOTONIC at that time, in ns */
	const char *mode;    /* "run", "stat", "inject", "hunt" */
	const char *command; /* line of pkstrace */
	const char *target;
	const char *dialect;
};

/* The last one: nothing is missing, and nothing was changed since. */
struct session_end {
	__u64 records; /* all others */
	__u32 crc;     /* crc32() of zlib over all bytes before */
};

struct kept_count {
	const char *name;
	__u64 count;
};

struct kept_bucket {
	__u64 end; /* ns, the last that are still in it */
	__u64 count;
};

struct kept_site {
	const char *name;
	bool known;
	__u64 grants, closed, timed, total, max;
	struct kept_bucket *held;
	size_t nr_held;
};

struct kept_loss {
	const char *reason;
	__u64 count;
	struct kept_count *on; /* by CPU, "cpu0" */
	size_t nr_on;
};

struct kept_faults {
	int pkey; /* -1: not known on which */
	__u64 seen, asked, other;
};

/* A summary, or an interval, with the model's numbers by name. */
struct kept_summary {
	bool counts_only, untested;
	double at, seconds;
	__u64 found_so_far;
	const char *by, *target;
	__u64 withdrawn, older_windows, late_revokes, open_windows;
	__u64 windows_kept, windows_dropped;
	__u64 made, delivered, folded, dropped;
	struct kept_count *found, *suppressed; /* by class */
	struct kept_loss *lost;
	struct model_skipped *skipped;
	struct kept_faults *faults;
	struct kept_site *site;
	struct resolved_repeat *repeat;
	struct resolved_suppression *suppression;
	const char **note;
	size_t nr_found, nr_suppressed, nr_lost, nr_skipped, nr_faults, nr_site, nr_repeat,
		nr_suppression, nr_note;
};

extern const struct layout layout_windows, layout_message, layout_header, layout_end,
	layout_finding, layout_injection, layout_injections, layout_summary, layout_survey,
	layout_hunt;

#endif
