// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that are inside a window right now, by the kernel's own count: an iterator over all
 * tasks, attached to no event. An object of its own, so that a snapshot loads none of the
 * tracing programs.
 */
#include "abi/record.h"
#include "kernel/iterator.bpf.h"
#include "kernel/pid.bpf.h"

/* Set by the loader: the two bits of the pgmap key in PKRS, and their value while closed. */
const volatile __u32 pkey_mask;
const volatile __u32 pkey_default;

/* The loader reads, so it is the running thread. */
const volatile __u32 pid_view_up = 0;
struct pks_pid_view pid_view;

__u64 looked_at; /* threads, once all are done */

/* One reader, so one record at a time. */
struct pks_inside inside;

SEC("iter/task")
int list_inside(struct bpf_iter__task *ctx)
{
	struct task_struct *task = iterator__task(ctx);
	__s32 count;
	__u32 pkrs;
	long n;

	if (!task) {
		looked_at = iterator__count(ctx);
		return 0;
	}
	count = kernel__pgmap_count(task);
	pkrs = kernel__thread_pkrs(task, pkey_default);
	if (!count && (pkrs & pkey_mask) == pkey_default)
		return 0;
	if (!pid_view.ns)
		pid_view__set(&pid_view, pid_view_up);
	inside.tid = pid_view__tid(&pid_view, task);
	inside.tgid = pid_view__tgid(&pid_view, task);
	inside.count = count;
	inside.pkrs = pkrs;
	inside.running = kernel__on_cpu(task);
	kernel__read_comm(inside.comm, task);
	n = bpf_get_task_stack(task, inside.stack, sizeof(inside.stack), 0);
	inside.nr_stack = n > 0 ? n / sizeof(__u64) : 0;
	iterator__write(ctx, &inside, sizeof(inside));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
