/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's iterator over all tasks hands to a program. */
#ifndef PKSTRACE_ITERATOR_BPF_H
#define PKSTRACE_ITERATOR_BPF_H

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

#pragma clang attribute pop

/* NULL: there are no more. */
static __always_inline struct task_struct *iterator__task(const struct bpf_iter__task *ctx)
{
	return ctx->task;
}

/* How many tasks have been looked at. */
static __always_inline __u64 iterator__count(const struct bpf_iter__task *ctx)
{
	return ctx->meta->seq_num;
}

/* Without room the kernel comes back with the same task for the next read. */
static __always_inline void iterator__write(const struct bpf_iter__task *ctx, const void *data,
					    __u32 size)
{
	bpf_seq_write(ctx->meta->seq, data, size);
}

#endif
