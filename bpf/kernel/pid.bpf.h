/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers of threads and processes as the loader's user sees them in /proc: those of the PID
 * namespace that /proc is mounted for. In the first namespace they are the kernel's own.
 */
#ifndef PKSTRACE_PID_BPF_H
#define PKSTRACE_PID_BPF_H

#include "abi/tables.h"
#include "kernel/kernel.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pid_namespace;

struct upid {
	int nr;
	struct pid_namespace *ns;
};

/* A number for each namespace from the first (level 0) to the thread's own (5.x and later). */
struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct task_struct___pid {
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	int exit_state;		/* 0: it has not ended */
	struct pid *thread_pid; /* NULL once the thread has been reaped */
};

#pragma clang attribute pop

static __always_inline struct task_struct *kernel__parent(struct task_struct *task)
{
	return BPF_CORE_READ((struct task_struct___pid *)task, real_parent);
}

static __always_inline bool kernel__has_ended(struct task_struct *task)
{
	return BPF_CORE_READ((struct task_struct___pid *)task, exit_state);
}

/* Of any task, where kernel__tgid() wants one that the verifier knows. */
static __always_inline __s32 kernel__read_tgid(struct task_struct *task)
{
	return BPF_CORE_READ(task, tgid);
}

/* The number of a struct pid at a level, and the namespace there. */
static __always_inline bool pid__at(struct pid *pid, __u32 level, struct upid *out)
{
	const struct upid *at;

	if (!pid || level > BPF_CORE_READ(pid, level))
		return false;
	at = (const void *)pid + bpf_core_field_offset(pid->numbers) +
	     level * bpf_core_type_size(struct upid);
	out->nr = BPF_CORE_READ(at, nr);
	out->ns = BPF_CORE_READ(at, ns);
	return true;
}

/* The running thread's own namespace, or the one that many levels up. */
static __always_inline void pid_view__set(struct pks_pid_view *view, __u32 up)
{
	struct task_struct___pid *task = (struct task_struct___pid *)bpf_get_current_task_btf();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid number;

	if (!pid)
		return;
	view->level = BPF_CORE_READ(pid, level) - up;
	if (pid__at(pid, view->level, &number))
		view->ns = (__u64)number.ns;
}

/* A thread's number in that view; 0: it is not visible there. */
static __always_inline __u32 pid_view__tid(const struct pks_pid_view *view,
					   struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ((struct task_struct___pid *)task, thread_pid);
	struct upid number;

	return pid__at(pid, view->level, &number) && (__u64)number.ns == view->ns ? number.nr : 0;
}

static __always_inline __u32 pid_view__tgid(const struct pks_pid_view *view,
					    struct task_struct *task)
{
	return pid_view__tid(view, BPF_CORE_READ((struct task_struct___pid *)task, group_leader));
}

#endif
