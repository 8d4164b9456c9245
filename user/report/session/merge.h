/* SPDX-License-Identifier: GPL-2.0-only */
/* One or many sessions as one: each finding once, sums of what was counted. */
#ifndef PKSTRACE_REPORT_SESSION_MERGE_H
#define PKSTRACE_REPORT_SESSION_MERGE_H

#include "report/session/reader.h"

/* A finding of all sessions, by its identity. */
struct merged_finding {
	char *identity;	   /* owned */
	__u64 hash;	   /* of that */
	size_t session;	   /* the first that has it, */
	size_t line;	   /* and its record there; the session's nr: there is none, */
	size_t repeat;	   /* only the row of its summary */
	__u64 count;	   /* in all sessions */
	__u64 first, last; /* in that session */
	__u64 *in;	   /* count by session; owned */
};

struct merged {
	struct session *session;
	size_t nr;
	struct session_record *summary; /* by session; all zeros: it has none */
	struct merged_finding *finding; /* in order of their first appearance */
	size_t nr_findings, room;
	/* The sum of all summaries. */
	struct arena arena;
	struct model *model;
	struct resolved_summary *total;
};

/* A finding, resolved. */
struct merged_record {
	const struct resolved_finding *finding;
	/* Private. */
	struct session_record record;
	struct resolved_finding *own;
	struct resolved_seen *seen;
};

/*
 * Opens the files, as session__open() does, and merges them. Anything but STATUS_CLEAN: one
 * line was printed. merged__close() is due in any case.
 */
enum status merged__open(struct merged *m, const char *const *path, size_t nr, bool force);

/* The same of one session that is open, which becomes this one's. */
enum status merged__take(struct merged *m, const struct session *session);

/*
 * To be compared with another one: if not all sessions of both are of one build of one
 * kernel, the call sites of each function are one. Returns 0 or -ENOMEM.
 */
int merged__align(struct merged *m, struct merged *other);
void merged__close(struct merged *m);

/* Reads a finding with its stacks, if there are any, and its machines. 0, -EINVAL or -ENOMEM. */
int merged__finding(const struct merged *m, size_t at, struct merged_record *out);
void merged_record__free(struct merged_record *record);

/* Prints the findings, and the sum. */
void merged__print(const struct merged *m, struct report *r);

/* The worst that one of the sessions ended with. */
enum status merged__status(const struct merged *m);

#endif
