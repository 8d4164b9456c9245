/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints where windows must be closed at the latest, and what is blind
 * on a kernel that lacks some. Two boundaries are functions: see enum probe.
 */
#ifndef PKSTRACE_KERNEL_BOUNDARIES_H
#define PKSTRACE_KERNEL_BOUNDARIES_H

#include <stdbool.h>

#include "kernel/dialect.h"

#define BOUNDARIES_MAX 16 /* tracepoints that there is room for */

struct boundary {
	const char *tracepoint;
	bool syscall;	/* a system call ends there */
	bool interrupt; /* an interrupt ends there, in the thread that it hit */
	bool begin; /* nothing is open yet; needed where no count of protected memory tells */
};

/* A row of the table, NULL beyond its end. */
const struct boundary *boundaries__row(unsigned int i);

/* Tells, in words, what a run on this kernel has not; the rest is dialect__blind()'s. */
void boundaries__blind(const struct dialect *d, void (*fn)(void *arg, const char *what), void *arg);

#endif
