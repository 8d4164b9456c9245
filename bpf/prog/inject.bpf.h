/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What inject and hunt share: the thread's position in the tree of forks, the stack of a
 * call, the table of call sites, the record of an injection.
 *
 * All of it runs in task context only: a call made in an interrupt is no thread's own, and
 * the interrupt's error paths cannot be told apart from those of the thread it interrupted.
 */
#ifndef PKSTRACE_INJECT_BPF_H
#define PKSTRACE_INJECT_BPF_H

#include "core/finding.bpf.h"
#include "prog/current.bpf.h"
#include "prog/target.bpf.h"
#include "kernel/injection.bpf.h"
#include "abi/inject.h"

#define PLACE_BITS   12
#define PLACE_PROBES 16
_Static_assert(1 << PLACE_BITS == PKS_PLACES, "place hash");

extern struct pks_place places[PKS_PLACES];
extern __u64 places_lost;
extern __u32 injections; /* made so far: serial numbers */
extern __u32 armed;	 /* calls count from here on */

/* A call's stack from its direct caller on, and the record it becomes. */
struct inject_call {
	struct pks_injection record;
	__u64 raw[PKS_STACK_DEPTH];
	__u64 beyond[PKS_STACK_DEPTH]; /* zeros: a copy from within raw[] may run into them */
};

/*
 * Of a thread; goes with it. Written by that thread alone, in task context, and
 * read by nobody else: a thread that preempts this one has its own. The one
 * exception is its parent, which sets path at the fork.
 */
struct inject_thread {
	__u64 path;	/* from the forks that led to it: the same in each run */
	__u32 children; /* made so far */
	__u32 granted;	/* a window was opened in this system call or work item */
	__u32 syscalls; /* ended so far */
	__u32 chances;	/* of the kernel's own fault injection, since the last of them */
	__u64 nth[PKS_RULES];
	struct inject_call call; /* the one that is being looked at */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct inject_thread);
} inject_threads SEC(".maps") __weak;

/* Fills the record's stack with the callers of the function [entry, end). 0 if it can't. */
int inject__callers(struct inject_call *call, __u64 entry, __u64 end);

/* Hash of the record's stack, never 0. */
__u64 inject__hash(const struct inject_call *call);

/* Notes the place of the call. after: 1 after the injection. Its index, or -1: table full. */
int place__note(const struct inject_call *call, __u64 hash, __u32 function, __u32 after);

/* splitmix64 (Steele, Lea, Flood 2014): a good number out of each counter value. */
static __always_inline __u64 inject__mix(__u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static __always_inline struct inject_thread *inject__thread(struct task_struct *task)
{
	return bpf_task_storage_get(&inject_threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/* The thread's call, with the callers of the function in it; NULL if there are none. */
static __always_inline struct inject_call *inject__call(void *ctx, struct inject_thread *thread,
							__u64 entry, __u64 end)
{
	struct inject_call *call;

	if (!thread)
		return NULL;
	call = &thread->call;
	if (bpf_get_stack(ctx, call->raw, STACK_BYTES, 0) <= 0 ||
	    inject__callers(call, entry, end) <= 0)
		return NULL;
	return call;
}

/* The rest of the record of this type, and away with it. */
static __always_inline void inject__send_as(struct inject_thread *thread, __u8 type)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_injection *r = &thread->call.record;

	r->type = type;
	r->context = PKS_TASK;
	r->time = bpf_ktime_get_ns();
	r->tid = task__tid(task);
	r->tgid = task__tgid(task);
	r->cpu = bpf_get_smp_processor_id();
	r->count = count__of(task);
	r->path = thread->path;
	r->serial = type == PKS_RECORD_INJECTION ? __sync_fetch_and_add(&injections, 1) + 1 : 0;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	if (bpf_ringbuf_output(&ring, r, sizeof(*r), 0))
		lost__add(PKS_LOST_RING, 1);
}

static __always_inline void inject__send(struct inject_thread *thread)
{
	inject__send_as(thread, PKS_RECORD_INJECTION);
}

#endif
