// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that are inside a window right now, by the kernel's own count: an iterator over all
 * tasks, attached to no event. An object of its own, so that a snapshot loads none of the
 * tracing programs.
 */
#include "abi/record.h"
#include "kernel/kernel.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 session_id;
	__u64 seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct task_struct___snapshot {
	char comm[PKS_COMM];
	int on_cpu;
};

#pragma clang attribute pop

/* Set by the loader: the two bits of the pgmap key in PKRS, and their value while closed. */
const volatile __u32 pkey_mask;
const volatile __u32 pkey_default;

__u64 looked_at; /* threads, once all are done */

/* One reader, so one record at a time. */
struct pks_inside inside;

SEC("iter/task")
int list_inside(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__s32 count;
	__u32 pkrs;
	long n;

	if (!task) {
		looked_at = ctx->meta->seq_num;
		return 0;
	}
	count = kernel__pgmap_count(task);
	pkrs = kernel__thread_pkrs(task, pkey_default);
	if (!count && (pkrs & pkey_mask) == pkey_default)
		return 0;
	inside.tid = task->pid;
	inside.tgid = task->tgid;
	inside.count = count;
	inside.pkrs = pkrs;
	inside.running = BPF_CORE_READ((struct task_struct___snapshot *)task, on_cpu) != 0;
	BPF_CORE_READ_STR_INTO(&inside.comm, (struct task_struct___snapshot *)task, comm);
	n = bpf_get_task_stack(task, inside.stack, sizeof(inside.stack), 0);
	inside.nr_stack = n > 0 ? n / sizeof(__u64) : 0;
	/* Without room the kernel comes back with the same thread for the next read. */
	bpf_seq_write(ctx->meta->seq, &inside, sizeof(inside));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
