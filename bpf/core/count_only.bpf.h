/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that are only counted, all together: the cheapest way there is. Keeps
 * no slot and no depth of its own: the kernel's count is the depth, and tells
 * where in a small table the time of the grant is. An entry is in use while its
 * window is open, so that nothing has to be claimed or given back.
 *
 * It knows balanced windows only. With the first finding, or a boundary reached
 * with a window open, this way is closed for good, and the window core takes
 * over, with the windows that are open then (window__adopt()).
 */
#ifndef PKSTRACE_COUNT_ONLY_BPF_H
#define PKSTRACE_COUNT_ONLY_BPF_H

#include "core/table.bpf.h"

/* Where the window is that is `depth` (below PKS_FRAMES) windows deep. */
static __always_inline struct pks_tally *tally__entry(__u64 task, __u32 depth)
{
	struct pks_tally *t = &tally[hash(task, TALLY_BITS) + depth];

	asm volatile("" : "+r"(t));
	return t;
}

/*
 * The entry for a grant, claimed; count: the kernel's, before it. NULL: the window
 * core has to take it. Claimed, for two threads may come to a free one at once, and
 * the one that lost it would have a window that is counted nowhere.
 */
static __always_inline struct pks_tally *tally__for_grant(__u64 task, __u32 count)
{
	struct pks_tally *t;

	if (unlikely(count >= PKS_FRAMES))
		return NULL;
	t = tally__entry(task, count);
	return likely(claim(&t->task, 0, task)) ? t : NULL;
}

/* The window that a revoke closes, or NULL. */
static __always_inline struct pks_tally *tally__for_revoke(__u64 task, __u32 count)
{
	struct pks_tally *t;

	if (unlikely(--count >= PKS_FRAMES))
		return NULL;
	t = tally__entry(task, count);
	return likely(t->task == task) ? t : NULL;
}

static __always_inline void tally__grant(struct pks_tally *t, __u64 now)
{
	t->since = now;
}

static __always_inline void tally__revoke(struct pks_tally *t, __u64 now)
{
	struct pks_site_stat *st = &tally_stats[hash(t->task, TALLY_SHARD_BITS)];
	__u64 held = now - t->since;

	asm volatile("" : "+r"(st));
	store_release(&t->task, 0);
	stat__add(st, held);
}

/* From now on the window core has to do it. */
static __always_inline void tally__end(void)
{
	if (!settings.tally)
		return;
	quick_way = 0;
	quick_pages.size = 0;
}

#endif
