// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window core on a kernel without windows: the start of a system call of
 * the measuring process stands for a grant, its end for the revoke. What needs
 * PKS is left out (the check of the page, PKRS, the kind of context), and the
 * count is kept here; all else is what trace.bpf.c does.
 */
#include "core/fastpath.bpf.h"
#include "core/count_only.bpf.h"

__s32 target; /* process */
__s32 count;  /* of its windows */

#define KEY 0xffffea0000001000ULL

static __always_inline bool target__calls(struct task_struct *task)
{
	return task->tgid == target;
}

/* Any word will do: it has to be read as the caller's address would be. */
static __always_inline __u64 caller__stand_in(void *ctx)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), ctx);
	return word & ~0xffffULL;
}

static __always_inline struct window_event event__of(struct task_struct *task)
{
	return (struct window_event){
		.task = (__u64)task,
		.key = KEY,
		.count = count,
		.page_form = 1,
		.open = 1,
	};
}

SEC("?raw_tp/sys_enter")
int empty_enter(void *ctx)
{
	return 0;
}

SEC("?raw_tp/sys_exit")
int empty_exit(void *ctx)
{
	return 0;
}

SEC("?raw_tp/sys_enter")
int run_enter(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;
	struct pks_slot *s;

	if (!target__calls(task))
		return 0;
	e = event__of(task);
	s = slot__home(e.task);
	if (!fastpath__may_grant(&e, s))
		return 0;
	e.caller = caller__stand_in(ctx);
	e.now = bpf_ktime_get_ns();
	if (!fastpath__claim(&e, s))
		return 0;
	if (!e.count)
		slot__name(s, task->pid, task->tgid);
	fastpath__grant(ctx, &e, s, PATH_FAST_TRACE);
	count++;
	/* The first window of the thread would go the other path, which is not here. */
	if (unlikely(s->history_of != e.task))
		s->history_of = e.task;
	return 0;
}

SEC("?raw_tp/sys_exit")
int run_exit(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;
	struct pks_frame *f;
	struct pks_slot *s;

	if (!target__calls(task))
		return 0;
	e = event__of(task);
	s = slot__home(e.task);
	f = window__top(s, &e, PATH_FAST_TRACE);
	if (!f)
		return 0;
	if (!fastpath__untimed(&e, s, f)) {
		e.caller = caller__stand_in(ctx);
		e.now = bpf_ktime_get_ns();
		fastpath__timed(ctx, &e, s, f, PATH_FAST_TRACE);
	}
	window__closed(s, &e, PATH_FAST_TRACE);
	count--;
	return 0;
}

SEC("?raw_tp/sys_enter")
int stat_enter(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_count_only *t;

	if (!target__calls(task))
		return 0;
	if (!count_only__for_grant((__u64)task, count, &t))
		return 0;
	count_only__grant(t, bpf_ktime_get_ns());
	count++;
	return 0;
}

SEC("?raw_tp/sys_exit")
int stat_exit(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_count_only *t;

	if (!target__calls(task))
		return 0;
	t = count_only__for_revoke((__u64)task, count);
	if (!t)
		return 0;
	count_only__revoke(t, bpf_ktime_get_ns());
	count--;
	return 0;
}
