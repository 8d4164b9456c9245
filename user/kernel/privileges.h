/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tracer may do once all of its programs are attached. */
#ifndef PKSTRACE_KERNEL_PRIVILEGES_H
#define PKSTRACE_KERNEL_PRIVILEGES_H

/*
 * Gives up, for good, every capability but those that reading what was traced, and ending
 * what was started, still takes; and all that a program with set-user-ID could give. What this
 * process starts from then on has no more either. Returns 0 or a negative errno.
 */
int privileges__drop(void);

#endif
