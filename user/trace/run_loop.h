/* SPDX-License-Identifier: GPL-2.0-only */
/* The loop of every command that traces: until a signal, time is up, or what is traced ends. */
#ifndef PKSTRACE_TRACE_RUN_LOOP_H
#define PKSTRACE_TRACE_RUN_LOOP_H

#include "trace/intake.h"
#include "trace/longhold.h"

/* What can end it. */
enum run_end { END_SIGNAL, END_TIMER, END_PROCESS, END_COMMAND, NR_ENDS };

#define END_BIT(end) (1u << (end))

struct run_loop {
	struct intake *intake;
	struct longhold *longhold; /* NULL: none */
	int end[NR_ENDS];	   /* descriptors that poll readable; -1: there is none */
	int ticks;		   /* a timer; -1: none */
	void (*tick)(void *arg);   /* each time that it runs out */
	void *arg;
};

/*
 * SIGINT, SIGTERM and SIGHUP become readable: from now on they end the loop and
 * not the process, so that the summary is not lost; SIGHUP stays ignored where
 * nohup(1) says so. A descriptor, or -1 after one line.
 */
int run_loop__signals(enum status *status);

/*
 * Shows what comes until something ends it: *ended is all of END_BIT() that has.
 * STATUS_OUTPUT where nobody can see it any more, else another status after one line.
 */
enum status run_loop__wait(struct run_loop *loop, unsigned int *ended);

#endif
