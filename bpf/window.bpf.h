/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The window core: pairs grants with revokes, thread by thread, and keeps its
 * own depth equal to the kernel's count. No SEC() here: the same code runs
 * behind every attach form and behind the test harness.
 *
 * Invariant after each event of a thread that owns a slot:
 *	kernel count == depth + skew + adjust
 * where depth counts the windows on the thread's stack, skew those that the
 * count has wrong for good (leaked, granted before the trace, over-revoked),
 * and adjust is one event of an interrupted context whose effect on the count
 * has not happened yet, since a probe runs before the function's body.
 */
#ifndef PKSTRACE_WINDOW_BPF_H
#define PKSTRACE_WINDOW_BPF_H

#include "table.bpf.h"
#include "finding.bpf.h"

/*
 * How far the kernel's count is from ours: 0 in all but a few cases. An
 * interrupt between probe and body of the event it hit sees the count one off
 * (adjust), which ends when the interrupted context shows up again.
 */
static __noinline int window__drift(struct pks_slot *s, __s32 count, __u32 context)
{
	__s32 drift;

	if (s->adjust && context <= s->adjust_context)
		s->adjust = 0;
	drift = count - s->depth - s->skew - s->adjust;
	if (!drift || context <= s->last_context || s->adjust)
		return drift;
	if (drift == (s->last_kind == PKS_GRANT ? -1 : 1)) {
		s->adjust = drift;
		s->adjust_context = s->last_context;
		return 0;
	}
	return drift;
}

/*
 * Events were missed. Take the kernel's word: missing grants become windows of
 * unknown origin that any revoke fits, missing revokes take the newest windows
 * away. Page identity is unsure on this thread until its windows are closed.
 */
static __noinline int window__resync(struct pks_slot *s, __s32 drift, __u32 context)
{
	lost__add(PKS_LOST_MISMATCH, drift < 0 ? -drift : drift);
	s->flags |= PKS_SLOT_RESYNCED;
	for (int i = 0; i < PKS_FRAMES && drift > 0; i++, drift--) {
		struct pks_frame *f = &s->frames[s->depth & (PKS_FRAMES - 1)];

		if (s->depth < PKS_FRAMES)
			*f = (struct pks_frame){ .stack = PKS_NO_STACK,
						 .context = context,
						 .flags = PKS_FRAME_UNKNOWN };
		s->depth++;
	}
	for (int i = 0; i < PKS_FRAMES && drift < 0 && s->depth > 0; i++, drift++)
		s->depth--;
	s->skew += drift; /* what the stack could not take */
	return 0;
}

static __always_inline void window__sync(struct pks_slot *s, const struct window_event *e)
{
	__s32 drift;

	if (e->count == s->depth + s->skew + s->adjust)
		return;
	drift = window__drift(s, e->count, e->context);
	if (drift)
		window__resync(s, drift, e->context);
}

/* A thread seen for the first time, or again after all its windows were closed. */
static __always_inline void window__adopt(struct pks_slot *s, const struct window_event *e)
{
	s->tid = e->tid;
	s->tgid = e->tgid;
	s->depth = 0;
	s->skew = 0;
	s->adjust = 0;
	s->told = 0;
	s->flags = 0;
	if (e->count) {
		bool in_flight = e->context != PKS_TASK && s->history_of == e->task &&
				 s->last_kind == PKS_REVOKE && e->count == 1;

		if (in_flight) {
			s->adjust = 1;
			s->adjust_context = s->last_context;
		} else {
			s->skew = e->count;
		}
	}
}

static __always_inline void window__note(struct pks_slot *s, const struct window_event *e, __u8 kind)
{
	s->last_kind = kind;
	s->last_context = e->context;
	s->pending = e->page_form ? kind : 0;
}

/* A full stack for what is new, suspect, or sampled; PKS_NO_STACK otherwise. */
static __always_inline __s32 window__stack(const struct window_event *e, struct pks_site *site)
{
	__u32 seen = site->seen;
	__s32 stack;

	site->seen = seen + 1;
	if (seen >= settings.stack_first && (seen & settings.stack_mask) &&
	    !(site->flags & PKS_SITE_SUSPECT))
		return PKS_NO_STACK;
	stack = stack__take(e->ctx);
	if (stack >= 0)
		site->stack = stack;
	return stack;
}

/*
 * A grant. e->count is the kernel's count before it. Returns the slot's index,
 * or a negative number where the thread could not be followed (counted).
 */
static __always_inline int window__grant(const struct window_event *e)
{
	__s32 stack = PKS_NO_STACK;
	__u32 site = 0;
	struct pks_slot *s;
	int i, depth;

	if (settings.sites) {
		site = site__index(grant_sites, 0, e->caller);
		stack = window__stack(e, &grant_sites[site]);
	}
	stat__grant(site);

	i = slot__claim(e);
	if (i < 0) {
		lost__add(PKS_LOST_SLOT, 1);
		return i;
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	if (i & SLOT_FRESH)
		window__adopt(s, e);
	window__sync(s, e);

	depth = s->depth;
	if (depth < 0 || depth >= PKS_FRAMES) {
		lost__add(PKS_LOST_NESTING, 1);
	} else {
		struct pks_frame *f = &s->frames[depth & (PKS_FRAMES - 1)];

		f->key = e->key;
		f->since = e->now;
		f->stack = stack;
		f->site = site;
		f->context = e->context;
		f->flags = 0;
	}
	s->depth = depth + 1;
	window__note(s, e, PKS_GRANT);
	if (settings.pages)
		opened__set(e->key, e->task);
	return i & (PKS_SLOTS - 1);
}

/* Remember what was closed, for the cause of a later stray access. */
static __always_inline void window__remember(struct pks_slot *s, const struct window_event *e,
					     const struct pks_frame *f, __u16 site, __s32 stack)
{
	struct pks_closed *c = &s->closed[s->closed_at & (PKS_HISTORY - 1)];

	s->closed_at++;
	c->key = f->key;
	c->when = e->now;
	c->grant_site = f->site;
	c->grant_stack = f->stack;
	c->revoke_site = site;
	c->revoke_stack = stack;
	if (s->history_of != e->task) {
		/* The other entries are another thread's. */
		s->closed[s->closed_at & (PKS_HISTORY - 1)].key = 0;
		s->history_of = e->task;
	}
}

/*
 * The revoke names another page than the window on top. Below it: out of
 * order, and that window goes. Nowhere: the wrong page, and the top goes, for
 * that is what the kernel's count closed.
 */
static __noinline int window__other_page(struct pks_slot *s, const struct window_event *e,
					 const struct pks_origin *revoked)
{
	int top = s->depth - 1, at = -1;
	struct finding_request r = {
		.class = PKS_WRONG_PAGE, .key = e->key, .revoked = *revoked,
	};

	/* Counted from the top, which the verifier can't know: one state, not one for each i. */
	for (int n = 1; n < PKS_FRAMES && n <= top; n++) {
		int i = (top - n) & (PKS_FRAMES - 1);

		if (s->frames[i].key == e->key) {
			at = i;
			break;
		}
	}
	if (at >= 0)
		r.class = PKS_OUT_OF_ORDER;
	r.key2 = s->frames[top & (PKS_FRAMES - 1)].key;
	origin__of_frame(&r.granted, &s->frames[top & (PKS_FRAMES - 1)]);
	r.granted_site = s->frames[top & (PKS_FRAMES - 1)].site;
	r.unsure = !!(s->flags & PKS_SLOT_RESYNCED);
	if (!r.unsure)
		finding__emit(e, &r, s);
	return at;
}

/* The key was closed all through the window that ends: it let nothing through. */
static __noinline int window__ineffective(struct pks_slot *s, const struct window_event *e,
					  const struct pks_frame *f, const struct pks_origin *revoked)
{
	struct finding_request r = {
		.class = PKS_INEFFECTIVE_GRANT, .key = f->key, .pkrs = e->pkrs,
		.granted_site = f->site, .revoked = *revoked,
	};

	origin__of_frame(&r.granted, f);
	finding__emit(e, &r, s);
	return 0;
}

/* Takes frame `at` out of the stack, closing the gap. */
static __noinline int window__drop(struct pks_slot *s, int at)
{
	for (int i = 0; i < PKS_FRAMES - 1; i++)
		if (i >= at && i < s->depth - 1)
			s->frames[i] = s->frames[i + 1];
	return 0;
}

/* A revoke with no window of this context to close: the kernel's count goes one too low. */
static __noinline int window__underflow(struct pks_slot *s, const struct window_event *e,
					const struct pks_origin *revoked, __u32 site)
{
	struct finding_request r = {
		.class = PKS_UNDERFLOW, .key = e->key, .revoked = *revoked,
	};

	if (opened__holder(e->key, e->task, &r))
		r.class = PKS_CROSS_THREAD;
	else if (s->history_of == e->task)
		origin__of_history(&r, s, e->key);
	s->skew--;
	s->poison_site = site;
	s->poison_stack = revoked->stack;
	finding__emit(e, &r, s);
	return 0;
}

/*
 * The window on top ends: account for it and forget it. The caller has made
 * sure that there is one.
 */
static __always_inline void window__close(struct pks_slot *s, const struct window_event *e,
					  const struct pks_origin *revoked, __u32 site)
{
	int depth = s->depth, top = depth - 1, at = top;
	struct pks_frame *f = &s->frames[top & (PKS_FRAMES - 1)];

	if (top < PKS_FRAMES) {
		if (unlikely(f->key != e->key) && !(f->flags & PKS_FRAME_UNKNOWN) && e->key &&
		    settings.pages) {
			at = window__other_page(s, e, revoked);
			if (at < 0)
				at = top;
		}
		f = &s->frames[at & (PKS_FRAMES - 1)];
		if (settings.effect && unlikely(!e->open) && s->skew >= 0)
			window__ineffective(s, e, f, revoked);
		if (!(f->flags & PKS_FRAME_UNKNOWN))
			stat__hold(f->site, e->now - f->since);
		window__remember(s, e, f, site, revoked->stack);
		if (at != top)
			window__drop(s, at);
	}
	s->depth = top;
}

/*
 * All windows closed and the count right: the slot can be another thread's.
 * An interrupt leaves the slot alone that the context below it has claimed: it
 * may have come between that claim and the first window.
 */
static __always_inline void window__release(struct pks_slot *s, const struct window_event *e)
{
	if (s->depth || s->skew || (s->flags & PKS_SLOT_RESIDUE))
		return;
	if (s->claim_context == e->context) {
		s->claim_context = PKS_TASK;
		s->owner = 0;
	}
}

/* As above, after a revoke that was balanced: the kernel has closed the key with it. */
static __always_inline void window__settle(struct pks_slot *s, const struct window_event *e)
{
	if (s->depth || s->skew)
		return;
	s->flags = 0;
	window__release(s, e);
}

/* No slot: every window of this thread is closed, or was opened before the trace. */
static __always_inline int window__revoke_unknown(const struct window_event *e,
						  const struct pks_origin *revoked, __u32 site)
{
	struct pks_slot *s;
	int i = slot__claim(e);

	if (i < 0) {
		lost__add(PKS_LOST_SLOT, 1);
		return i;
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	if (i & SLOT_FRESH)
		window__adopt(s, e);
	if (s->skew > 0) {
		__sync_fetch_and_add(&older_windows, 1);
		s->skew--;
	} else {
		window__underflow(s, e, revoked, site);
	}
	window__note(s, e, PKS_REVOKE);
	window__settle(s, e);
	return 0;
}

/*
 * True where the thread's newest window may be closed by this context: its own,
 * or one that an interrupt left behind. A revoke in an interrupt that has no
 * window must not take the window of the thread it interrupted.
 */
static __always_inline bool window__own_top(const struct pks_slot *s, __u32 context)
{
	int top = s->depth - 1;

	if (top < 0)
		return false;
	return top >= PKS_FRAMES || s->frames[top & (PKS_FRAMES - 1)].context >= context ||
	       (s->frames[top & (PKS_FRAMES - 1)].flags & PKS_FRAME_UNKNOWN);
}

/* A revoke. e->count is the kernel's count before it. */
static __always_inline int window__revoke(const struct window_event *e)
{
	struct pks_origin revoked = { .caller = e->caller, .time = e->now, .stack = PKS_NO_STACK,
				      .flags = PKS_STACK_EXACT };
	struct pks_slot *s;
	__u32 site = 0;
	int i;

	if (settings.sites) {
		site = site__index(revoke_sites, 1, e->caller);
		revoked.stack = window__stack(e, &revoke_sites[site]);
	}
	i = slot__find(e->task);
	if (i < 0)
		return window__revoke_unknown(e, &revoked, site);
	s = &slots[i & (PKS_SLOTS - 1)];
	window__sync(s, e);

	if (window__own_top(s, e->context)) {
		window__close(s, e, &revoked, site);
	} else if (s->depth == 0 && s->skew > 0) {
		if (s->told > 0) {
			s->told--;
			__sync_fetch_and_add(&late_revokes, 1);
		} else {
			__sync_fetch_and_add(&older_windows, 1);
		}
		s->skew--;
	} else {
		window__underflow(s, e, &revoked, site);
	}
	window__note(s, e, PKS_REVOKE);
	window__settle(s, e);
	return 0;
}

/*
 * True where this pgmap-form event is the inner half of a page-form event that
 * was handled already: a kernel whose pgmap_set_*() call __pgmap_set_*(). Our
 * depth is then ahead of the kernel's count by just that event.
 */
static __always_inline bool window__inner_half(const struct window_event *e, __u8 kind)
{
	struct pks_slot *s;
	int i = slot__find(e->task), ahead = kind == PKS_GRANT ? -1 : 1;

	if (i < 0) {
		/* A page-form revoke has just given the slot back. */
		i = slot__hash(e->task);
		s = &slots[i & (PKS_SLOTS - 1)];
		if (s->owner || s->history_of != e->task || kind != PKS_REVOKE || e->count != 1)
			return false;
	} else {
		s = &slots[i & (PKS_SLOTS - 1)];
		if (e->count - s->depth - s->skew - s->adjust != ahead)
			return false;
	}
	if (s->pending != kind)
		return false;
	s->pending = 0;
	return true;
}

struct leak_walk {
	struct pks_slot *slot;
	const struct window_event *event;
	struct finding_request *request;
};

/* One window, from the top, of the ending context. Returns 1 where there is none left. */
static int window__leak_top(__u32 n, struct leak_walk *walk)
{
	struct pks_slot *s = walk->slot;
	int top = s->depth - 1;
	struct pks_frame *f = &s->frames[top & (PKS_FRAMES - 1)];

	if (top < 0 || f->context < walk->event->context)
		return 1;
	walk->request->key = f->key;
	walk->request->granted_site = f->site;
	origin__of_frame(&walk->request->granted, f);
	s->depth = top;
	s->skew++;
	if (s->skew > 0)
		s->told++;
	finding__emit(walk->event, walk->request, s);
	return 0;
}

/*
 * The windows of the ending context: each has leaked, and its grant stays in
 * the count. By bpf_loop() (5.17): unrolled it is 300,000 instructions for the
 * verifier of 6.1.
 */
static __always_inline void window__leak_frames(struct pks_slot *s, const struct window_event *e,
						struct finding_request *r)
{
	struct leak_walk walk = { .slot = s, .event = e, .request = r };

	if (s->depth > PKS_FRAMES) {
		/* Too deep to know their grants: one report for all of them. */
		s->skew += s->depth - PKS_FRAMES;
		s->depth = PKS_FRAMES;
	}
	bpf_loop(PKS_FRAMES, window__leak_top, &walk, 0);
}

/*
 * A boundary was reached with the count not zero, or the key not closed.
 * Windows of the context that ends here have leaked: report each, and take it
 * over into skew, for the count stays wrong.
 */
static __noinline int window__boundary(const struct window_event *e, __u32 boundary, __s64 arg)
{
	struct finding_request r = { .class = PKS_LEAK, .boundary = boundary, .arg = arg };
	struct pks_slot *s;
	int i = slot__claim(e);

	if (i < 0) {
		lost__add(PKS_LOST_SLOT, 1);
		return i;
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	if (i & SLOT_FRESH)
		window__adopt(s, e);
	window__sync(s, e);
	r.unsure = !!(s->flags & PKS_SLOT_RESYNCED);

	window__leak_frames(s, e, &r);
	if (s->depth == 0 && s->skew > s->told) {
		/* Granted before the trace or unseen; the count is the kernel's own. */
		r.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
		r.granted_site = 0;
		r.key = 0;
		s->told = s->skew;
		finding__emit(e, &r, s);
	}
	if ((s->flags & PKS_SLOT_RESIDUE) && !e->count && e->open) {
		r = (struct finding_request){ .class = PKS_RESIDUE, .boundary = boundary, .arg = arg };
		s->flags &= ~PKS_SLOT_RESIDUE;
		finding__emit(e, &r, s);
	}
	if (boundary == PKS_THREAD_EXIT) {
		s->depth = 0;
		s->skew = 0;
		s->claim_context = PKS_TASK;
		s->owner = 0;
	} else {
		window__release(s, e);
	}
	return 0;
}

#endif
