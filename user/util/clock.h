/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that the BPF programs use as well, and timers for poll(2). */
#ifndef PKSTRACE_UTIL_CLOCK_H
#define PKSTRACE_UTIL_CLOCK_H

#include <linux/types.h>
#include <stdbool.h>

/* CLOCK_MONOTONIC, as bpf_ktime_get_ns(). */
__u64 clock__ns(void);
double clock__seconds(void);

/*
 * Sets *timer to a descriptor that becomes readable after that many seconds, once or
 * repeatedly; the caller closes it. If seconds is not positive it is -1, which poll(2)
 * ignores. Returns 0 or a negative errno.
 */
int timer__open(double seconds, bool again, int *timer);

/* True if it has expired since the last call. */
bool timer__ran_out(int timer);

#endif
