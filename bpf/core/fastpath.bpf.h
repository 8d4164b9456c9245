/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ordinary windows at the least cost: granted and revoked in task context by a thread in step
 * with the kernel's count, with nothing leaked, adjusted or in doubt. Everything else is
 * refused here, before anything is changed, and takes the full path through window.bpf.h.
 *
 * What a program does with windows is a constant of the program (enum window_path): a
 * setting read at run time costs instructions even if it only skips dead code. Reading the
 * time and the caller costs most, so everything that may refuse is checked before.
 */
#ifndef PKSTRACE_FASTPATH_BPF_H
#define PKSTRACE_FASTPATH_BPF_H

#include "core/window.bpf.h"

/*
 * The counts of a free slot are zero. Whether the thread is one of those that are traced is not
 * asked here: it is if this slot has its history, for that is begun on the full path alone.
 */
static __always_inline bool fastpath__may_grant(const struct window_event *e,
						const struct pks_slot *s)
{
	if (!e->count)
		return !s->owner && !s->displaced && (!settings.target || s->history_of == e->task);
	return slot__in_step(s, e, PATH_FAST_TRACE) && (__u32)e->count < PKS_FRAMES && e->open;
}

/* Takes the slot for this thread. False if another one was faster; nothing was changed then. */
static __always_inline bool fastpath__claim(const struct window_event *e, struct pks_slot *s)
{
	return e->count || claim(&s->owner, 0, e->task);
}

/* The grant, when the slot is the thread's; the first one of a slot has its name to be written. */
static __always_inline void fastpath__grant(void *ctx, const struct window_event *e,
					    struct pks_slot *s, enum window_path path)
{
	struct site_ref site = site__of(grant_sites, 0, e->caller);

	window__open(ctx, e, s, &s->frames[e->count & (PKS_FRAMES - 1)], e->count, site, path);
}

/*
 * The end of a window whose caller and time are not read, since that costs more than all the
 * rest: it is recorded as revoked where the last window of the same grant site was, and a
 * report says so. Returns false if they are due.
 */
static __always_inline bool fastpath__untimed(const struct window_event *e, struct pks_slot *s,
					      const struct pks_frame *f)
{
	struct pks_site *granted = &grant_sites[f->place & (PKS_SITES - 1)];
	struct revoke_place place = { .stack = PKS_NO_STACK, .flags = PKS_STACK_OF_ANOTHER };
	__u16 skip;

	asm volatile("" : "+r"(granted));
	skip = granted->revoke_skip;
	if (unlikely(!skip))
		return false;
	granted->revoke_skip = skip - 1;
	__sync_fetch_and_add(&granted->closed, 1);
	place.site = granted->revoke_site;
	window__remember(s, e, f, &place, PATH_FAST_TRACE);
	return true;
}

/* The end of a window whose time was read, and in a full trace its caller. */
static __always_inline void fastpath__timed(void *ctx, const struct window_event *e,
					    struct pks_slot *s, const struct pks_frame *f,
					    enum window_path path)
{
	struct pks_site *granted = &grant_sites[f->place & (PKS_SITES - 1)];
	struct revoke_place place;

	stat__hold(f->place, e->task, e->now - f->since);
	if (path == PATH_FAST_COUNT)
		return;
	revoke__place(ctx, e, &place, path);
	window__log(s, e, f, place.site, s->depth);
	window__remember(s, e, f, &place, path);
	/* As always while the place is new, and with a suspect: the next one's, too. */
	granted->revoke_site = place.site;
	if (revoke_sites[place.site].taken >= settings.stack_first &&
	    !(granted->flags & PKS_SITE_SUSPECT))
		granted->revoke_skip = settings.caller_mask;
}

#endif
