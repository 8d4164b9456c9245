/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The window core: pairs grants with revokes, thread by thread, and keeps its own depth
 * equal to the kernel's count. There is no SEC() here: the same code runs behind every
 * attach form and behind the test harness.
 *
 * Invariant after each event of a thread that owns a slot:
 *	kernel count == depth + skew + adjust
 * where depth is the number of windows on the thread's stack, skew is by how much the count
 * is permanently off (leaked, granted before the trace, over-revoked), and adjust is one
 * event of an interrupted context that has not changed the count yet, since a probe runs
 * before the function's body.
 *
 * This file has the path of a correct grant and a correct revoke, inline and only once:
 * what the fast path leaves out is left out by a constant (enum window_path). The slow
 * paths are in window.bpf.c, in global functions.
 */
#ifndef PKSTRACE_WINDOW_BPF_H
#define PKSTRACE_WINDOW_BPF_H

#include "core/slot.bpf.h"
#include "core/finding.bpf.h"
#include "core/window_log.bpf.h"

/* Where a revoke came from, as far as it is known. */
struct revoke_place {
	__u64 when; /* 0: not read */
	__u32 site;
	__s32 stack;
	__u32 flags; /* PKS_STACK_OF_ANOTHER */
	__u32 pad;
};

/*
 * The thread's slot, with its depth in step with the kernel's count, whatever that takes:
 * another entry of the table, a new claim, a resync. -1: lost.
 */
int window__ready_slow(const struct window_event *e);

/* Calls of the thread may be missed until its next boundary; of the running thread. */
int window__doubt(const struct window_event *e);

/* Makes room for a window deeper than the slot has frames for. 0: none, a loss. */
int frames__extend(__u32 slot);

/* A revoke in full generality. Fills r with what it found; class 0: nothing. */
int window__revoke_slow(const struct window_event *e, const struct revoke_place *place,
			struct finding_request *r);

/*
 * For a boundary that was reached with the count not zero, or the key not closed. Finds one
 * more thing that is wrong: true with r filled in, or false if there is none left.
 */
int window__boundary_next(const struct window_event *e, struct finding_request *r);

/*
 * True if this pgmap-form event is the inner half of a page-form event that was already
 * handled, on a kernel whose pgmap_set_*() call __pgmap_set_*().
 */
int window__inner_half(const struct window_event *e, __u32 kind);

/* True if the thread holds a window on this key that it opened in this context. */
int window__holds(__u64 task, __u64 key, __u32 context);

/* True if this event needs no stack: it is neither new, nor suspect, nor a sample. */
static __always_inline bool site__passed(struct pks_site *site)
{
	__u32 skip = site->skip;

	if (unlikely(!skip))
		return false;
	site->skip = skip - 1;
	return true;
}

/* The stack of an event that needs one, and how many after it will not. */
static __always_inline __s32 site__sample(void *ctx, struct pks_site *site, __u32 home, bool revoke)
{
	__u32 mask = revoke ? settings.revoke_mask : settings.grant_mask;

	if (site->taken < settings.stack_first)
		site->taken++;
	if (site->taken < settings.stack_first || (site->flags & PKS_SITE_SUSPECT))
		mask = 0;
	site->skip = mask;
	return stack__take(ctx, site, revoke ? PKS_SITES + home : home);
}

/* A full stack if the event is new, suspect or sampled; otherwise PKS_NO_STACK. */
static __always_inline __s32 window__stack(void *ctx, struct site_ref site, bool revoke,
					   enum window_path path)
{
	if (path == PATH_FAST_COUNT || (!path__fast(path) && !settings.stacks))
		return PKS_NO_STACK;
	if (likely(site__passed(site.at)))
		return PKS_NO_STACK;
	return site__sample(ctx, site.at, site.index, revoke);
}

/* As window__ready_slow(), with the usual case inline: the slot is free or the thread's. */
static __always_inline int window__ready(const struct window_event *e)
{
	__u32 i = slot__hash(e->task) & (PKS_SLOTS - 1);
	struct pks_slot *s = &slots[i];

	if (s->owner == e->task && likely(e->count == s->depth + s->skew && !s->adjust))
		return i;
	/*
	 * The counts of a free slot are zero, and first windows begin in task context. The
	 * thread may still own another slot, claimed while this one was taken.
	 */
	if (!s->owner && !s->displaced && !e->count && e->context == PKS_TASK &&
	    claim(&s->owner, 0, e->task)) {
		slot__name(s, e->tid, e->tgid);
		return i;
	}
	return window__ready_slow(e);
}

/*
 * What is known about a window when it is opened. The time is stored last, before depth:
 * another CPU that reads the same time before and after, for a window below depth, has
 * read one and the same window. Pairs with opened__holder().
 */
static __always_inline void frame__begin(struct pks_frame *f, const struct window_event *e,
					 __u32 site, enum window_path path)
{
	__u32 place = site;

	if (!path__fast(path)) {
		place |= (__u32)e->context << PKS_PLACE_CONTEXT_SHIFT;
		/* Only an outermost grant opens the key. */
		if (e->count > 0 && !e->open)
			place |= PKS_FRAME_CLOSED << PKS_PLACE_FLAGS_SHIFT;
	}
	if (path != PATH_FAST_COUNT)
		f->key = e->key;
	f->stack = PKS_NO_STACK;
	f->place = place;
	store_release(&f->since, e->now);
}

/* Counts a window by site; those of the fast path are counted in the site itself. */
static __always_inline void grant__count(struct site_ref site, __u64 task, enum window_path path)
{
	if (path == PATH_FAST_TRACE)
		__sync_fetch_and_add(&site.at->grants, 1);
	else
		stat__grant(site.index, task);
}

/* The thread opens the window at `depth`; f is NULL if there is no frame for it. */
static __always_inline void window__open(void *ctx, const struct window_event *e,
					 struct pks_slot *s, struct pks_frame *f, __s32 depth,
					 struct site_ref site, enum window_path path)
{
	__s32 stack;

	if (f)
		frame__begin(f, e, site.index, path);
	slot__change(s, SLOT_OPENED, depth, 1, path);
	slot__note(s, PKS_GRANT, e->context, e->page_form);
	grant__count(site, e->task, path);
	if (path == PATH_FAST_TRACE || (!path__fast(path) && settings.pages))
		opened__set(e->key, e->task);
	stack = window__stack(ctx, site, false, path);
	if (f && unlikely(stack >= 0))
		f->stack = stack;
}

/* Any grant. e->count is the kernel's count before it. */
static __always_inline void window__grant(void *ctx, const struct window_event *e)
{
	struct site_ref site = site__of(grant_sites, 0, e->caller);
	__u32 depth;
	struct pks_slot *s;
	int i = window__ready(e);

	if (i < 0) {
		grant__count(site, e->task, PATH_ANY);
		return;
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	depth = s->depth;
	window__open(ctx, e, s,
		     likely(depth < PKS_FRAMES) || frames__extend(i) ? frame__at(s, depth) : NULL,
		     depth, site, PATH_ANY);
}

/* Remembers what was closed, for the cause of a later stray access. */
static __always_inline void window__remember(struct pks_slot *s, const struct window_event *e,
					     const struct pks_frame *f,
					     const struct revoke_place *place,
					     enum window_path path)
{
	struct pks_closed *c = &s->closed[s->closed_at & (PKS_HISTORY - 1)];

	if (path__fast(path) || settings.keys) {
		s->closed_at++;
		c->key = path__fast(path) ? e->key : f->key;
		c->when = place->when;
		c->grant_stack = f->stack;
		c->revoke_stack = place->stack;
		c->grant_site = f->place;
		c->revoke_site = place->site;
		c->flags = place->flags;
	}
	if (!path__fast(path) && unlikely(s->history_of != e->task)) {
		/* The other entries belong to another thread. */
		s->closed[s->closed_at & (PKS_HISTORY - 1)].key = 0;
		s->history_of = e->task;
	}
}

/*
 * Calls of the thread may have been missed, and there is no count that would tell: so it
 * is until a boundary is reached with nothing to hinder its programs.
 */
static __always_inline bool window__unsure(const struct pks_slot *s)
{
	return settings.facts.count_source == PKS_COUNT_SOURCE_NONE &&
	       (s->flags & PKS_SLOT_RESYNCED);
}

/*
 * All windows are closed and the count is right, so another thread may have the slot. An
 * interrupt does not release a slot claimed by the context below it, as it may have
 * arrived between that claim and the first window.
 */
static __always_inline void window__release(struct pks_slot *s, const struct window_event *e)
{
	if (s->depth || s->skew || (s->flags & PKS_SLOT_RESIDUE) || window__unsure(s) ||
	    s->claim_context != e->context)
		return;
	if (s->adjust) {
		/* The interrupted event is the last one again: the next interrupt will ask. */
		slot__note_again(s, s->adjust < 0 ? PKS_GRANT : PKS_REVOKE, s->adjust_context);
		slot__changed(s, SLOT_HALF_DONE, 0);
	}
	slot__release(s, e->task, PATH_ANY);
}

/*
 * As above, after a balanced revoke, with which the kernel has closed the key. A revoke in
 * an interrupt has closed it only for that interrupt.
 */
static __always_inline void window__settle(struct pks_slot *s, const struct window_event *e,
					   enum window_path path)
{
	if (path__fast(path)) {
		/* What an interrupt left here in the meantime is put right by the rest. */
		if (e->count <= 1 && likely(!(s->off | s->special)))
			slot__release(s, e->task, path);
		return;
	}
	if (s->depth || s->skew)
		return;
	if (e->context == PKS_TASK && !window__unsure(s))
		s->flags = 0;
	window__release(s, e);
}

/* The thread is in step with the kernel's count, as far as this path needs to know. */
static __always_inline bool slot__in_step(const struct pks_slot *s, const struct window_event *e,
					  enum window_path path)
{
	if (s->owner != e->task)
		return false;
	if (path__fast(path))
		return s->depth == e->count && !s->off;
	return e->count == s->depth + s->skew && !s->adjust;
}

/* The newest window, if it is the one that this revoke should close; NULL: look closer. */
static __always_inline struct pks_frame *
window__top(struct pks_slot *s, const struct window_event *e, enum window_path path)
{
	__u32 top = (path__fast(path) ? e->count : s->depth) - 1;
	struct pks_frame *f;

	if (!slot__in_step(s, e, path) || (path__fast(path) && s->special) || top >= PKS_FRAMES)
		return NULL;
	f = &s->frames[top & (PKS_FRAMES - 1)];
	asm volatile("" : "+r"(f));
	if (path__fast(path) ? s->history_of != e->task || f->place >> PKS_PLACE_CONTEXT_SHIFT :
			       f->context != e->context || f->flags)
		return NULL;
	if ((path == PATH_FAST_TRACE || (!path__fast(path) && settings.pages)) && f->key != e->key)
		return NULL;
	if (path__fast(path))
		return path == PATH_FAST_TRACE && !e->open ? NULL : f;
	if (settings.long_hold && e->now - f->since > settings.long_hold)
		return NULL;
	return settings.effect && !e->open ? NULL : f;
}

/* Where this revoke came from: e->caller, with a stack if one is due. */
static __always_inline void revoke__place(void *ctx, const struct window_event *e,
					  struct revoke_place *place, enum window_path path)
{
	struct site_ref site = site__of(revoke_sites, 1, e->caller);

	place->when = e->now;
	place->flags = 0;
	place->site = site.index;
	place->stack = window__stack(ctx, site, true, path);
}

/* Closes the thread's newest window, by a revoke that was due. */
static __always_inline void window__closed(struct pks_slot *s, const struct window_event *e,
					   enum window_path path)
{
	__s32 depth = path__fast(path) ? e->count : s->depth;

	asm volatile("" : "+r"(depth));
	slot__change(s, SLOT_CLOSED, depth, 1, path);
	slot__note(s, PKS_REVOKE, e->context, e->page_form);
	window__settle(s, e, path);
}

/*
 * A revoke. e->count is the kernel's count before it. Returns false if it is not the usual
 * one, which closes the newest window; call window__revoke_odd() then.
 */
static __always_inline bool window__revoke(const struct window_event *e,
					   const struct revoke_place *place)
{
	struct pks_slot *s = &slots[slot__hash(e->task) & (PKS_SLOTS - 1)];
	struct pks_frame *f = window__top(s, e, PATH_ANY);

	if (unlikely(!f))
		return false;
	stat__hold(f->site, e->task, e->now - f->since);
	window__log(s, e, f, place->site, s->depth);
	window__remember(s, e, f, place, PATH_ANY);
	window__closed(s, e, PATH_ANY);
	return true;
}

/* A revoke that needs a closer look. */
static __always_inline void window__revoke_odd(void *ctx, const struct window_event *e,
					       const struct revoke_place *place)
{
	struct finding_request r;

	__builtin_memset(&r, 0, sizeof(r));
	window__revoke_slow(e, place, &r);
	if (r.class)
		finding__emit(ctx, e, &r);
}

struct boundary_walk {
	void *ctx;
	const struct window_event *e;
};

static int boundary__step(__u32 n, struct boundary_walk *walk)
{
	struct finding_request r;

	__builtin_memset(&r, 0, sizeof(r));
	if (window__boundary_next(walk->e, &r) <= 0)
		return 1;
	finding__emit(walk->ctx, walk->e, &r);
	return 0;
}

/*
 * Reports everything that is wrong at a boundary: at most the known windows and two more
 * findings. Uses bpf_loop() (5.17), whose body the verifier checks only once: as a plain
 * loop it took three quarters of the loading time of these programs.
 */
static __always_inline void window__boundary(void *ctx, const struct window_event *e)
{
	struct boundary_walk walk = { .ctx = ctx, .e = e };

	bpf_loop(PKS_DEPTH + 2, boundary__step, &walk, 0);
}

#endif
