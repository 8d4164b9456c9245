/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control groups of our own, in the unified hierarchy (cgroup v2): one for each
 * command, so that whatever it starts is found by the group, and ended by it.
 *
 * A group is locked (flock on its directory) by the process that made it, for as
 * long as that lives. One that nobody holds is stale, and the next run removes it.
 */
#ifndef PKSTRACE_CGROUP_H
#define PKSTRACE_CGROUP_H

#include <limits.h>
#include <stdbool.h>

struct cgroup {
	char path[PATH_MAX]; /* "": none */
	int fd;		     /* of the directory, locked; -1: none */
};

#define CGROUP_NONE                                                                                \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Makes one, below the group that we are in, else below the hierarchy's root, and
 * removes stale ones there. 0, or negative errno: -ENOENT where no cgroup v2 is mounted.
 */
int cgroup__make(struct cgroup *group);

/* Number of processes in it and below. */
unsigned int cgroup__processes(const char *path);

/* Sends each of them the signal. */
void cgroup__signal(const char *path, int signal);

/* Waits until there is none any more, so many seconds at most. True where there is none. */
bool cgroup__wait_empty(const char *path, double seconds);

/*
 * Kills what is in it and below (cgroup.kill, Linux 5.14), and removes it. 0, or
 * -EBUSY where something is still there after so many seconds: asleep in the
 * kernel, out of reach of signals.
 */
int cgroup__remove(const char *path, double seconds);

/* Moves what is in it and below to the group above, and removes it. The number moved. */
unsigned int cgroup__release(const char *path);

/* Gives up the directory; does not remove it. */
void cgroup__close(struct cgroup *group);

#endif
