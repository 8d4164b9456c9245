// SPDX-License-Identifier: GPL-2.0-only
/* Slow paths of the window core; see window.bpf.h. */
#include "core/window.bpf.h"
#include "core/count_only.bpf.h"

/*
 * How far the kernel's count is from ours: 0 in all but a few cases. An
 * interrupt between probe and body of the event it hit sees the count one off
 * (adjust), which ends when the interrupted context shows up again. A missed
 * event can look just so: what is found then is unsure.
 */
static __always_inline int window__drift(struct pks_slot *s, __s32 count, __u32 context)
{
	__s32 drift = count - s->depth - s->skew;

	/* No drift: the body has run since, and only another interrupt came by. */
	if (s->adjust && (context <= s->adjust_context || !drift))
		slot__changed(s, SLOT_HALF_DONE, 0);
	drift -= s->adjust;
	if (!drift || context <= s->last_context || s->adjust)
		return drift;
	if (drift == (s->last_kind == PKS_GRANT ? -1 : 1)) {
		slot__changed(s, SLOT_HALF_DONE, drift);
		s->adjust_context = s->last_context;
		s->flags |= PKS_SLOT_UNSURE;
		return 0;
	}
	return drift;
}

/*
 * Loops over frames are bpf_loop()s (5.17): the verifier looks at their body
 * once, where it would follow each round of a for().
 */
static long frame__push_unknown(__u32 i, void *slot)
{
	struct pks_slot *s = &slots[*(__u32 *)slot & (PKS_SLOTS - 1)];

	if (s->depth >= 0 && s->depth < frames__room(s)) {
		struct pks_frame *f = frame__at(s, s->depth);

		f->key = 0;
		f->since = 0;
		f->stack = PKS_NO_STACK;
		f->site = 0;
		f->context = PKS_TASK;
		f->flags = PKS_FRAME_UNKNOWN;
	}
	slot__changed(s, SLOT_OPENED, 1);
	return 0;
}

/*
 * Events were missed. Take the kernel's word: missing grants become windows of
 * unknown origin that any revoke fits, missing revokes take the newest windows
 * away. Page identity is unsure on this thread until its windows are closed.
 * A window of unknown origin is the thread's own: were it an interrupt's that
 * happens to be here, the end of that interrupt would take it for a leak.
 */
static __always_inline void window__resync(struct pks_slot *s, __u32 slot, __s32 drift)
{
	__s32 missing;

	lost__add(PKS_LOST_MISMATCH, drift < 0 ? -drift : drift);
	s->flags |= PKS_SLOT_RESYNCED;
	if (drift > 0 && s->skew < 0) {
		/* What was an underflow to us was the revoke of a missed grant. */
		__s32 mended = drift < -s->skew ? drift : -s->skew;

		slot__changed(s, SLOT_COUNT_IS, s->skew + mended);
		drift -= mended;
	}
	if (drift > 0) {
		missing = drift < PKS_FRAMES ? drift : PKS_FRAMES;
		drift -= missing;
		bpf_loop(missing, frame__push_unknown, &slot, 0);
	}
	if (drift < 0 && s->depth > 0) {
		__s32 gone = -drift < s->depth ? -drift : s->depth;

		slot__changed(s, SLOT_CLOSED, gone);
		drift += gone;
	}
	slot__changed(s, SLOT_COUNT_IS, s->skew + drift); /* with what the stack could not take */
}

struct import_job {
	__u64 task;
	__u32 slot;
	__s32 count;
};

static long frame__import(__u32 i, void *arg)
{
	const struct import_job *job = arg;
	struct pks_slot *s = &slots[job->slot & (PKS_SLOTS - 1)];
	struct pks_frame *f = &s->frames[s->depth & (PKS_FRAMES - 1)];
	struct pks_count_only *t = count_only__entry(job->task, i & (PKS_FRAMES - 1));

	if ((__s32)i >= job->count)
		return 1;
	if (s->depth >= PKS_FRAMES || t->task != job->task)
		return 0;
	*f = (struct pks_frame){ .since = t->since, .stack = PKS_NO_STACK };
	store_release(&t->task, 0);
	slot__changed(s, SLOT_OPENED, 1);
	stat__grant(0, job->task);
	return 0;
}

/* Windows that were only counted until now. A function of its own, for the stack of its callers. */
__noinline int window__import(const struct window_event *e, __u32 slot)
{
	struct import_job job = { .slot = slot };

	if (!e)
		return 0;
	job.task = e->task;
	job.count = e->count;
	bpf_loop(PKS_FRAMES, frame__import, &job, 0);
	return 0;
}

/* A thread seen for the first time, or again after all its windows were closed. */
static __always_inline void window__adopt(struct pks_slot *s, const struct window_event *e)
{
	slot__name(s, e->tid, e->tgid);
	if (!e->count)
		return;
	if (s->depth) {
		slot__changed(s, SLOT_COUNT_IS, e->count - s->depth);
		return;
	}
	if (e->context > s->last_context && s->history_of == e->task &&
	    s->last_kind == PKS_REVOKE && e->count == 1) {
		slot__changed(s, SLOT_HALF_DONE, 1);
		s->adjust_context = s->last_context;
		s->flags |= PKS_SLOT_UNSURE;
	} else {
		slot__changed(s, SLOT_COUNT_IS, e->count);
	}
}

__noinline int window__ready_slow(const struct window_event *e)
{
	struct pks_slot *s;
	__s32 drift;
	bool known;
	int i;

	if (!e)
		return -1;
	i = slot__find_any(e->task);
	known = i >= 0;
	if (!known)
		i = slot__claim(e->task, e->context);
	if (i < 0)
		return i;
	s = &slots[i & (PKS_SLOTS - 1)];
	if (settings.count_only)
		window__import(e, i);
	if (!known)
		window__adopt(s, e);
	drift = window__drift(s, e->count, e->context);
	if (drift)
		window__resync(s, i, drift);
	return i & (PKS_SLOTS - 1);
}

__noinline int window__doubt(const struct window_event *e)
{
	struct pks_slot *s;
	int i;

	if (!e)
		return -1;
	i = slot__find_any(e->task);
	if (i < 0) {
		i = slot__claim(e->task, PKS_TASK);
		if (i < 0)
			return i;
		window__adopt(&slots[i & (PKS_SLOTS - 1)], e);
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	if (s->flags & PKS_SLOT_RESYNCED)
		return 0;
	s->flags |= PKS_SLOT_RESYNCED;
	lost__add(PKS_LOST_BLOCKED, 1);
	return 0;
}

static __always_inline void request__of_slot(struct finding_request *r, const struct pks_slot *s,
					     __u8 class)
{
	r->class = class;
	r->depth = s->depth;
	r->skew = s->skew;
	r->unsure = !!(s->flags & (PKS_SLOT_RESYNCED | PKS_SLOT_UNSURE));
}

static __always_inline void request__revoked(struct finding_request *r,
					     const struct window_event *e,
					     const struct revoke_place *place)
{
	r->key = e->key;
	r->address = e->arg;
	r->pkrs = e->pkrs;
	r->revoked.caller = e->caller;
	r->revoked.time = e->now;
	r->revoked.stack = place->stack;
	r->revoked.flags = PKS_STACK_EXACT;
}

/* A revoke with no window of this context to close: the kernel's count goes one too low. */
static __always_inline void window__underflow(struct pks_slot *s, __u32 slot,
					      const struct window_event *e,
					      const struct revoke_place *place,
					      struct finding_request *r)
{
	request__of_slot(r, s, PKS_UNDERFLOW);
	request__revoked(r, e, place);
	if (window__unsure(s)) {
		r->class = PKS_CLASS_NONE;
	} else if (settings.pages && !key__is_pgmap(e->key) && opened__holder(e->key, e->task, r)) {
		r->class = PKS_CROSS_THREAD;
	} else if (settings.facts.count_source != PKS_COUNT_SOURCE_PGMAP && !e->fresh) {
		/* The window may be older than the trace, and no count tells. */
		r->class = PKS_CLASS_NONE;
		__sync_fetch_and_add(&older_windows, 1);
	} else if (s->history_of == e->task) {
		origin__of_history(r, slot, e->key);
	}
	if (settings.facts.count_source == PKS_COUNT_SOURCE_NONE)
		return;
	slot__changed(s, SLOT_OVER_REVOKED, 1);
	s->poison_site = place->site;
	s->poison_stack = place->stack;
}

__noinline int frames__extend(__u32 slot)
{
	struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	__u32 depth = s->depth;

	/* Only where the first of the deeper windows begins: else the block had gaps. */
	if ((depth == PKS_FRAMES && !(s->holds & PKS_HOLDS_OVERFLOW) && !overflow__claim(slot)) ||
	    depth >= (__u32)frames__room(s)) {
		lost__add(PKS_LOST_NESTING, 1);
		return 0;
	}
	return 1;
}

struct shift_job {
	__u32 slot;
	__s32 at;
	__s32 by;
};

/* Another CPU may be reading: without a time it is no window. See frame__begin(). */
static __always_inline void frame__move(struct pks_frame *to, const struct pks_frame *from)
{
	WRITE_ONCE(to->since, 0);
	barrier();
	to->key = from->key;
	to->stack = from->stack;
	to->place = from->place;
	store_release(&to->since, from->since);
}

static long frame__shift(__u32 i, void *arg)
{
	const struct shift_job *job = arg;
	struct pks_slot *s = &slots[job->slot & (PKS_SLOTS - 1)];
	__s32 to = job->at + (__s32)i, from = to + job->by;

	if (to < 0 || from < 0 || from >= s->depth || from >= frames__room(s))
		return 1;
	frame__move(frame__at(s, to), frame__at(s, from));
	return 0;
}

/* Takes `nr` frames from `at` on out of the slot's stack, closing the gap. */
__noinline int frames__drop(__u32 slot, int at, int nr)
{
	struct shift_job job = { .slot = slot, .at = at, .by = nr };

	bpf_loop(PKS_DEPTH, frame__shift, &job, 0);
	return 0;
}

/*
 * The revoke names another page than the window on top. Below it: out of
 * order, and that window goes. Nowhere: the wrong page, and the top goes, for
 * that is what the kernel's count closed. Returns the frame that goes.
 */
static __always_inline int window__other_page(struct pks_slot *s, __u32 slot,
					      const struct window_event *e,
					      const struct revoke_place *place,
					      struct finding_request *r)
{
	int top = s->depth - 1, at = frames__find(slot, e->key, s->depth - 1, PKS_NR_CONTEXTS);
	struct pks_frame *f = frame__at(s, top);

	/* Keys are closed in any order: each closes by itself. */
	if (!(s->flags & PKS_SLOT_RESYNCED) && settings.facts.key != PKS_KEY_PKEY) {
		request__of_slot(r, s, at >= 0 ? PKS_OUT_OF_ORDER : PKS_WRONG_PAGE);
		request__revoked(r, e, place);
		r->key2 = f->key;
		r->granted_site = f->site;
		origin__of_frame(&r->granted, f);
		if (at >= 0)
			sibling__set(r, frame__at(s, at)->site, frame__at(s, at)->stack);
	}
	return at >= 0 ? at : top;
}

/* Something about the window that ends, beyond its end. */
static __always_inline void window__of_frame(struct pks_slot *s, const struct window_event *e,
					     const struct revoke_place *place,
					     struct finding_request *r, const struct pks_frame *f,
					     __u8 class)
{
	request__of_slot(r, s, class);
	request__revoked(r, e, place);
	r->key = f->key;
	r->granted_site = f->site;
	origin__of_frame(&r->granted, f);
}

/*
 * The window of the interrupted thread that this revoke of an interrupt's names, if it has
 * one that is open: it is closed in its stead.
 */
static __always_inline int window__interrupted(struct pks_slot *s, __u32 slot,
					       const struct window_event *e)
{
	int at = -1;

	if (e->context != PKS_TASK && s->depth > 0 && settings.keys)
		at = frames__find(slot, e->key, s->depth, PKS_NR_CONTEXTS);
	return at >= 0 && !(frame__at(s, at)->flags & PKS_FRAME_TAKEN) ? at : -1;
}

/*
 * An interrupt closes a window of the thread that it hit, which goes on as if it had it: the
 * window stays on its stack, and the count is one less. The exit of the interrupt restores
 * the thread's register, with the key open.
 */
static __always_inline void window__take(struct pks_slot *s, const struct window_event *e,
					 const struct revoke_place *place, int at,
					 struct finding_request *r)
{
	struct pks_frame *f = frame__at(s, at);

	window__of_frame(s, e, place, r, f, PKS_CROSS_THREAD);
	r->key = e->key;
	r->revoked.flags |= PKS_ORIGIN_INTERRUPTED;
	stat__hold(f->site, e->task, e->now - f->since);
	window__log(s, e, f, place->site, at + 1);
	__sync_fetch_and_or(&f->place, PKS_FRAME_TAKEN << PKS_PLACE_FLAGS_SHIFT);
	slot__changed(s, SLOT_OVER_REVOKED, 1);
	s->poison_site = place->site;
	s->poison_stack = place->stack;
	if (settings.effect && e->count == 1 && !e->open)
		s->flags |= PKS_SLOT_RESIDUE;
}

/*
 * True for one of two who find this window held for too long: the loader looks
 * for open ones (collector__mark_reported()) while the thread may be about to end it.
 */
static __always_inline bool frame__mark_reported(struct pks_frame *f)
{
	const __u32 reported = PKS_FRAME_REPORTED << PKS_PLACE_FLAGS_SHIFT;

	return !(__sync_fetch_and_or(&f->place, reported) & reported);
}

/* The window on top ends: account for it and forget it. */
static __always_inline void window__close(struct pks_slot *s, __u32 slot,
					  const struct window_event *e,
					  const struct revoke_place *place,
					  struct finding_request *r)
{
	int top = s->depth - 1, at = top;
	struct pks_frame *f = frame__at(s, top);

	if (top < frames__room(s)) {
		/* No key: an interrupt came in the midst of the grant's program. */
		if (f->key != e->key && f->key && !(f->flags & PKS_FRAME_UNKNOWN) && settings.pages)
			at = window__other_page(s, slot, e, place, r);
		f = frame__at(s, at);
		/* Closed to its end, or until a relaxed fault opened it. */
		if (settings.effect && (!e->open || (f->flags & PKS_FRAME_CLOSED)) &&
		    s->skew >= 0 && !r->class)
			window__of_frame(s, e, place, r, f, PKS_INEFFECTIVE_GRANT);
		if (!(f->flags & (PKS_FRAME_UNKNOWN | PKS_FRAME_TAKEN))) {
			stat__hold(f->site, e->task, e->now - f->since);
			window__log(s, e, f, place->site, at + 1);
			if (settings.long_hold && e->now - f->since > settings.long_hold &&
			    !r->class && !window__unsure(s) && frame__mark_reported(f))
				window__of_frame(s, e, place, r, f, PKS_LONG_HOLD);
		}
		window__remember(s, e, f, place, PATH_ANY);
		if (at != top)
			frames__drop(slot, at, 1);
	}
	slot__changed(s, SLOT_CLOSED, 1);
}

/*
 * True where the thread's newest window may be closed by this context: its own,
 * or one that an interrupt left behind. A revoke in an interrupt that has no
 * window must not take the window of the thread it interrupted.
 */
static __always_inline bool window__own_top(struct pks_slot *s, __u32 context)
{
	const struct pks_frame *f;
	int top = s->depth - 1;

	if (top < 0)
		return false;
	f = frame__at(s, top);
	return top >= frames__room(s) || f->context >= context || (f->flags & PKS_FRAME_UNKNOWN);
}

/* The count holds windows that are not on the stack: leaked ones, or older than the trace. */
static __always_inline void window__close_skewed(struct pks_slot *s, const struct window_event *e)
{
	if (s->history_of != e->task) {
		/* Closed by this thread, though what is not known. */
		s->closed[0].key = 0;
		s->closed[1].key = 0;
		s->history_of = e->task;
	}
	if (s->reported > 0)
		__sync_fetch_and_add(&late_revokes, 1);
	else
		__sync_fetch_and_add(&older_windows, 1);
	slot__changed(s, SLOT_OLD_CLOSED, 1);
}

__noinline int window__revoke_slow(const struct window_event *e, const struct revoke_place *place,
				   struct finding_request *r)
{
	struct pks_slot *s;
	int i, at;

	if (!e || !place || !r)
		return -1;
	i = window__ready_slow(e);
	if (i < 0)
		return i;
	s = &slots[i & (PKS_SLOTS - 1)];
	at = window__own_top(s, e->context) ? -1 : window__interrupted(s, i, e);
	if (at >= 0)
		window__take(s, e, place, at, r);
	else if (window__own_top(s, e->context))
		window__close(s, i, e, place, r);
	else if (s->depth == 0 && s->skew > 0)
		window__close_skewed(s, e);
	else
		window__underflow(s, i, e, place, r);
	slot__note(s, PKS_REVOKE, e->context, e->page_form);
	window__settle(s, e, PATH_ANY);
	return 0;
}

__noinline int window__holds(__u64 task, __u64 key, __u32 context)
{
	int i = slot__find_any(task);

	return i >= 0 && frames__find(i, key, PKS_DEPTH, context) >= 0;
}

/*
 * The thread's slot has our depth ahead of the kernel's count by just this
 * event. An interrupt between the two halves has noted that in adjust.
 */
static __always_inline bool window__ahead(struct pks_slot *s, const struct window_event *e,
					  __u32 kind)
{
	__s32 ahead = kind == PKS_GRANT ? -1 : 1, off = e->count - s->depth - s->skew;

	if (s->adjust && s->adjust_context == e->context) {
		if (s->adjust != ahead || off != ahead)
			return false;
		slot__changed(s, SLOT_HALF_DONE, 0);
		slot__note_again(s, kind, e->context);
		return true;
	}
	return off - s->adjust == ahead && s->pending == kind && s->last_context == e->context;
}

__noinline int window__inner_half(const struct window_event *e, __u32 kind)
{
	struct pks_slot *s;
	int i;

	if (!e)
		return 0;
	i = slot__find_any(e->task);
	if (i < 0) {
		/* A page-form revoke has just given the slot back. */
		s = &slots[slot__hash(e->task) & (PKS_SLOTS - 1)];
		if (s->owner || s->history_of != e->task || kind != PKS_REVOKE || e->count != 1 ||
		    s->pending != kind || s->last_context != e->context)
			return 0;
	} else {
		s = &slots[i & (PKS_SLOTS - 1)];
		if (!window__ahead(s, e, kind))
			return 0;
	}
	s->pending = 0;
	return 1;
}

/*
 * Windows on the same page that were opened in this one and are closed. The newest is what
 * a revoke closes, whichever of them it was meant for. Where the time of a revoke was not
 * read, it may be older than this window.
 */
static __always_inline void leak__siblings(const struct pks_slot *s, const struct window_event *e,
					   const struct pks_frame *f, struct finding_request *r)
{
	if (s->history_of != e->task || !f->key)
		return;
	for (int i = 0; i < PKS_HISTORY; i++) {
		const struct pks_closed *c = &s->closed[(s->closed_at - i) & (PKS_HISTORY - 1)];

		if (c->key != f->key || c->when <= f->since)
			continue;
		r->siblings++;
		sibling__set(r, c->grant_site, c->grant_stack);
		origin__set(&r->revoked, &revoke_sites[c->revoke_site & (PKS_SITES - 1)], c->when,
			    c->revoke_stack);
	}
}

/* The newest window of the ending context: it has leaked, and stays in the count. */
static __always_inline void window__leak(struct pks_slot *s, const struct window_event *e,
					 struct finding_request *r)
{
	struct pks_frame *f;

	/* Too deep to know their grants: one report for all of them. */
	if (s->depth > frames__room(s))
		slot__changed(s, SLOT_SET_APART, s->depth - frames__room(s));
	request__of_slot(r, s, PKS_LEAK);
	f = frame__at(s, s->depth - 1);
	r->key = f->key;
	r->granted_site = f->site;
	origin__of_frame(&r->granted, f);
	leak__siblings(s, e, f, r);
	slot__changed(s, SLOT_LEAKED, 1);
}

struct taken_job {
	__u32 slot;
	__s32 at;
};

static long frame__taken(__u32 i, void *arg)
{
	struct taken_job *job = arg;
	struct pks_slot *s = &slots[job->slot & (PKS_SLOTS - 1)];

	if ((__s32)i >= s->depth || (__s32)i >= frames__room(s))
		return 1;
	if (!(frame__at(s, i)->flags & PKS_FRAME_TAKEN))
		return 0;
	job->at = i;
	return 1;
}

#define PKS_TAKEN 4 /* windows of a thread that interrupts revoke between two boundaries */

/* A window that an interrupt has revoked is closed, though the thread has not done it. */
__noinline int window__drop_taken(__u32 slot)
{
	struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	struct taken_job job = { .slot = slot, .at = -1 };

	if (s->skew >= 0 || s->depth <= 0)
		return 0;
	bpf_loop(PKS_DEPTH, frame__taken, &job, 0);
	if (job.at < 0)
		return 0;
	frames__drop(slot, job.at, 1);
	slot__changed(s, SLOT_SET_APART, 1);
	return 1;
}

/*
 * What the count does not hold is not open: over-revoked, the thread's oldest
 * windows opened nothing, and nobody will close them after this boundary. Only
 * the count of protected memory has such an effect.
 */
static __always_inline void window__write_off(struct pks_slot *s, __u32 slot)
{
	__s32 nr;

	for (int i = 0; i < PKS_TAKEN && window__drop_taken(slot) > 0; i++)
		;
	nr = -s->skew < s->depth ? -s->skew : s->depth;
	if (settings.facts.count_source != PKS_COUNT_SOURCE_PGMAP || nr <= 0)
		return;
	frames__drop(slot, 0, nr);
	slot__changed(s, SLOT_SET_APART, nr);
}

/* The thread is gone, or has nothing open: its slot goes. */
static __always_inline void window__boundary_done(struct pks_slot *s, const struct window_event *e)
{
	if (e->boundary == PKS_THREAD_EXIT) {
		slot__changed(s, SLOT_ENDED, 0);
		s->flags = 0;
		s->claim_context = e->context;
	}
	if (e->context == PKS_TASK && !s->depth && !e->blocked)
		s->flags &= ~PKS_SLOT_RESYNCED;
	/* A worker's next item, or a new thread with this task_struct, has not closed these. */
	if (e->boundary == PKS_THREAD_EXIT || e->boundary == PKS_WORK_END) {
		s->history_of = 0;
		slot__forget(e->task);
	}
	window__release(s, e);
}

__noinline int window__boundary_next(const struct window_event *e, struct finding_request *r)
{
	struct pks_slot *s;
	int i;

	if (!e || !r)
		return -1;
	i = window__ready_slow(e);
	if (i < 0)
		return i;
	s = &slots[i & (PKS_SLOTS - 1)];
	r->boundary = e->boundary;
	r->arg = e->arg;
	if (e->context == PKS_TASK)
		window__write_off(s, i);
	if (e->context == PKS_TASK && window__unsure(s))
		slot__changed(s, SLOT_CLOSED, s->depth);
	if (s->depth > 0 &&
	    (s->depth > frames__room(s) || frame__at(s, s->depth - 1)->context >= e->context)) {
		window__leak(s, e, r);
		return 1;
	}
	if (s->depth == 0 && s->skew > s->reported && e->context == PKS_TASK) {
		/* Granted before the trace or unseen; the count is the kernel's own. */
		request__of_slot(r, s, PKS_LEAK);
		r->granted.stack = PKS_NO_STACK;
		slot__changed(s, SLOT_REPORTED, 0);
		return 1;
	}
	if ((s->flags & PKS_SLOT_RESIDUE) && !e->count && e->open && e->context == PKS_TASK) {
		request__of_slot(r, s, PKS_RESIDUE);
		s->flags &= ~PKS_SLOT_RESIDUE;
		return 1;
	}
	if (!e->open && e->context == PKS_TASK)
		s->flags &= ~PKS_SLOT_RESIDUE; /* a window that was closed since has closed it */
	window__boundary_done(s, e);
	return 0;
}
