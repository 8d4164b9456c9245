/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From an event to the core, step by step: what the programs and the test harness
 * share. Who calls has made a window_event; what is costly to know about it, or known
 * later, is asked for by a function of the caller's, which is inlined.
 */
#ifndef PKSTRACE_EVENT_BPF_H
#define PKSTRACE_EVENT_BPF_H

#include "core/cause.bpf.h"
#include "core/count_only.bpf.h"
#include "core/fastpath.bpf.h"

/* how: a constant that only the function and its caller's caller know the meaning of. */

/* Where the call came from: into e->caller. */
typedef void (*event_caller_fn)(void *ctx, struct window_event *e, __u32 how);
/* The same, and e->now. False: the caller is not known here. */
typedef bool (*event_read_fn)(void *ctx, struct window_event *e, __u32 how);
/* fastpath__timed() after that, or false: far from the usual way, which then saves no registers. */
typedef bool (*event_timed_fn)(void *ctx, const struct window_event *e, struct pks_slot *s,
			       struct pks_frame *f, __u32 how);
/* The thread's tid and tgid into the event. */
typedef void (*event_name_fn)(struct window_event *e, const struct task_struct *task);

/* A grant, whatever it is. True where it was the inner half of one that was seen. */
static __always_inline bool event__granted(void *ctx, struct window_event *e,
					   event_caller_fn caller, __u32 how)
{
	if (e->pgmap_form && window__inner_half(e, PKS_GRANT) > 0)
		return true;
	caller(ctx, e, how);
	window__grant(ctx, e);
	return false;
}

/* A revoke, whatever it is. True as above. */
static __always_inline bool event__revoked(void *ctx, struct window_event *e,
					   event_caller_fn caller, __u32 how)
{
	struct revoke_place place = { .stack = PKS_NO_STACK };

	if (e->pgmap_form && window__inner_half(e, PKS_REVOKE) > 0)
		return true;
	if (settings.revokes) {
		caller(ctx, e, how);
		revoke__place(ctx, e, &place, PATH_ANY);
	}
	if (likely(window__revoke(e, &place)))
		return false;
	if (!settings.revokes) {
		caller(ctx, e, how);
		revoke__place(ctx, e, &place, PATH_ANY);
	}
	window__revoke_odd(ctx, e, &place);
	return false;
}

/* The usual grant. 0: it is not that, and nothing was changed. */
static __always_inline int event__granted_fast(void *ctx, struct window_event *e,
					       enum window_path path, event_read_fn read, __u32 how,
					       event_name_fn name, const struct task_struct *task)
{
	struct pks_slot *s = slot__home(e->task);

	if (!fastpath__may_grant(e, s) || !read(ctx, e, how) || !fastpath__claim(e, s))
		return RETURNED(false);
	if (!e->count) {
		name(e, task);
		slot__name(s, e->tid, e->tgid);
	}
	fastpath__grant(ctx, e, s, path);
	return RETURNED(true);
}

/* The usual revoke; as above. */
static __always_inline int event__revoked_fast(void *ctx, const struct window_event *e,
					       enum window_path path, event_timed_fn timed,
					       __u32 how)
{
	struct pks_slot *s = slot__home(e->task);
	struct pks_frame *f = window__top(s, e, path);

	if (!f)
		return RETURNED(false);
	if ((path != PATH_FAST_TRACE || unlikely(!fastpath__untimed(e, s, f))) &&
	    !timed(ctx, e, s, f, how))
		return RETURNED(false);
	window__closed(s, e, path);
	return RETURNED(true);
}

/*
 * A boundary of the running thread. forgets: what it has closed is not for what comes
 * next to be accused of: its next work item, or the next thread with its task_struct.
 */
static __always_inline void event__boundary(void *ctx, const struct window_event *e, bool forgets)
{
	if (e->count)
		count_only__end();
	if (!e->count && !e->open && slot__find(e->task) < 0) {
		if (forgets)
			slot__forget(e->task);
		return;
	}
	window__boundary(ctx, e);
}

/* A protection-key fault; handled: the access goes on. r holds what was seen of it. */
static __always_inline void event__fault(void *ctx, const struct window_event *e,
					 struct finding_request *r, bool handled)
{
	r->class = PKS_STRAY_ACCESS;
	r->fatal = !handled;
	/* Which key guards the page is not known here, so neither is whose window it lacked. */
	if (settings.facts.key == PKS_KEY_PAGE)
		r->cause = fault__cause(e, r);
	finding__emit(ctx, e, r);
	if (handled && !e->count && e->context == PKS_TASK)
		fault__mark_residue(e);
}

/* A child with windows in its count, which are reported: its boundaries must not do so again. */
static __always_inline void event__inherited(const struct window_event *child)
{
	int i = window__ready_slow(child);

	if (i >= 0)
		slot__changed(&slots[i & (PKS_SLOTS - 1)], SLOT_REPORTED, 0);
}

#endif
