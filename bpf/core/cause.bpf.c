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

	if (s->depth <= frames__room(s)) {
		r->granted_site = f->site;
		origin__of_frame(&r->granted, f);
	}
	if (s->skew < 0) {
		const struct pks_site *site = &revoke_sites[s->poison_site & (PKS_SITES - 1)];

		origin__set(&r->revoked, site, 0, s->poison_stack);
		return PKS_POISONED_GRANT;
	}
	return e->context == PKS_TASK ? PKS_EXCEPTION_IN_WINDOW : PKS_IRQ_IN_WINDOW;
}

/* No window of this thread covers the access: was there one, or is one elsewhere? */
static __always_inline __u32 cause__no_window(__u32 slot, const struct window_event *e,
					      struct finding_request *r)
{
	const struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	__u64 pgmap = r->key ? kernel__page_pgmap((struct page *)r->key) : 0;

	if (!settings.keys)
		return PKS_CAUSE_NONE;
	if (s->history_of == e->task &&
	    (origin__of_history(r, slot, r->key) || origin__of_history(r, slot, pgmap)))
		return PKS_USE_AFTER_REVOKE;
	if (opened__holder(r->key, e->task, r) || opened__holder(pgmap, e->task, r))
		return PKS_OTHER_THREAD_WINDOW;
	return PKS_NEVER_GRANTED;
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
