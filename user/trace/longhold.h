/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that are open for too long, found while they are: the programs see a
 * window again only at its end, which may never come.
 */
#ifndef PKSTRACE_TRACE_LONGHOLD_H
#define PKSTRACE_TRACE_LONGHOLD_H

#include <stddef.h>

#include "trace/collector.h"

struct longhold {
	__u64 threshold; /* ns; 0: off */
	__u64 reported;	 /* windows so far: the programs leave these out */
};

/* How often to look, in ms for poll(2): -1 where it is off. */
int longhold__interval(const struct longhold *l);

/*
 * Looks at all open windows at the time `now` (CLOCK_MONOTONIC ns) and hands a
 * finding of each new one that is too old to fn.
 */
void longhold__scan(struct longhold *l, struct collector *c, __u64 now, collector_finding_fn fn,
		    void *arg);

#endif
