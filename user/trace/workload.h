/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a command under trace: started, but held until the probes are on; and
 * ended, with all that it has started.
 *
 * It runs in a control group of its own (util/cgroup.h): there it is followed by
 * the group, which its children inherit with nothing to be lost, and there it is
 * ended as a whole. Where that can't be had (no cgroup v2, or not writable) it is
 * followed from fork to fork and ended by a walk of /proc, and a line says so.
 */
#ifndef PKSTRACE_TRACE_WORKLOAD_H
#define PKSTRACE_TRACE_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/cgroup.h"

struct follow {
	const char *name;    /* of the command, for messages */
	pid_t pid;	     /* 0: none, or it has been reaped */
	int pidfd;	     /* polls readable when the command has ended */
	int go;		     /* writing here lets it run */
	int failed;	     /* reads an errno if it could not be run */
	struct cgroup group; /* fd -1: it has none */
};

#define FOLLOW_NONE                                                                                \
	{                                                                                          \
		.pidfd = -1, .go = -1, .failed = -1, .group = CGROUP_NONE                          \
	}

enum follow_how {
	/* One of many runs: it reads and writes only files that it opens, and dies with us. */
	FOLLOW_ALONE = 1,
	/* It is to change its control group itself. */
	FOLLOW_NO_GROUP = 2,
};

/*
 * False after a line where a command can't have a control group. For who has to
 * know before the first one.
 */
bool follow__can_group(const char *name);

/* Forks; the child waits. how: a set of enum follow_how. 0 or negative errno. */
int follow__prepare(struct follow *f, char *const argv[], unsigned int how);

/* Lets it run. 0, or the negative errno with which exec failed. */
int follow__start(struct follow *f);

/* Its wait status, once it has ended. 0 or negative errno. */
int follow__reap(struct follow *f, int *wait_status);

/*
 * The command has ended by itself. What it has left running goes on in our own
 * control group, not traced any more. How many processes that are; 0 without a
 * control group, for then nobody knows.
 */
unsigned int follow__release(struct follow *f);

/*
 * Ends the command and all its children: SIGTERM, and after `grace` seconds
 * SIGKILL; 0: at once. Number of processes that are left: asleep in the kernel,
 * out of reach of signals. *wait_status is the command's, -1 where it is not known.
 */
unsigned int follow__end(struct follow *f, double grace, int *wait_status);

/* Ends what is still there, with a line if it had been started; closes descriptors. */
void follow__close(struct follow *f);

#endif
