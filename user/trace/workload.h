/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a command under trace: started, but held until the probes are on. */
#ifndef PKSTRACE_TRACE_WORKLOAD_H
#define PKSTRACE_TRACE_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

struct follow {
	pid_t pid; /* 0: none */
	int pidfd; /* polls readable when the command has ended */
	int go;	   /* writing here lets it run */
	int failed; /* reads an errno if it could not be run */
};

/*
 * Forks; the child waits. alone: for one of many runs: it reads and writes
 * nothing but files that it opens, and dies with us. 0 or negative errno.
 */
int follow__prepare(struct follow *f, char *const argv[], bool alone);

/* Lets it run. 0, or the negative errno with which exec failed. */
int follow__start(struct follow *f);

/* Its wait status, once it has ended. 0 or negative errno. */
int follow__reap(struct follow *f, int *wait_status);

/* Ends a command that was never started, closes descriptors. */
void follow__close(struct follow *f);

#endif
