/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of the window core: thread slots, call sites with their counts, captured
 * stacks, losses. Lookup is by hash with a short probe sequence. If there is no room, the
 * caller is told and a loss is counted.
 */
#ifndef PKSTRACE_TABLE_BPF_H
#define PKSTRACE_TABLE_BPF_H

#include "core/state.bpf.h"

/* Moved by hand: that makes a number of a pointer, on which the verifier allows no arithmetic. */
static __always_inline __u32 low_half(__u64 value)
{
	__u32 low;

	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)value));
	return low;
}

/* Fibonacci hashing, of the low half: the top bits of a product with 2^32 / golden ratio. */
#define HASH_FACTOR 0x9e3779b97f4a7c15ULL

static __always_inline __u32 hash(__u64 value, __u32 bits)
{
	return low_half(value) * (__u32)(HASH_FACTOR >> 32) >> (32 - bits);
}

#define SLOT_BITS	12
#define SLOT_PROBES	8
#define SITE_BITS	11
#define SITE_PROBES	64
#define SHARD_BITS	8
#define COUNT_ONLY_BITS 12
#define OPENED_BITS	12
#define FOLD_BITS	12
#define FOLD_PROBES	32

_Static_assert(1 << SLOT_BITS == PKS_SLOTS, "slot hash");
_Static_assert(1 << SITE_BITS == PKS_SITES, "site hash");
_Static_assert((1 << COUNT_ONLY_BITS) + PKS_FRAMES == PKS_COUNT_ONLY_ENTRIES, "count_only hash");
_Static_assert(1 << OPENED_BITS == PKS_OPENED, "opened hash");
_Static_assert(1 << FOLD_BITS == PKS_FOLDS, "fold hash");

/* One grant, revoke or boundary, as the programs pass it to the core. */
struct window_event {
	__u64 task;   /* task_struct */
	__u64 key;    /* struct page; dev_pagemap if the page is not known; 0: none */
	__u64 caller; /* return address of the call, 0: not known */
	__u64 now;    /* CLOCK_MONOTONIC ns */
	__u32 tid;
	__u32 tgid;
	__s32 count;	 /* the kernel's, before the event */
	__u32 pkrs;	 /* the rights register, if it was read */
	__u8 context;	 /* enum pks_context */
	__u8 page_form;	 /* key came from a page-form function */
	__u8 open;	 /* PKRS does not deny the key */
	__u8 boundary;	 /* boundaries: enum pks_boundary */
	__u8 fresh;	 /* revokes: no window of this context can be older than the trace */
	__u8 pgmap_form; /* from a pgmap-form function, which a page-form one may have called */
	__u8 blocked;	 /* boundaries: the CPU still runs no program of a kprobe */
	__u8 pad;
	__s64 arg; /* boundary: system call number, work function, vector; revoke: address */
};
_Static_assert(sizeof(struct window_event) == 64, "no holes: it is passed as memory");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PKS_NR_LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps") __weak;

/*
 * Read by the loader through its memory: while a system call looks something up in a
 * map, the kernel runs no program of a kprobe on that CPU, even if the call is preempted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PKS_STACKS);
	__type(key, __u32);
	__type(value, struct pks_stack);
} stacks SEC(".maps") __weak;

/* Indexed by shard * PKS_SITES + site; the loader sets the number of shards. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PKS_SITES);
	__type(key, __u32);
	__type(value, struct pks_site_stat);
} stats SEC(".maps") __weak;

static __always_inline void lost__add(__u32 reason, __u64 n)
{
	__u64 *v = bpf_map_lookup_elem(&lost, &reason);

	if (v)
		__sync_fetch_and_add(v, n);
}

/* From now on calls may be missed, and what is left would look like findings: stop. */
static __always_inline void trace__blind(__u32 reason)
{
	lost__add(reason, 1);
	tracing = 0;
	fastpath_open = 0;
	fastpath_pages.size = 0;
}

/*
 * Captures the current stack into an entry. Returns false if the unwinder has none, or if
 * somebody else is writing there: a thread that was preempted for a whole round of the
 * ring. Whoever sets id to busy is alone until it stores another ID. Pairs with the two
 * reads of id in stack__read() (user/trace/collector/counters.c).
 */
static __always_inline bool stack__fill(void *ctx, __u32 place, __u64 id)
{
	struct pks_stack *s = bpf_map_lookup_elem(&stacks, &place);
	__u64 was;
	long n;

	if (!s)
		return false;
	was = READ_ONCE(s->id);
	if (was == PKS_STACK_BUSY || !claim(&s->id, was, PKS_STACK_BUSY))
		return false;
	s->modules = READ_ONCE(module_events);
	n = bpf_get_stack(ctx, s->address, STACK_BYTES, 0);
	s->nr = n > 0 ? n / sizeof(__u64) : 0;
	store_release(&s->id, n > 0 ? id : 0);
	return n > 0;
}

/* The first stack of a site has an entry of its own; of several who come at once, one takes it. */
static __always_inline void stack__keep(void *ctx, struct pks_site *site, __u32 home)
{
	bool taken;

	if (likely(READ_ONCE(site->home_stack)) || !claim(&site->home_stack, 0, PKS_STACK_TAKING))
		return;
	taken = stack__fill(ctx, home, home + 1);
	store_release(&site->home_stack, taken ? (__s32)home + 1 : 0);
}

/*
 * Takes the stack of a grant or revoke, and keeps it for the site if it is its first. This
 * is not a stack map, which loses a stack if two fall into the same bucket and has no way
 * to drop old ones.
 */
static __always_inline __s32 stack__take(void *ctx, struct pks_site *site, __u32 home)
{
	__u32 ticket = __sync_fetch_and_add(&stack_tickets, 1) & 0x3fffffff;
	__u32 place = PKS_STACK_HOMES + (ticket & (PKS_STACK_RING - 1));
	__s32 stack = PKS_STACK_HOMES + ticket;

	stack__keep(ctx, site, home);
	if (stack__fill(ctx, place, (__u64)stack + 1))
		return stack;
	lost__add(PKS_LOST_STACK, 1);
	return PKS_NO_STACK;
}

static __always_inline __u32 slot__hash(__u64 task)
{
	return hash(task, SLOT_BITS);
}

/*
 * The slow paths are global functions in table.bpf.c, which the verifier checks once per
 * program instead of once per path. With the loops inline, loading took a hundred times as
 * long.
 */

/* The slot that the thread owns, or -1. */
int slot__find_any(__u64 task);

/* Claims a free slot for the thread; -1: none, a loss. Its contents are those of a free slot. */
int slot__claim(__u64 task, __u32 context);

/*
 * The newest window on `key` among the first `below` of a slot's owner; -1: none. If
 * context is PKS_NR_CONTEXTS, a window of any context will do.
 */
int frames__find(__u32 slot, __u64 key, int below, __u32 context);

/* Claims a block for the deeper frames of a slot's owner. False if none is free. */
int overflow__claim(__u32 slot);

/* By thread: the thread exits, so another may take over its entry. */
int site__end(__u64 caller);

/* The entry of a caller, claimed if new; 0, the entry of all others, if the table is full. */
int site__claim(__u32 revoke, __u64 caller);

/* How many windows of the thread there are frames for. */
static __always_inline __s32 frames__room(const struct pks_slot *s)
{
	return s->holds & PKS_HOLDS_OVERFLOW ? PKS_DEPTH : PKS_FRAMES;
}

/* The thread's window number `at`, from 0 and below frames__room(). */
static __always_inline struct pks_frame *frame__at(struct pks_slot *s, __u32 at)
{
	if (likely(at < PKS_FRAMES))
		return &s->frames[at & (PKS_FRAMES - 1)];
	return &overflows[s->overflow & (PKS_OVERFLOWS - 1)]
			.frames[(at - PKS_FRAMES) & (PKS_OVERFLOW_FRAMES - 1)];
}

static __always_inline int slot__find(__u64 task)
{
	__u32 h = slot__hash(task);

	if (likely(slots[h & (PKS_SLOTS - 1)].owner == task))
		return h;
	return slot__find_any(task);
}

/* A call site, and its place in its table. */
struct site_ref {
	struct pks_site *at;
	__u32 index;
};

static __always_inline struct site_ref site__of(struct pks_site *table, __u32 revoke, __u64 caller)
{
	__u32 h = hash(caller, SITE_BITS) & (PKS_SITES - 1);
	struct pks_site *at = &table[h];

	/* Found once: as in slot__home(). */
	asm volatile("" : "+r"(at));
	if (likely(at->caller == caller && h))
		return (struct site_ref){ at, h };
	h = site__claim(revoke, caller) & (PKS_SITES - 1);
	return (struct site_ref){ &table[h], h };
}

/* All windows of a thread go to one shard: this needs no call, and there are many threads. */
static __always_inline struct pks_site_stat *stat__of(__u32 site, __u64 task)
{
	__u32 at = (hash(task, SHARD_BITS) & settings.shard_mask) * PKS_SITES + site;

	return bpf_map_lookup_elem(&stats, &at);
}

static __always_inline void stat__grant(__u32 site, __u64 task)
{
	struct pks_site_stat *st = stat__of(site, task);

	if (st)
		__sync_fetch_and_add(&st->grants, 1);
}

/*
 * The bucket of a time up to 1023 ns: four linear steps per power of two. Eight powers
 * higher the steps are the same, 32 buckets further. The inverse is in
 * user/findings/model.c.
 */
#define BUCKETS_OF(e)                                                                              \
	[4 << (e - 2)...(5 << (e - 2)) - 1] = (e - 1) * 4,                                         \
					 [5 << (e - 2)...(6 << (e - 2)) - 1] = (e - 1) * 4 + 1,    \
					 [6 << (e - 2)...(7 << (e - 2)) - 1] = (e - 1) * 4 + 2,    \
					 [7 << (e - 2)...(8 << (e - 2)) - 1] = (e - 1) * 4 + 3

static const __u8 buckets[1024] = {
	0,
	1,
	2,
	3,
	BUCKETS_OF(2),
	BUCKETS_OF(3),
	BUCKETS_OF(4),
	BUCKETS_OF(5),
	BUCKETS_OF(6),
	BUCKETS_OF(7),
	BUCKETS_OF(8),
	BUCKETS_OF(9),
};

static __always_inline __u32 stat__bucket(__u64 ns)
{
	if (likely(ns < 1 << 10))
		return buckets[ns];
	if (likely(ns < 1 << 18))
		return buckets[(ns >> 8) & 1023] + 32;
	if (ns < 1 << 26)
		return buckets[(ns >> 16) & 1023] + 64;
	return ns >> 33 ? PKS_BUCKETS - 1 : buckets[(ns >> 24) & 1023] + 96;
}

/* A failed attempt means that somebody else raised the maximum; there are never that many. */
#define MAX_TRIES 16

/* Other CPUs may write too: a plain store could replace a longer time with this one. */
static __always_inline void max__raise(__u64 *max, __u64 ns)
{
	if (likely(ns <= READ_ONCE(*max)))
		return;
#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_TRIES; i++) {
		__u64 was = *(volatile __u64 *)max;

		if (likely(ns <= was) || __sync_val_compare_and_swap(max, was, ns) == was)
			return;
	}
}

static __always_inline void stat__add(struct pks_site_stat *st, __u64 ns)
{
	__sync_fetch_and_add(&st->total, ns);
	max__raise(&st->max, ns);
	__sync_fetch_and_add(&st->hist[stat__bucket(ns) & (PKS_BUCKETS - 1)], 1);
}

static __always_inline void stat__hold(__u32 site, __u64 task, __u64 ns)
{
	struct pks_site_stat *st = stat__of(site, task);

	if (st)
		stat__add(st, ns);
}

static __always_inline void opened__set(__u64 key, __u64 task)
{
	struct pks_opened *o = &opened[hash(key, OPENED_BITS) & (PKS_OPENED - 1)];

	o->key = key;
	o->task = task;
}

/* The thread has no open window older than the trace. */
static __always_inline void passed__set(__u64 task)
{
	__u64 *last = &passed[hash(task, OPENED_BITS) & (PKS_OPENED - 1)];

	if (*last != task)
		*last = task;
}

static __always_inline bool passed__is(__u64 task)
{
	return passed[hash(task, OPENED_BITS) & (PKS_OPENED - 1)] == task;
}

#endif
