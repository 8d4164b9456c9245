/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that are only counted, all together: the cheapest path. It keeps no slot and no
 * depth of its own: the kernel's count is the depth, and says where in a small table the
 * time of the grant is. An entry is in use while its window is open.
 *
 * This path handles balanced windows only. With the first finding, or the first boundary
 * reached with a window open, it is closed for good, and the window core takes over,
 * together with the windows that are open at that time (window__adopt()).
 */
#ifndef PKSTRACE_COUNT_ONLY_BPF_H
#define PKSTRACE_COUNT_ONLY_BPF_H

#include "core/table.bpf.h"

/* The entry of the window at `depth`, which is below PKS_FRAMES. */
static __always_inline struct pks_count_only *count_only__entry(__u64 task, __u32 depth)
{
	struct pks_count_only *t = &count_only[hash(task, COUNT_ONLY_BITS) + depth];

	asm volatile("" : "+r"(t));
	return t;
}

/*
 * Claims the entry for a grant; count: the kernel's count before it. False: leave it to
 * the window core. It must be claimed, since two threads may come to a free entry at once, and
 * the window of the one that lost would be counted nowhere.
 */
static __always_inline bool count_only__for_grant(__u64 task, __u32 count,
						  struct pks_count_only **t)
{
	if (unlikely(count >= PKS_FRAMES))
		return false;
	*t = count_only__entry(task, count);
	return likely(claim(&(*t)->task, 0, task));
}

/* The entry of the window that a revoke closes, or NULL. */
static __always_inline struct pks_count_only *count_only__for_revoke(__u64 task, __u32 count)
{
	struct pks_count_only *t;

	if (unlikely(--count >= PKS_FRAMES))
		return NULL;
	t = count_only__entry(task, count);
	return likely(t->task == task) ? t : NULL;
}

static __always_inline void count_only__grant(struct pks_count_only *t, __u64 now)
{
	t->since = now;
}

static __always_inline void count_only__revoke(struct pks_count_only *t, __u64 now)
{
	/* By the entry's place in the table, which is hashed: nothing has to be read for it. */
	__u32 shard = low_half((__u64)t) / sizeof(*t) & (PKS_COUNT_ONLY_SHARDS - 1);
	struct pks_site_stat *st = &count_only_stats[shard];
	__u64 held = now - t->since;

	asm volatile("" : "+r"(st));
	store_release(&t->task, 0);
	stat__add(st, held);
}

/* From now on, leave it to the window core. */
static __always_inline void count_only__end(void)
{
	if (!settings.count_only)
		return;
	fastpath_open = 0;
	fastpath_pages.size = 0;
}

#endif
