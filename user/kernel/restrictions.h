/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings of the system that keep even root from tracing. */
#ifndef PKSTRACE_KERNEL_RESTRICTIONS_H
#define PKSTRACE_KERNEL_RESTRICTIONS_H

/* what: which setting, what it forbids, what to do. */
typedef void (*restriction_fn)(void *arg, const char *what);

/* root: a prefix of /proc and /sys, for tests; "" on the running system. Returns how many. */
unsigned int restrictions__each(const char *root, restriction_fn fn, void *arg);

#endif
