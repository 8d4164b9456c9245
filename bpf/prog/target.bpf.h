/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which threads are traced, by settings.target: all of them; those with an entry in a task
 * storage, which is freed with its thread and needs no clean-up; or those in a control
 * group, which the kernel lets children inherit, so that nothing can be refused or lost.
 * All of these functions are about the current thread, for the kernel's helper for control
 * groups knows no other.
 */
#ifndef PKSTRACE_TARGET_BPF_H
#define PKSTRACE_TARGET_BPF_H

#include "prog/current.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} target_threads SEC(".maps") __weak;

/* The control group of the command; the loader fills it before that runs. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target_cgroup SEC(".maps") __weak;

static __always_inline bool target__listed(struct task_struct *task)
{
	if (settings.target == PKS_TARGET_ALL)
		return true;
	if (settings.tgid && (__s32)task__tgid(task) == settings.tgid)
		return true;
	if (target_workers && kernel__is_worker(task))
		return true;
	if (settings.target == PKS_TARGET_CGROUP)
		return bpf_current_task_under_cgroup(&target_cgroup, 0) == 1;
	return bpf_task_storage_get(&target_threads, task, NULL, 0);
}

/* The thread was asked for, whether the trace has begun or not. */
static __always_inline bool target__chosen(struct task_struct *task)
{
	if (target__listed(task))
		return true;
	if (settings.target == PKS_TARGET_LISTED && settings.facts.storage_refuses &&
	    unlikely(kernel__storage_busy()))
		lost__add(PKS_LOST_STORAGE, 1);
	return false;
}

/* From now on the thread, a child of one that is followed, is followed, too. */
static __always_inline void target__add(struct task_struct *task)
{
	if (settings.target == PKS_TARGET_LISTED &&
	    !bpf_task_storage_get(&target_threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
		lost__add(PKS_LOST_STORAGE, 1);
}

/* The thread's events count now. */
static __always_inline bool target__wanted(struct task_struct *task)
{
	return tracing && target__chosen(task);
}

/*
 * The thread's calls of functions that can fail are to be looked at. One that
 * is made while the storage is busy is the storage's own, allocating: no loss.
 */
static __always_inline bool target__calls(struct task_struct *task)
{
	return tracing && target__listed(task);
}

#endif
