/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells in the kernel's log that calls are being broken on purpose, so that nobody takes what
 * follows for a genuine fault. The kernel cannot be told of an injection before it is made: its
 * line comes after it, but that there will be some stands before the first.
 */
#ifndef PKSTRACE_INJECT_ANNOUNCE_H
#define PKSTRACE_INJECT_ANNOUNCE_H

#include <stdbool.h>

#include "findings/injections.h"

struct resolver;

struct announcement {
	bool begun;
	unsigned int told; /* injections */
};

/* what: is broken, in words. */
void announce__begin(struct announcement *a, const char *what);

/* Only the first few have a line. */
void announce__injection(struct announcement *a, const struct resolver *r,
			 const struct injection *one);

/* Once, where it was begun. */
void announce__end(struct announcement *a);

#endif
