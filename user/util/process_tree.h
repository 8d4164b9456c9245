/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends a command and everything it has started, if it has no cgroup of its own. */
#ifndef PKSTRACE_UTIL_PROCESS_TREE_H
#define PKSTRACE_UTIL_PROCESS_TREE_H

#include <sys/types.h>

/*
 * From now on orphaned descendants become children of this process, so that none is lost.
 * Returns 0 or a negative errno.
 */
int process_tree__adopt(void);

/*
 * Ends all descendants of this process: SIGTERM, and SIGKILL after `grace` seconds (0: at
 * once). Reaps those that die within `seconds`. Returns the number of those that are left:
 * asleep in the kernel, out of reach of signals. *main_status is the wait status of `main`,
 * one of them; -1: not reaped here.
 */
unsigned int process_tree__end(pid_t main, double grace, double seconds, int *main_status);

#endif
