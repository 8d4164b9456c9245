// SPDX-License-Identifier: GPL-2.0-only
/* Finds the cause of a stray access. Global functions: see table.bpf.h. */
#include "core/cause.bpf.h"
#include "core/window.bpf.h"
#include "kernel/page.bpf.h"

/*
 * The thread holds windows and was denied all the same: the key is one for all
 * pages, so its windows can't have been in effect. Why not?
 */
static __always_inline __u32 cause__window_held(struct pks_slot *s, const struct window_event *e,
						struct finding_request *r)
{
	const struct pks_frame *f = frame__at(s, s->depth - 1);
	bool known = s->depth <= frames__room(s);

	if (known) {
		r->granted_site = f->site;
		origin__of_frame(&r->granted, f);
	}
	if (s->skew < 0) {
		const struct pks_site *site = &revoke_sites[s->poison_site & (PKS_SITES - 1)];

		origin__set(&r->revoked, site, 0, s->poison_stack);
		if (!known || !(f->flags & PKS_FRAME_TAKEN))
			return PKS_POISONED_GRANT;
		r->revoked.flags |= PKS_ORIGIN_INTERRUPTED;
		return PKS_USE_AFTER_REVOKE;
	}
	return e->context == PKS_TASK ? PKS_EXCEPTION_IN_WINDOW : PKS_IRQ_IN_WINDOW;
}

/* A window on this key: was there one of this thread, or is there one of another? */
static __always_inline __u32 cause__of_key(__u32 slot, __u64 key, const struct window_event *e,
					   struct finding_request *r)
{
	const struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];

	if (s->history_of == e->task && origin__of_history(r, slot, key))
		return PKS_USE_AFTER_REVOKE;
	return opened__holder(key, e->task, r) ? PKS_OTHER_THREAD_WINDOW : PKS_NEVER_GRANTED;
}

/*
 * No window of this thread covers the access. One on the page tells the cause; one on the
 * whole pgmap is all that is known where windows have no page, and need not be the one.
 */
static __always_inline __u32 cause__no_window(__u32 slot, const struct window_event *e,
					      struct finding_request *r)
{
	__u64 pgmap = r->key ? kernel__page_pgmap((struct page *)r->key) : 0;
	__u32 cause;

	if (!settings.keys)
		return PKS_CAUSE_NONE;
	cause = cause__of_key(slot, r->key, e, r);
	if (cause != PKS_NEVER_GRANTED)
		return cause;
	cause = cause__of_key(slot, pgmap, e, r);
	if (cause != PKS_NEVER_GRANTED)
		r->granted.flags |= PKS_ORIGIN_OF_PGMAP;
	return cause;
}

__noinline int fault__cause(const struct window_event *e, struct finding_request *r)
{
	struct pks_slot *s;
	int i;

	if (!e || !r)
		return PKS_NEVER_GRANTED;
	i = slot__find_any(e->task);
	if (i >= 0) /* a window whose revoke was missed is not held */
		window__ready_slow(e);
	else /* given back: its history may still be in its usual place */
		i = slot__hash(e->task);
	s = &slots[i & (PKS_SLOTS - 1)];
	r->depth = s->owner == e->task ? s->depth : 0;
	r->skew = s->owner == e->task ? s->skew : 0;
	if (r->depth > 0)
		return cause__window_held(s, e, r);
	return cause__no_window(i, e, r);
}

__noinline int fault__mark_residue(const struct window_event *e)
{
	int i;

	if (!e)
		return -1;
	i = window__ready_slow(e);
	if (i >= 0)
		slots[i & (PKS_SLOTS - 1)].flags |= PKS_SLOT_RESIDUE;
	return i;
}
