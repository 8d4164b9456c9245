/* SPDX-License-Identifier: GPL-2.0-only */
/* Has the kernel oopsed? */
#ifndef PKSTRACE_KERNEL_OOPS_H
#define PKSTRACE_KERNEL_OOPS_H

/*
 * How often since boot, by /sys/kernel/oops_count (6.2, and stable trees from
 * 6.1.8 on). Without that file: 1 if it ever did, by TAINT_DIE in
 * /proc/sys/kernel/tainted, else 0.
 */
unsigned long oops__count(void);

#endif
