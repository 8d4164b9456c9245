/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks at windows while they are open, for the programs see a window again only when it is
 * closed, which may never happen: those held for too long, those of one call site that pile
 * up in a thread, and those that are left at the end.
 */
#ifndef PKSTRACE_TRACE_OPEN_WINDOWS_H
#define PKSTRACE_TRACE_OPEN_WINDOWS_H

#include <stddef.h>

#include "trace/collector.h"

struct window_pile;

struct open_windows {
	__u64 threshold; /* ns; held for longer is too long; 0: nothing is */
	__u64 held;	 /* findings so far: the programs leave these windows out */
	__u64 growing;	 /* and of those that pile up */
	struct window_pile *pile;
	size_t nr, room;
	__u64 looked_at; /* CLOCK_MONOTONIC ns, for piles; 0: never */
};

/* How often to look, as a timeout for poll(2) in ms; -1 if nothing is to be seen in time. */
int open_windows__interval(const struct open_windows *l);

/*
 * Looks at all open windows at the time `now` (CLOCK_MONOTONIC ns) and passes a finding to
 * fn for what is new.
 */
void open_windows__scan(struct open_windows *l, struct collector *c, __u64 now,
			collector_finding_fn fn, void *arg);

/*
 * Adds the windows to the model that are open at the end of a run, before the programs are
 * detached. One that somebody may just be using is given two seconds to be closed, while the
 * trace goes on and drain is called now and then. Returns 0 or -ENOMEM.
 */
int open_windows__left(struct collector *c, void (*drain)(void *arg), void *arg, struct model *m);

void open_windows__free(struct open_windows *l);

#endif
