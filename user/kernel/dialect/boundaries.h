/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracepoints by which windows must be closed, and what goes unseen on a
 * kernel that lacks some of them. Two boundaries are functions: see enum probe.
 */
#ifndef PKSTRACE_DIALECT_BOUNDARIES_H
#define PKSTRACE_DIALECT_BOUNDARIES_H

#include <stdbool.h>

#include "kernel/dialect/dialect.h"

#define BOUNDARIES_MAX 16 /* tracepoints that there is room for */

struct boundary {
	const char *tracepoint;
	bool syscall;	/* a system call ends there */
	bool interrupt; /* an interrupt ends there, in the thread it interrupted */
	bool begin;	/* nothing is open yet; needed where the kernel keeps no count */
};

/* A row of the table; NULL past its end. */
const struct boundary *boundaries__row(unsigned int i);

/* Says which boundaries this kernel lacks; see dialect__blind() for everything else. */
void boundaries__blind(const struct dialect *d, void (*fn)(void *arg, const char *what), void *arg);

#endif
