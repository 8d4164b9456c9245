/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that this kernel lets programs fail: its error-injection list. */
#ifndef PKSTRACE_KERNEL_ERROR_INJECTION_H
#define PKSTRACE_KERNEL_ERROR_INJECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define INJECTABLE_NAME 64

/* What a failing call may return: include/asm-generic/error-injection.h. */
enum injectable_type {
	INJECTABLE_NULL,       /* a null pointer */
	INJECTABLE_ERRNO,      /* a negative errno */
	INJECTABLE_ERRNO_NULL, /* an errno as a pointer, or null */
	INJECTABLE_TRUE,
};

struct injectable {
	char name[INJECTABLE_NAME];
	enum injectable_type type;
};

struct injectables {
	struct injectable *all;
	size_t nr, room;
};

/* Reads a list in the format of debugfs's error_injection/list. 0 or -ENOMEM. */
int injectables__parse(struct injectables *list, FILE *from);

/* Reads the running kernel's. 0, or negative errno: -ENOENT where it has none. */
int injectables__read(struct injectables *list);

/* NULL where the kernel doesn't have it marked. */
const struct injectable *injectables__find(const struct injectables *list, const char *name);

void injectables__free(struct injectables *list);

/* True for system calls: no caller in the kernel to fail. */
bool injectable__is_syscall(const char *name);

/* Which argument says whether the call may fail at all (a gfp_t); PKS_GFP_NONE: none. */
unsigned char injectable__gfp_argument(const char *name);

/* True where a failing call may have any reason: it returns an errno, and none is the usual one. */
bool injectable__any_error(const struct injectable *function);

/* What a call that really failed would return. */
long injectable__usual_error(const struct injectable *function);

#endif
