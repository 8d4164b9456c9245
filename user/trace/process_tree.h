/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends a command with all that it has started, where it has no control group of its own. */
#ifndef PKSTRACE_TRACE_PROCESS_TREE_H
#define PKSTRACE_TRACE_PROCESS_TREE_H

#include <sys/types.h>

/*
 * From now on orphans among this process's descendants become its children, so
 * that none is lost sight of. 0 or negative errno.
 */
int process_tree__adopt(void);

/*
 * Ends all descendants of this process: SIGTERM, after `grace` seconds SIGKILL
 * (0: at once), and reaps those that die of it within so many seconds. Returns the
 * number of those that are left: asleep in the kernel, out of reach of signals.
 * *main_status is the wait status of `main`, one of them; -1: not reaped here.
 */
unsigned int process_tree__end(pid_t main, double grace, double seconds, int *main_status);

#endif
