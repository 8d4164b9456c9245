/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PID namespaces: the kernel's own numbers of threads are those of the first one. What is
 * given and shown are the numbers of /proc, as every other tool has them.
 */
#ifndef PKSTRACE_KERNEL_PID_NS_H
#define PKSTRACE_KERNEL_PID_NS_H

#include <stdbool.h>

#include "util/status.h"

struct pid_ns {
	bool differs;	 /* the numbers in /proc are not the kernel's own */
	unsigned int up; /* levels from our namespace up to that of /proc; 0: it is ours */
};

/* Prints one line where it can't: /proc is missing, or does not show us. */
enum status pid_ns__find(struct pid_ns *ns);

#endif
