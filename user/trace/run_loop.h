/* SPDX-License-Identifier: GPL-2.0-only */
/* The main loop of every tracing command: until a signal, a timeout, or the end of the target. */
#ifndef PKSTRACE_TRACE_RUN_LOOP_H
#define PKSTRACE_TRACE_RUN_LOOP_H

#include "trace/intake.h"
#include "trace/longhold.h"

/* What can end the loop. */
enum run_end { END_SIGNAL, END_TIMER, END_PROCESS, END_WORKLOAD, NR_ENDS };

#define END_BIT(end) (1u << (end))

struct run_loop {
	struct intake *intake;
	struct longhold *longhold; /* NULL: none */
	int end[NR_ENDS];	   /* descriptors that become readable; -1: none */
	int ticks;		   /* a timer; -1: none */
	void (*tick)(void *arg);   /* called each time it expires */
	void *arg;
	bool blind; /* this has been said */
	/*
	 * Called once the target has ended by itself; true: the loop goes on, until left() says
	 * that none of what the target has started lives any more. NULL: it ends at once.
	 */
	bool (*target_ended)(void *arg);
	unsigned int (*left)(void *arg);
	bool waiting;	   /* for these */
	unsigned int over; /* the END_BIT() of the target's end, meanwhile */
};

/*
 * Prints findings as they come until something ends the loop; *ended is the END_BIT()s of
 * what did. Returns STATUS_OUTPUT if the output can no longer be written, or another
 * status after printing one line.
 */
enum status run_loop__wait(struct run_loop *loop, unsigned int *ended);

#endif
