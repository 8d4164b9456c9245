/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the core's window_event out of the running thread. */
#ifndef PKSTRACE_CONTEXT_BPF_H
#define PKSTRACE_CONTEXT_BPF_H

#include "core/table.bpf.h"

static __always_inline __u8 context__now(void)
{
	int count = kernel__preempt_count();

	if (likely(!(count & (PREEMPT_NMI_MASK | PREEMPT_HARDIRQ_MASK | PREEMPT_SERVING_SOFTIRQ))))
		return kernel__rt_softirq() ? PKS_SOFTIRQ : PKS_TASK;
	if (count & PREEMPT_NMI_MASK)
		return PKS_NMI;
	return count & PREEMPT_HARDIRQ_MASK ? PKS_HARDIRQ : PKS_SOFTIRQ;
}

static __always_inline bool pkrs__open(__u32 pkrs)
{
	return (pkrs & settings.facts.pkey_mask) != settings.facts.pkey_default;
}

/* Where the kernel keeps no count: as many windows as we know of. */
static __always_inline __s32 count__own(struct task_struct *task)
{
	__u64 owner = kernel__address(task);
	const struct pks_slot *home = &slots[slot__hash(owner) & (PKS_SLOTS - 1)];
	int i;

	if (home->owner != owner && !home->displaced)
		return 0;
	i = slot__find(owner);
	if (i < 0)
		return 0;
	return slots[i & (PKS_SLOTS - 1)].depth + slots[i & (PKS_SLOTS - 1)].skew;
}

/* The thread's open windows, from whoever knows; signed, for it may be over-revoked. */
static __always_inline __s32 count__of(struct task_struct *task)
{
	if (likely(settings.facts.truth == PKS_TRUTH_PGMAP))
		return kernel__pgmap_count(task);
	return settings.facts.truth == PKS_TRUTH_KMAP ? kernel__kmap_count(task) : count__own(task);
}

/* Of a thread that need not be the running one; its context is the caller's to say. */
static __always_inline void event__of_task(struct window_event *e, struct task_struct *task)
{
	*e = (struct window_event){
		.task = kernel__address(task),
		.tid = task->pid,
		.tgid = task->tgid,
		.count = count__of(task),
		.now = bpf_ktime_get_ns(),
		.open = 1,
	};
}

static __always_inline void event__of_current(struct window_event *e, struct task_struct *task)
{
	*e = (struct window_event){
		.task = bpf_get_current_task(), /* as a number, not a typed pointer */
		.tid = task->pid,
		.tgid = task->tgid,
		.count = count__of(task),
		.context = context__now(),
		.now = bpf_ktime_get_ns(),
		.open = 1,
	};
}

#endif
