/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mapping helpers: functions of the kernel's that open or close a window for whoever calls
 * them. A finding is about their caller.
 */
#ifndef PKSTRACE_KERNEL_HELPER_H
#define PKSTRACE_KERNEL_HELPER_H

#include <stdbool.h>

/* True of the name of a helper; NULL is allowed: false. */
bool helper__is(const char *function);

/* One more of them, for this process: a pattern as of fnmatch(3), kept. False: too many. */
bool helper__add(const char *pattern);

#endif
