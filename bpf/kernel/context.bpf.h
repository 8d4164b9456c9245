/* SPDX-License-Identifier: GPL-2.0-only */
/* What the CPU is doing: a task, a softirq, an interrupt or an NMI. */
#ifndef PKSTRACE_CONTEXT_BPF_H
#define PKSTRACE_CONTEXT_BPF_H

#include "abi/record.h"
#include "kernel/kernel.bpf.h"
#include "util/access.bpf.h"

static __always_inline __u8 context__now(void)
{
	int count = kernel__preempt_count();

	if (likely(!(count & (PREEMPT_NMI_MASK | PREEMPT_HARDIRQ_MASK | PREEMPT_SERVING_SOFTIRQ))))
		return kernel__rt_softirq() ? PKS_SOFTIRQ : PKS_TASK;
	if (count & PREEMPT_NMI_MASK)
		return PKS_NMI;
	return count & PREEMPT_HARDIRQ_MASK ? PKS_HARDIRQ : PKS_SOFTIRQ;
}

/* What was interrupted by a hardware breakpoint, itself as good as an NMI, was a task. */
static __always_inline bool context__breakpoint_in_task(void)
{
	const int none = PREEMPT_NMI_MASK | PREEMPT_HARDIRQ_MASK | PREEMPT_SERVING_SOFTIRQ;

	/* __nmi_enter(): one of each, 6.1. */
	return (kernel__preempt_count() & none) == (0x00100000 | 0x00010000);
}

#endif
