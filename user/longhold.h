/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that are open for too long, found while they are: the programs see a
 * window again only at its end, which may never come.
 */
#ifndef PKSTRACE_LONGHOLD_H
#define PKSTRACE_LONGHOLD_H

#include <stddef.h>

#include "collector.h"

struct longhold {
	__u64 threshold; /* ns; 0: off */
	struct longhold_told {
		__u64 since;
		__u32 tid;
	} *told; /* windows already reported; owned */
	size_t nr_told, room;
};

/* How often to look, in ms for poll(2): -1 where it is off. */
int longhold__interval(const struct longhold *l);

/*
 * Looks at all open windows at the time `now` (CLOCK_MONOTONIC ns) and hands a
 * finding of each new one that is too old to fn. Returns how many windows that
 * were reported, now or before, are open still.
 */
size_t longhold__scan(struct longhold *l, struct collector *c, __u64 now, collector_finding_fn fn,
		      void *arg);

void longhold__close(struct longhold *l);

#endif
