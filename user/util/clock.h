/* SPDX-License-Identifier: GPL-2.0-only */
/* The time that the BPF side has too, and timers for poll(2). */
#ifndef PKSTRACE_UTIL_CLOCK_H
#define PKSTRACE_UTIL_CLOCK_H

#include <linux/types.h>
#include <stdbool.h>

/* CLOCK_MONOTONIC, as bpf_ktime_get_ns() has it. */
__u64 clock__ns(void);
double clock__seconds(void);

/*
 * Into *timer a descriptor that polls readable after so many seconds, once or each time
 * again; the caller's. Where seconds is not above 0 there is none: -1, which poll(2)
 * leaves out. 0 or negative errno.
 */
int timer__open(double seconds, bool again, int *timer);

/* True where it has run out since it was last asked. */
bool timer__ran_out(int timer);

#endif
