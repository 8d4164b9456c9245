/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes two findings one, also where they were seen on different kernels: addresses,
 * offsets and the compiler's suffixes have no part in it.
 */
#ifndef PKSTRACE_REPORT_SESSION_IDENTITY_H
#define PKSTRACE_REPORT_SESSION_IDENTITY_H

#include "findings/resolve_summary.h"

/*
 * Class, cause, the function that the title names, and of each stack its functions: those in
 * modules if it passes through any, for what calls them differs from kernel to kernel, or
 * else all up to the entry of the kernel. A line of text, the caller's; NULL if out of memory.
 */
char *identity__finding(const struct resolved_finding *f);

/* The same of one that has no report. */
char *identity__repeat(const struct resolved_repeat *repeat);

/* The function that a place is in, with its module: "drv_map [drv]". Returns `text`. */
const char *identity__function(const char *place, char *text, size_t size);

/* A number for an identity, the same everywhere and for ever. */
__u64 identity__hash(const char *identity);

#endif
