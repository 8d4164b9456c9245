/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cgroups of our own in the unified hierarchy (cgroup v2): one for each command, so
 * that whatever it starts can be found, and ended, through its cgroup.
 *
 * A cgroup is locked (flock on its directory) by the process that made it, for as long
 * as that process lives. One that nobody has locked is stale; the next run removes it.
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
 * Makes a cgroup below our own, or else below the root of the hierarchy, and removes
 * stale ones there. Returns 0 or a negative errno: -ENOENT if cgroup v2 is not mounted.
 */
int cgroup__make(struct cgroup *group);

/* The number of processes in it and below. */
unsigned int cgroup__processes(const char *path);

/* Sends the signal to each of them. */
void cgroup__signal(const char *path, int signal);

/* Waits for at most that many seconds until there are none. True if there are none. */
bool cgroup__wait_empty(const char *path, double seconds);

/*
 * Kills everything in it and below (cgroup.kill, Linux 5.14), and removes it. Returns 0,
 * or -EBUSY if something is still there after that many seconds: asleep in the kernel,
 * out of reach of signals.
 */
int cgroup__remove(const char *path, double seconds);

/* Moves everything in it and below to its parent, and removes it. Returns the number moved. */
unsigned int cgroup__release(const char *path);

/* Those that runs which were killed have left below our own cgroup, or below the root. */
void cgroup__each_stale(void (*fn)(void *arg, const char *path), void *arg);

/* Closes the directory without removing the cgroup. */
void cgroup__close(struct cgroup *group);

#endif
