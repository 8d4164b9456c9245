/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How this kernel preempts its own code. This decides how programs may be attached: a
 * program on a trampoline is refused to all threads of a CPU while one of them is
 * preempted inside it (bpf/kernel/caller.bpf.h).
 */
#ifndef PKSTRACE_DIALECT_PREEMPTION_H
#define PKSTRACE_DIALECT_PREEMPTION_H

#include <stdbool.h>

enum preemption {
	PREEMPTION_UNKNOWN, /* it may be any of them, now or later */
	PREEMPTION_NONE,
	PREEMPTION_VOLUNTARY,
	PREEMPTION_LAZY, /* 6.13 and later: at the next tick at the latest */
	PREEMPTION_FULL,
	PREEMPTION_RT, /* spinlocks sleep, softirqs run in threads */
};

/* The current model; on a kernel built with PREEMPT_DYNAMIC root can change it at any time. */
enum preemption preemption__now(void);

/* True if kernel code may be preempted anywhere, or if that is not known. */
bool preemption__possible(enum preemption model);

/* "none", "full", "rt", "unknown". */
const char *preemption__name(enum preemption model);

/*
 * Parts of the above, for tests: the model in brackets in the line of sched/preempt, and
 * what the version of a kernel (uname -v) says alone. UNKNOWN: it does not say.
 */
enum preemption preemption__parse(const char *line);
enum preemption preemption__of_version(const char *version);

#endif
