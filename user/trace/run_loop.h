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
};

/*
 * SIGINT, SIGTERM and SIGHUP become readable: from now on they end the loop and
 * not the process, so that the summary is not lost; SIGHUP stays ignored where
 * nohup(1) says so. A descriptor, or -1 after one line.
 */
int run_loop__signals(enum status *status);

/*
 * Prints findings as they come until something ends the loop; *ended is the END_BIT()s of
 * what did. Returns STATUS_OUTPUT if the output can no longer be written, or another
 * status after printing one line.
 */
enum status run_loop__wait(struct run_loop *loop, unsigned int *ended);

#endif
