/* SPDX-License-Identifier: GPL-2.0-only */
/* Has the kernel oopsed, and what did it say? */
#ifndef PKSTRACE_KERNEL_OOPS_H
#define PKSTRACE_KERNEL_OOPS_H

/*
 * How often since boot, by /sys/kernel/oops_count (6.2, and stable trees from
 * 6.1.8 on). Without that file: 1 if it ever did, by TAINT_DIE in
 * /proc/sys/kernel/tainted, else 0.
 */
unsigned long oops__count(void);

/*
 * The kernel log from now on, to be read with oops__text() and closed by the caller;
 * negative errno. Needs CAP_SYSLOG where kernel.dmesg_restrict is set.
 */
int oops__follow_log(void);

/*
 * The oopses in what the log has got since: their lines from the one that names the reason to
 * the end of the trace, without times; the caller frees it. NULL: there is none, or no memory.
 */
char *oops__text(int log);

#endif
