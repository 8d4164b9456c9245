// SPDX-License-Identifier: GPL-2.0-only
/*
 * hunt: notes each place that calls an injectable function in or after a
 * window, and fails the calls that the loader has chosen. One program for all
 * functions, loaded once: what changes from run to run lies in shared memory.
 */
#include "inject.bpf.h"

struct pks_function hunted[PKS_FUNCTIONS];
struct pks_target targets[PKS_TARGETS];

/* The thread is in a window, or had one since its system call began. */
static __always_inline bool hunt__exposed(struct task_struct *task, const struct inject_thread *thread)
{
	return kernel__count(task) || thread->granted;
}

/* The target that this call is; NULL: let it pass. */
static __always_inline struct pks_target *hunt__target(__u64 hash)
{
	for (int i = 0; i < PKS_TARGETS; i++) {
		struct pks_target *t = &targets[i];

		if (t->done)
			continue;
		if (t->hash != hash)
			return NULL;
		if (__sync_fetch_and_add(&t->seen, 1) + 1 != t->nth)
			return NULL;
		t->done = 1;
		return t;
	}
	return NULL;
}

SEC("?kprobe")
int hunt_call(struct pt_regs *regs)
{
	__u32 number = bpf_get_attach_cookie(regs) & (PKS_FUNCTIONS - 1);
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_function *f = &hunted[number];
	struct inject_thread *thread;
	struct inject_call *call;
	struct pks_target *target;
	__u64 hash;

	if (!armed || context__now() != PKS_TASK || !follow__wanted(task) ||
	    inject__nofail(regs, f->gfp_arg))
		return 0;
	thread = inject__thread(task);
	if (!thread || !hunt__exposed(task, thread))
		return 0;
	call = inject__call(regs, f->entry, f->end);
	if (!call)
		return 0;
	call->record.count = kernel__count(task);
	hash = inject__hash(call);
	place__note(call, hash, number, targets[0].done);
	target = hunt__target(hash);
	if (!target)
		return 0;
	call->record.kind = PKS_FAIL_CALL;
	call->record.rule = number;
	call->record.dry = 0;
	call->record.nth = target->nth;
	call->record.key = 0;
	call->record.value = target->value;
	inject__send(call, thread);
	bpf_override_return(regs, target->value);
	return 0;
}

/* A window opens: from here to the end of the system call the thread is exposed. */
static __always_inline int hunt__granted(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inject_thread *thread;

	if (context__now() != PKS_TASK || !follow__wanted(task))
		return 0;
	thread = inject__thread(task);
	if (thread)
		thread->granted = 1;
	return 0;
}

/* After the body: a page that is not protected has left the count as it was. */
SEC("?fexit")
int BPF_PROG(hunt_grant_page)
{
	return kernel__count(bpf_get_current_task_btf()) ? hunt__granted() : 0;
}

SEC("?fexit")
int BPF_PROG(hunt_grant_pgmap)
{
	return hunt__granted();
}

SEC("?raw_tp/sys_enter")
int hunt_enter(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inject_thread *thread;

	if (!follow__wanted(task))
		return 0;
	thread = bpf_task_storage_get(&inject_threads, task, NULL, 0);
	if (thread)
		thread->granted = 0;
	return 0;
}
