/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How this kernel preempts its own code, which decides how programs may be
 * attached: a program on a trampoline is refused to all threads of a CPU while
 * one of them is preempted inside it (bpf/kernel/caller.bpf.h).
 */
#ifndef PKSTRACE_KERNEL_PREEMPTION_H
#define PKSTRACE_KERNEL_PREEMPTION_H

#include <stdbool.h>

enum preemption {
	PREEMPTION_UNKNOWN, /* it may be any of them, now or later */
	PREEMPTION_NONE,
	PREEMPTION_VOLUNTARY,
	PREEMPTION_LAZY, /* 6.13 and later: at the tick at the latest */
	PREEMPTION_FULL,
	PREEMPTION_RT, /* spinlocks sleep, softirqs are threads' */
};

/* As it is now: a kernel built with PREEMPT_DYNAMIC lets root change it at any time. */
enum preemption preemption__now(void);

/* Kernel code may be preempted anywhere; also where that is not known. */
bool preemption__possible(enum preemption model);

/* "none", "full", "rt", "unknown". */
const char *preemption__name(enum preemption model);

/*
 * Parts of the above, for tests: the model in brackets of sched/preempt's line, and
 * what a kernel's version (uname -v) says alone. UNKNOWN: it does not say.
 */
enum preemption preemption__parse(const char *line);
enum preemption preemption__of_version(const char *version);

#endif
