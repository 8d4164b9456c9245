/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a thread's slot, and the one place that changes it.
 *
 *	free	   owner is 0: nothing is open, and the kernel's count is 0
 *	in step	   off and special are 0: depth is the kernel's count
 *	off	   the count holds more or fewer windows than the stack (skew), or an
 *		   interrupted event is not yet in it (adjust)
 *	special	   there is something to look at when the last window closes: doubts,
 *		   residue, what has to be given back
 *
 * The fast path takes slots that are free or in step, and leaves them so.
 */
#ifndef PKSTRACE_SLOT_BPF_H
#define PKSTRACE_SLOT_BPF_H

#include "core/table.bpf.h"

/* Which code a grant or a revoke goes through: a constant of each program. */
enum window_path {
	PATH_ANY,	 /* whatever comes */
	PATH_FAST_TRACE, /* the usual windows of a full trace; all else is refused, nothing changed */
	PATH_FAST_COUNT, /* the same where windows are only counted */
};

static __always_inline bool path__fast(enum window_path path)
{
	return path != PATH_ANY;
}

/* What has happened to windows. Each keeps the invariant: count == depth + skew + adjust. */
enum slot_change {
	SLOT_OPENED,	   /* n are opened, and will be in the count */
	SLOT_CLOSED,	   /* the newest n are closed, and will be out of it */
	SLOT_LEAKED,	   /* the newest n stay in the count for good, which is reported */
	SLOT_SET_APART,	   /* n go off the stack, whether the count holds them or never did */
	SLOT_OVER_REVOKED, /* the count goes n too low */
	SLOT_OLD_CLOSED,   /* n that the count held beside the stack are closed */
	SLOT_COUNT_IS,	   /* the count holds n beside the stack, as the kernel says */
	SLOT_HALF_DONE,	   /* an interrupted event will still change the count by -n; 0: it has */
	SLOT_REPORTED,	   /* all that the count holds beside the stack is reported */
	SLOT_ENDED,	   /* so has the thread: nothing is open */
};

/*
 * After each change of a thread's depth or skew: does its count of 0 hide windows,
 * since it was over-revoked? An interrupt that does the same in between leaves what
 * the thread's next event puts right. Pairs with boundary__suspect().
 */
static __always_inline void slot__count_hidden(struct pks_slot *s)
{
	const __u32 hidden = PKS_HOLDS_HIDDEN << PKS_SPECIAL_HOLDS_SHIFT;

	if (likely(s->skew >= 0 && !(s->holds & PKS_HOLDS_HIDDEN)))
		return;
	if (s->skew < 0 && s->depth > 0) {
		if (!(__sync_fetch_and_or(&s->special, hidden) & hidden))
			__sync_fetch_and_add(&quiet.over_revoked, 1);
	} else if (__sync_fetch_and_and(&s->special, ~hidden) & hidden) {
		__sync_fetch_and_add(&quiet.over_revoked, -1);
	}
}

/*
 * The one function that changes depth, skew, adjust and reported. depth: what it is now,
 * which the fast path has in a register. `change` and `path` are constants: what is
 * left of it is a store or two. Of a slot on the fast path, which is in step, nothing
 * can be hidden.
 */
static __always_inline void slot__change(struct pks_slot *s, enum slot_change change, __s32 depth,
					 __s32 n, enum window_path path)
{
	switch (change) {
	case SLOT_OPENED:
		/* By one store, after the window was written: see struct pks_slot. */
		store_release(&s->depth, depth + n);
		break;
	case SLOT_CLOSED:
		s->depth = depth - n;
		break;
	case SLOT_LEAKED:
	case SLOT_SET_APART:
		s->depth = depth - n;
		s->skew += n;
		if (change == SLOT_LEAKED && s->skew > 0)
			s->reported += n;
		break;
	case SLOT_OVER_REVOKED:
		s->skew -= n;
		break;
	case SLOT_OLD_CLOSED:
		s->skew -= n;
		if (s->reported > 0)
			s->reported -= n;
		break;
	case SLOT_COUNT_IS:
		s->skew = n;
		if (s->reported > n)
			s->reported = n > 0 ? n : 0;
		break;
	case SLOT_HALF_DONE:
		s->adjust = n;
		break;
	case SLOT_REPORTED:
		s->reported = s->skew;
		break;
	case SLOT_ENDED:
		s->depth = 0;
		s->skew = 0;
		break;
	}
	if (!path__fast(path))
		slot__count_hidden(s);
}

/* As slot__change(), of a slot that may be in any state. */
static __always_inline void slot__changed(struct pks_slot *s, enum slot_change change, __s32 n)
{
	slot__change(s, change, s->depth, n, PATH_ANY);
}

/* What the thread's last event was, for an interrupt that comes before its body has run. */
static __always_inline void slot__note(struct pks_slot *s, __u32 kind, __u32 context,
				       bool page_form)
{
	s->last = kind | context << 8 | (page_form ? kind << 16 : 0);
}

/* As above, where whether its other half may follow is known from before. */
static __always_inline void slot__note_again(struct pks_slot *s, __u32 kind, __u32 context)
{
	s->last_kind = kind;
	s->last_context = context;
}

/* A thread has claimed the slot. Compared first: most often it had been its own before. */
static __always_inline void slot__name(struct pks_slot *s, __u32 tid, __u32 tgid)
{
	if (likely(s->tid == tid))
		return;
	s->tid = tid;
	s->tgid = tgid;
}

/* The thread's home. Found once: the compiler would rather do it again for each use. */
static __always_inline struct pks_slot *slot__home(__u64 task)
{
	struct pks_slot *s = &slots[slot__hash(task) & (PKS_SLOTS - 1)];

	asm volatile("" : "+r"(s));
	return s;
}

/* What goes with the slot when the thread gives it up. */
static __always_inline void slot__give_back(struct pks_slot *s, __u64 task)
{
	if (s->holds & PKS_HOLDS_AWAY) {
		struct pks_slot *home = &slots[slot__hash(task) & (PKS_SLOTS - 1)];

		__sync_fetch_and_add(&home->displaced, -1);
		/*
		 * Nobody looks for it here again, and slot__forget() would not find it. What is
		 * left at home is older than what was closed here. (Another thread's slot now,
		 * which may be about to write its own task there.)
		 */
		s->history_of = 0;
		__sync_val_compare_and_swap(&home->history_of, task, 0);
	}
	if (s->holds & PKS_HOLDS_OVERFLOW)
		store_release(&overflows[s->overflow & (PKS_OVERFLOWS - 1)].owner, 0);
	if (s->holds & PKS_HOLDS_HIDDEN)
		__sync_fetch_and_add(&quiet.over_revoked, -1);
	s->holds = 0;
}

/*
 * All windows are closed and the count is right: the slot is free. Whoever claims it
 * next finds all of this (pairs with the claims in slot__claim() and window__ready()).
 */
static __always_inline void slot__release(struct pks_slot *s, __u64 task, enum window_path path)
{
	s->reported = 0;
	if (!path__fast(path)) {
		s->flags = 0;
		s->claim_context = PKS_TASK;
		if (unlikely(s->holds))
			slot__give_back(s, task);
	}
	store_release(&s->owner, 0);
}

/* The thread ends, and another one will soon have its task_struct: without this history. */
static __always_inline void slot__forget(__u64 task)
{
	struct pks_slot *s = &slots[slot__hash(task) & (PKS_SLOTS - 1)];

	if (s->history_of == task)
		s->history_of = 0;
}

#endif
