// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that do one thing each, as grants and revokes would: what they take
 * over the empty ones is what that thing costs in a tracer. The loader
 * (attach.c) picks a pair by name.
 */
#include "kernel/kernel.bpf.h"

/* What the parts find goes here, so that the compiler leaves them in. */
__u64 sink;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} storage SEC(".maps");

#define PART(name, ...)                                                                            \
	SEC("?fentry")                                                                             \
	int BPF_PROG(name##_grant)                                                                 \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
		return 0;                                                                          \
	}                                                                                          \
	SEC("?fentry")                                                                             \
	int BPF_PROG(name##_revoke)                                                                \
	{                                                                                          \
		__VA_ARGS__;                                                                       \
		return 0;                                                                          \
	}

static __always_inline void array__count(void)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&array, &zero);

	if (value)
		(*value)++;
}

static __always_inline void hash__count(void)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 one = 1, *value = bpf_map_lookup_elem(&hash, &tid);

	if (value)
		(*value)++;
	else
		bpf_map_update_elem(&hash, &tid, &one, BPF_ANY);
}

static __always_inline void storage__count(void)
{
	__u64 *value = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), NULL,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (value)
		(*value)++;
}

static __always_inline void stack__take(void *ctx)
{
	__u64 frames[48];

	sink = bpf_get_stack(ctx, frames, sizeof(frames), 0);
}

PART(empty)
PART(count, sink++)
PART(atomic, __sync_fetch_and_add(&sink, 1))
PART(clock, sink = bpf_ktime_get_ns())
PART(task, sink = bpf_get_current_task())
PART(task_field, sink = bpf_get_current_task_btf()->pid)
PART(cpu, sink = bpf_get_smp_processor_id())
PART(preempt_count, sink = kernel__preempt_count())
PART(argument, bpf_get_func_arg(ctx, 0, &sink))
PART(read_word, bpf_probe_read_kernel(&sink, sizeof(sink), (void *)ctx + 24))
PART(array, array__count())
PART(hash, hash__count())
PART(storage, storage__count())
PART(stack, stack__take(ctx))

SEC("?raw_tp/sys_exit")
int empty_sys_exit(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
