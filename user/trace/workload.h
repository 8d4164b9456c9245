/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a command under trace. It is started but held until the probes are attached, and
 * ended together with everything it has started.
 *
 * It runs in a cgroup of its own (util/cgroup.h), which its children inherit. The cgroup
 * finds all of them, for tracing and for ending them. If that is not possible (no cgroup v2,
 * or not writable), the command is followed from fork to fork, its processes are looked up in
 * /proc when they have to be ended, and a line says so.
 */
#ifndef PKSTRACE_TRACE_WORKLOAD_H
#define PKSTRACE_TRACE_WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/cgroup.h"
#include "util/user.h"

struct workload {
	const char *name;     /* of the command, for messages */
	pid_t pid;	      /* 0: none, or it has been reaped */
	int pidfd;	      /* becomes readable when the command has ended */
	int go;		      /* writing here lets it run */
	int failed;	      /* reads an errno if it could not be run */
	struct cgroup cgroup; /* fd -1: it has none */
};

#define WORKLOAD_NONE                                                                              \
	{                                                                                          \
		.pidfd = -1, .go = -1, .failed = -1, .cgroup = CGROUP_NONE                         \
	}

enum workload_how {
	/* One of many runs: it reads and writes only files that it opens, and dies with us. */
	WORKLOAD_ALONE = 1,
	/* It will change its cgroup itself. */
	WORKLOAD_NO_CGROUP = 2,
};

/*
 * Returns false after printing one line if a command can't have a cgroup. For callers that
 * must know before the first one.
 */
bool workload__can_have_cgroup(const char *name);

/* Forks; the child waits. how: a set of enum workload_how. Returns 0 or a negative errno. */
int workload__prepare(struct workload *w, char *const argv[], const struct user *user,
		      unsigned int how);

/* Lets it run. Returns 0, or the negative errno with which exec failed. */
int workload__start(struct workload *w);

/* Gets its wait status once it has ended. Returns 0 or a negative errno. */
int workload__reap(struct workload *w, int *wait_status);

/*
 * To be called when the command has ended by itself. What it left running continues in our
 * own cgroup and is no longer traced. Returns the number of such processes; 0 without a
 * cgroup, since nobody knows then.
 */
unsigned int workload__release(struct workload *w);

/*
 * Ends the command and all its children: SIGTERM, and SIGKILL after `grace` seconds (0: at
 * once). Returns the number of processes that are left: asleep in the kernel, out of reach
 * of signals. *wait_status is that of the command, -1 if it is not known.
 */
unsigned int workload__end(struct workload *w, double grace, int *wait_status);

/* Ends what is still there, with a line if it had been started; closes all descriptors. */
void workload__close(struct workload *w);

#endif
