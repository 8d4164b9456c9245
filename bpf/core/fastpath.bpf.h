/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The usual windows, at the least cost: granted and revoked in task context by
 * a thread that was seen before, in step with the kernel's count, with nothing
 * leaked, adjusted or doubted. All else is refused here, before anything was
 * changed, and goes through window.bpf.h, which does the same and the rest.
 *
 * What a program does with windows is a constant of the program: a setting that
 * is read costs instructions even where it only leads around dead code.
 */
#ifndef PKSTRACE_FASTPATH_BPF_H
#define PKSTRACE_FASTPATH_BPF_H

#include "core/window.bpf.h"

/* What a program is for: all there is to know, or counts alone. */
enum quick_use { QUICK_TRACE, QUICK_COUNT };

/* One grant or revoke, in task context. */
struct quick_event {
	__u64 task;
	__u64 key;
	__u64 caller; /* as in struct pks_site; of a revoke, 0: not read */
	__u64 now;
	struct pks_slot *slot; /* the thread's home */
	__s32 count; /* the kernel's, before the event */
	__u32 last;  /* what pks_slot's last is to be */
	bool open;   /* PKRS does not deny the key; of a grant, where count is above 0 */
};

/* Found once: the compiler would rather do it again for each use. */
static __always_inline struct pks_slot *quick__slot(__u64 task)
{
	struct pks_slot *s = &slots[slot__hash(task) & (PKS_SLOTS - 1)];

	asm volatile("" : "+r"(s));
	return s;
}

/* A free slot's counts are all zero; who has a history in it has claimed it before. */
static __always_inline bool quick__may_grant(const struct quick_event *e)
{
	const struct pks_slot *s = e->slot;

	if (!e->count)
		return !s->owner && s->history_of == e->task && !s->displaced;
	return s->owner == e->task && s->depth == e->count && !s->off &&
	       (__u32)e->count < PKS_FRAMES && e->open;
}

/* The grant. False where another thread has just claimed the slot: nothing was changed then. */
static __always_inline bool quick__grant(void *ctx, const struct quick_event *e, enum quick_use use)
{
	__u32 site = site__index(grant_sites, 0, e->caller);
	struct pks_slot *s = e->slot;
	struct pks_frame *f = &s->frames[e->count & (PKS_FRAMES - 1)];

	if (!e->count && __sync_val_compare_and_swap(&s->owner, 0, e->task))
		return false;
	if (use == QUICK_TRACE)
		f->key = e->key;
	f->stack = PKS_NO_STACK;
	f->place = site; /* PKS_TASK, no flags */
	store_release(&f->since, e->now); /* as in frame__begin() */
	store_release(&s->depth, e->count + 1);
	s->last = e->last;
	if (use != QUICK_TRACE) {
		stat__grant(site, e->task);
		return true;
	}
	__sync_fetch_and_add(&grant_sites[site].grants, 1);
	opened__set(e->key, e->task);
	if (unlikely(!site__passed(&grant_sites[site])))
		f->stack = site__sample(ctx, &grant_sites[site], site, settings.grant_mask);
	return true;
}

/* The window on top if this revoke is the usual one; NULL: it is not. */
static __always_inline struct pks_frame *quick__top(const struct quick_event *e, enum quick_use use)
{
	struct pks_slot *s = e->slot;
	__u32 top = e->count - 1;
	struct pks_frame *f = &s->frames[top & (PKS_FRAMES - 1)];

	if (s->owner != e->task || s->depth != e->count || s->off || s->special ||
	    top >= PKS_FRAMES || s->history_of != e->task || f->place >> 16)
		return NULL;
	return use == QUICK_TRACE && (f->key != e->key || !e->open) ? NULL : f;
}

/* Where the window was revoked, read: as always while the place is new, and with a suspect. */
static __always_inline void quick__place(void *ctx, const struct quick_event *e,
					 const struct pks_frame *f, struct pks_closed *c)
{
	struct pks_site *granted = &grant_sites[f->place & (PKS_SITES - 1)];
	__u32 site = site__index(revoke_sites, 1, e->caller);
	struct pks_site *revoked = &revoke_sites[site];

	c->revoke_site = site;
	c->flags = 0;
	if (!site__passed(revoked))
		c->revoke_stack = site__sample(ctx, revoked, PKS_SITES + site,
					       settings.revoke_mask);
	granted->revoke_site = site;
	if (revoked->taken >= settings.stack_first && !(granted->flags & PKS_SITE_SUSPECT))
		granted->revoke_skip = settings.caller_mask;
}

/* What was closed, for the cause of a later stray access. */
static __always_inline struct pks_closed *quick__remember(const struct quick_event *e,
							  const struct pks_frame *f)
{
	struct pks_slot *s = e->slot;
	struct pks_closed *c = &s->closed[s->closed_at & (PKS_HISTORY - 1)];

	s->closed_at++;
	c->key = e->key;
	c->grant_stack = f->stack;
	c->revoke_stack = PKS_NO_STACK;
	c->grant_site = f->place;
	return c;
}

/*
 * The end of a window whose caller and time are not read, for that costs more
 * than all the rest: it goes down as revoked where the last one was that was
 * granted at the same place, and a report says so. False where they are due.
 */
static __always_inline bool quick__pass(const struct quick_event *e, const struct pks_frame *f)
{
	struct pks_site *granted = &grant_sites[f->place & (PKS_SITES - 1)];
	__u16 skip = granted->revoke_skip;
	struct pks_closed *c;

	if (unlikely(!skip))
		return false;
	granted->revoke_skip = skip - 1;
	__sync_fetch_and_add(&granted->closed, 1);
	c = quick__remember(e, f);
	c->when = 0;
	c->revoke_site = granted->revoke_site;
	c->flags = PKS_STACK_OF_ANOTHER;
	return true;
}

/* The end of one whose time was read, and in a full trace its caller. */
static __always_inline void quick__measure(void *ctx, const struct quick_event *e,
					   const struct pks_frame *f, enum quick_use use)
{
	struct pks_closed *c;

	stat__hold(f->place, e->task, e->now - f->since);
	if (use != QUICK_TRACE)
		return;
	c = quick__remember(e, f);
	c->when = e->now;
	quick__place(ctx, e, f, c);
}

/* The thread's newest window is closed. */
static __always_inline void quick__close(const struct quick_event *e)
{
	struct pks_slot *s = e->slot;

	s->depth = e->count - 1;
	s->last = e->last;
	if (e->count > 1)
		return;
	s->told = 0;
	/* What an interrupt has left here meanwhile is for the core to put right. */
	if (likely(!(s->off | s->special)))
		store_release(&s->owner, 0);
}

#endif
