/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends a command with all that it has started. */
#ifndef PKSTRACE_TRACE_PROCESS_TREE_H
#define PKSTRACE_TRACE_PROCESS_TREE_H

/*
 * From now on orphans among this process's descendants become its children, so
 * that none is lost sight of. 0 or negative errno.
 */
int process_tree__adopt(void);

/*
 * Kills all descendants of this process and reaps those that die within the
 * given time. Returns the number of those that are left: asleep in the kernel
 * beyond the reach of signals.
 */
unsigned int process_tree__kill(double seconds);

#endif
