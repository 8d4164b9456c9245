// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window core on a kernel without windows: the start of a system call of
 * the measuring process stands for a grant, its end for the revoke. What needs
 * PKS is left out (the check of the page, PKRS, the kind of context), and the
 * count is kept here; all else is what trace.bpf.c does.
 */
#include "window.bpf.h"

__s32 target; /* process */
__s32 count;  /* of its windows */

#define KEY 0xffffea0000001000ULL

/* Any word will do: it has to be read as the caller's address would be. */
static __always_inline __u64 caller__stand_in(void *ctx)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), ctx);
	return word & ~0xffffULL;
}

static __always_inline bool event__of(struct window_event *e, void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (task->tgid != target)
		return false;
	*e = (struct window_event){
		.task = bpf_get_current_task(),
		.tid = task->pid,
		.tgid = task->tgid,
		.now = bpf_ktime_get_ns(),
		.count = count,
		.open = 1,
		.page_form = 1,
	};
	if (settings.keys)
		e->key = KEY;
	return true;
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
int core_enter(void *ctx)
{
	struct window_event e;

	if (!event__of(&e, ctx))
		return 0;
	e.caller = caller__stand_in(ctx);
	window__grant(ctx, &e);
	count++;
	return 0;
}

SEC("?raw_tp/sys_exit")
int core_exit(void *ctx)
{
	struct revoke_place place = { .stack = PKS_NO_STACK };
	struct window_event e;

	if (!event__of(&e, ctx) || !count)
		return 0;
	if (settings.revokes) {
		e.caller = caller__stand_in(ctx);
		revoke__place(ctx, &e, &place);
	}
	count -= window__revoke(&e, &place);
	return 0;
}
