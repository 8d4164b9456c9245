/* SPDX-License-Identifier: GPL-2.0-only */
/* How a snapshot is shown: a thread at a time, then a summary. */
#ifndef PKSTRACE_REPORT_SNAPSHOT_H
#define PKSTRACE_REPORT_SNAPSHOT_H

#include "report/report.h"

/* What can be said of a thread that a snapshot lists. */
enum snapshot_state {
	SNAPSHOT_INSIDE,       /* has windows open */
	SNAPSHOT_OVER_REVOKED, /* its count is below zero: its next windows open nothing */
	SNAPSHOT_KEY_OPEN,     /* no window, but the key is open */
	NR_SNAPSHOT_STATES,
};

struct snapshot_counts {
	__u64 looked_at; /* threads */
	__u64 in_state[NR_SNAPSHOT_STATES];
};

enum snapshot_state snapshot__state(const struct pks_inside *thread);

struct snapshot_renderer {
	void (*thread)(const struct report *r, const struct pks_inside *thread);
	void (*summary)(const struct report *r, const struct snapshot_counts *counts);
};

extern const struct snapshot_renderer snapshot_text; /* for people */
extern const struct snapshot_renderer snapshot_json; /* a JSON object a line */

#endif
