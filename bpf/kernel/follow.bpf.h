/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which threads are traced. Without `follow` all are; with it those in a task
 * storage, which goes with its thread and needs no clean-up.
 */
#ifndef PKSTRACE_FOLLOW_BPF_H
#define PKSTRACE_FOLLOW_BPF_H

#include "core/table.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} followed SEC(".maps") __weak;

static __always_inline bool follow__listed(struct task_struct *task)
{
	if (!settings.follow)
		return true;
	if (settings.tgid && task->tgid == settings.tgid)
		return true;
	if (follow_workers && (task->flags & PF_WQ_WORKER))
		return true;
	return bpf_task_storage_get(&followed, task, NULL, 0);
}

/* The thread was asked for, whether the trace has begun or not. */
static __always_inline bool follow__chosen(struct task_struct *task)
{
	if (follow__listed(task))
		return true;
	if (settings.facts.storage_refuses && unlikely(kernel__storage_busy()))
		lost__add(PKS_LOST_STORAGE, 1);
	return false;
}

/* From now on the thread is followed, too. */
static __always_inline void follow__add(struct task_struct *task)
{
	if (!bpf_task_storage_get(&followed, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
		lost__add(PKS_LOST_STORAGE, 1);
}

/* The thread's events count now. */
static __always_inline bool follow__wanted(struct task_struct *task)
{
	return tracing && follow__chosen(task);
}

/*
 * The thread's calls of functions that can fail are to be looked at. One that
 * is made while the storage is busy is the storage's own, allocating: no loss.
 */
static __always_inline bool follow__calls(struct task_struct *task)
{
	return tracing && follow__listed(task);
}

#endif
