/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds windows that stay open too long while they are open: the programs see a window
 * again only when it is closed, which may never happen.
 */
#ifndef PKSTRACE_TRACE_LONGHOLD_H
#define PKSTRACE_TRACE_LONGHOLD_H

#include <stddef.h>

#include "trace/collector.h"

struct longhold {
	__u64 threshold; /* ns; 0: off */
	__u64 reported;	 /* windows so far: the programs leave these out */
};

/* How often to look, as a timeout for poll(2) in ms; -1 if off. */
int longhold__interval(const struct longhold *l);

/*
 * Looks at all open windows at the time `now` (CLOCK_MONOTONIC ns) and passes a finding to
 * fn for each new one that is too old.
 */
void longhold__scan(struct longhold *l, struct collector *c, __u64 now, collector_finding_fn fn,
		    void *arg);

#endif
