/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cause of a stray access, as far as this thread's and other threads'
 * windows tell it. No SEC() here: the test harness runs the same code.
 */
#ifndef PKSTRACE_CAUSE_BPF_H
#define PKSTRACE_CAUSE_BPF_H

#include "finding.bpf.h"

static __always_inline __u64 page__pgmap(__u64 page)
{
	return page ? kernel__page_pgmap((struct page *)page) : 0;
}

/*
 * The thread holds windows and was denied all the same: the key is one for all
 * pages, so its windows can't have been in effect. Why not?
 */
static __always_inline __u32 cause__window_held(const struct pks_slot *s,
						const struct window_event *e,
						struct finding_request *r)
{
	const struct pks_frame *f = &s->frames[(s->depth - 1) & (PKS_FRAMES - 1)];

	r->granted_site = f->site;
	origin__of_frame(&r->granted, f);
	if (s->skew < 0) {
		const struct pks_site *site = &revoke_sites[s->poison_site & (PKS_SITES - 1)];

		origin__set(&r->revoked, site, 0, s->poison_stack);
		return PKS_POISONED_GRANT;
	}
	return e->context == PKS_TASK ? PKS_EXCEPTION_IN_WINDOW : PKS_IRQ_IN_WINDOW;
}

/* No window of this thread covers the access: was there one, or is one elsewhere? */
static __always_inline __u32 cause__no_window(const struct pks_slot *s,
					      const struct window_event *e,
					      struct finding_request *r)
{
	__u64 pgmap = page__pgmap(r->key);

	if (s->history_of == e->task &&
	    (origin__of_history(r, s, r->key) || origin__of_history(r, s, pgmap)))
		return PKS_USE_AFTER_REVOKE;
	if (opened__holder(r->key, e->task, r) || opened__holder(pgmap, e->task, r))
		return PKS_OTHER_THREAD_WINDOW;
	return PKS_NEVER_GRANTED;
}

static __noinline __u32 fault__cause(const struct window_event *e, struct finding_request *r)
{
	const struct pks_slot *s;
	int i = slot__find(e->task);

	if (i < 0) /* given back: its history may still be in its usual place */
		i = slot__hash(e->task);
	s = &slots[i & (PKS_SLOTS - 1)];
	if (s->owner == e->task && s->depth > 0)
		return cause__window_held(s, e, r);
	return cause__no_window(s, e, r);
}

/* A relaxed fault leaves the key open for the thread: its next boundary tells. */
static __noinline int fault__mark_residue(const struct window_event *e)
{
	int i = slot__claim(e);
	struct pks_slot *s;

	if (i < 0) {
		lost__add(PKS_LOST_SLOT, 1);
		return 0;
	}
	s = &slots[i & (PKS_SLOTS - 1)];
	if (i & SLOT_FRESH) {
		s->tid = e->tid;
		s->tgid = e->tgid;
		s->depth = 0;
		s->skew = 0;
		s->adjust = 0;
		s->told = 0;
	}
	s->flags |= PKS_SLOT_RESIDUE;
	return 0;
}

#endif
