/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the core's window_event out of the running thread; marks the interrupt that runs. */
#ifndef PKSTRACE_CURRENT_BPF_H
#define PKSTRACE_CURRENT_BPF_H

#include "core/slot.bpf.h"
#include "kernel/context.bpf.h"
#include "kernel/pid.bpf.h"

extern struct pks_pid_view pid_view;
extern __u64 loader_task; /* the loader's thread */
extern __u32 loader_tgid; /* and its process, by the kernel's own number */

/* Functions of their own: what they keep on the stack is not for all programs to have there. */
static __noinline __u32 task__viewed_tid(struct task_struct *task)
{
	return pid_view__tid(&pid_view, task);
}

static __noinline __u32 task__viewed_tgid(struct task_struct *task)
{
	return pid_view__tgid(&pid_view, task);
}

/* Thread and process as /proc has them; 0: not visible there. */
static __always_inline __u32 task__tid(struct task_struct *task)
{
	return settings.pid_view ? task__viewed_tid(task) : kernel__tid(task);
}

static __always_inline __u32 task__tgid(struct task_struct *task)
{
	return settings.pid_view ? task__viewed_tgid(task) : kernel__tgid(task);
}

/* Of the running thread both, as struct pks_site has them. */
static __always_inline __u64 current__key(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return settings.pid_view ? (__u64)task__tgid(task) << 32 | task__tid(task) :
				   bpf_get_current_pid_tgid();
}

static __always_inline __u32 *interrupt__marks(void)
{
	return &interrupt_marks[bpf_get_smp_processor_id() & (INTERRUPT_CPUS - 1)];
}

/* The interrupt that runs has grants or revokes, and they are seen. */
static __always_inline void interrupt__mark(__u32 context)
{
	if (!settings.facts.kprobe_misses)
		__sync_fetch_and_or(interrupt__marks(), 1 << (context & 3));
}

/*
 * Programs on kprobes are refused to an interrupt that hits one of them, and so is
 * all that it does. Kernels before 6.7 do not count that: which of a kind were not
 * seen is noted at their end, and whether others of the kind have such calls.
 */
static __always_inline void interrupt__ends(__u32 context, __u32 number)
{
	struct pks_interrupt *kind;

	number &= PKS_INTERRUPT_SOFTIRQ - 1;
	if (context == PKS_SOFTIRQ)
		number |= PKS_INTERRUPT_SOFTIRQ;
	kind = &interrupts[number & (PKS_INTERRUPTS - 1)];
	if (kernel__kprobes_blocked()) {
		__sync_fetch_and_add(&kind->unseen, 1);
	} else if (*interrupt__marks() & 1 << context) {
		__sync_fetch_and_and(interrupt__marks(), ~(1 << context));
		__sync_fetch_and_add(&kind->calls, 1);
	}
}

/* Of a key that is not known nothing is open: there is no bit to tell. */
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
	if (likely(settings.facts.count_source == PKS_COUNT_SOURCE_PGMAP))
		return kernel__pgmap_count(task);
	return settings.facts.count_source == PKS_COUNT_SOURCE_KMAP ? kernel__kmap_count(task) :
								      count__own(task);
}

static __always_inline void event__of_current(struct window_event *e, struct task_struct *task)
{
	*e = (struct window_event){
		.task = bpf_get_current_task(), /* as a number, not a typed pointer */
		.tid = task__tid(task),
		.tgid = task__tgid(task),
		.count = count__of(task),
		.context = context__now(),
		.now = bpf_ktime_get_ns(),
		.open = 1,
	};
}

#endif
