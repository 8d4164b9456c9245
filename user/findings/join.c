// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/join.h"

void link__set(struct model_link *link, const struct pks_finding *raw, __u64 time)
{
	link->time = time;
	link->class = raw->class;
	link->place = raw->revoked.caller;
	if (class__row(raw->class)->primary == ROLE_ACCESSED || !link->place)
		link->place = raw->ip;
	if (class__row(raw->class)->primary == ROLE_GRANTED)
		link->place = raw->granted.caller;
	link->stack.nr = raw->nr_stack < PKS_STACK_DEPTH ? raw->nr_stack : PKS_STACK_DEPTH;
	link->stack.cut = raw->cut;
	memcpy(link->stack.address, raw->stack, link->stack.nr * sizeof(raw->stack[0]));
}

static bool same_window(const struct model_recent *a, const struct pks_finding *b)
{
	return a->tid == b->tid && a->window && a->window == b->granted.time;
}

static bool leak__follows(const struct model_recent *a, const struct pks_finding *b)
{
	switch (a->class) {
	case PKS_CROSS_THREAD: /* somebody else has closed it, so its own thread never will */
		return a->other_tid == b->tid && a->window && a->window == b->granted.time;
	case PKS_LEAK:
		/* The windows of a thread that an oops killed are one. */
		if (a->fatal || b->fatal)
			return a->fatal && b->fatal && a->tid == b->tid;
		/* One of those that piled up; the others are found at the thread's end. */
		return a->growing && a->tid == b->tid && a->caller == b->granted.caller;
	case PKS_STRAY_ACCESS: /* which was the oops */
		return a->tid == b->tid && a->fatal && b->fatal;
	}
	return false;
}

/*
 * A revoke without a window of its thread's own, which never had one there. It closes the
 * leaked window if that is the last one that anybody had on this page; where it is known of
 * the device alone, or somebody has used the page since, it may be about another one. Or
 * it closes what this thread has accessed without a window.
 */
static bool underflow__follows(const struct model_recent *a, const struct pks_finding *b)
{
	if (!b->key || a->key != b->key || b->granted.caller)
		return false;
	if (a->class == PKS_STRAY_ACCESS)
		return a->tid == b->tid;
	return !a->closed && b->key != b->pgmap && b->opener && a->opener == b->opener &&
	       (a->tid != b->tid || b->context != PKS_TASK);
}

/* Of two findings whose classes may belong together: do they? */
static bool join__fits(const struct model_recent *a, const struct pks_finding *b)
{
	switch (b->class) {
	case PKS_LEAK:
		return leak__follows(a, b);
	case PKS_UNDERFLOW:
		return underflow__follows(a, b);
	case PKS_RESIDUE:
		/* A revoke on another thread leaves no key open; that of an interrupt does. */
		return a->tid == b->tid && (a->class != PKS_CROSS_THREAD || a->interrupted);
	case PKS_LATE_REVOKE:
		return a->tid == b->tid && a->key == b->key && !a->closed;
	case PKS_WRONG_PAGE:
		return same_window(a, b) && a->key == b->key;
	case PKS_LONG_HOLD:
	case PKS_SLEPT:
	case PKS_INEFFECTIVE_GRANT:
		return same_window(a, b);
	}
	return a->tid == b->tid;
}

struct model_recent *join__cause(struct model *m, const struct pks_finding *raw)
{
	struct model_recent *cause = NULL;

	for (unsigned int i = 0; i < MODEL_RECENT; i++) {
		struct model_recent *r = &m->recent[i];

		if (r->time && r->time <= raw->time && (!cause || r->time >= cause->time) &&
		    class__may_follow(raw->class, raw->cause, r->class) && join__fits(r, raw))
			cause = r;
	}
	/* A window is closed once. */
	if (cause && (raw->class == PKS_UNDERFLOW || raw->class == PKS_LATE_REVOKE))
		cause->closed = true;
	return cause;
}

void join__remember(struct model *m, const struct model_finding *f, const struct pks_finding *raw)
{
	if (!class__has_consequence(raw->class))
		return;
	m->recent[m->recent_at++ % MODEL_RECENT] =
		(struct model_recent){ .finding = f - m->findings,
				       .time = raw->time,
				       .tid = raw->tid,
				       .other_tid = raw->other_tid,
				       .key = raw->key,
				       .opener = raw->opener,
				       .window = raw->granted.time,
				       .caller = raw->granted.caller,
				       .growing = raw->boundary == PKS_GROWING,
				       .class = raw->class,
				       .fatal = raw->fatal,
				       .interrupted = raw->revoked.flags & PKS_ORIGIN_INTERRUPTED };
}

/* The finding that waits: its window has leaked, or was closed in the name of another. */
static void finding__settle(struct model *m, struct model_finding *waits,
			    const struct pks_finding *raw, const struct model_finding *f)
{
	waits->held = false;
	if (!f)
		return;
	if (raw->class == PKS_LEAK) {
		waits->part_of = f - m->findings + 1;
		link__set(&waits->follows, &f->raw, raw->time);
	} else if (raw->class == PKS_WRONG_PAGE && raw->key == waits->raw.key) {
		waits->taken_for = waits->raw.class;
		waits->raw.class = PKS_WRONG_PAGE;
	}
}

void join__settle(struct model *m, const struct pks_finding *raw, const struct model_finding *f)
{
	for (size_t i = 0; raw->granted.time && i < m->nr_findings; i++) {
		struct model_finding *waits = &m->findings[i];

		if (waits->held && waits != f && waits->raw.tid == raw->tid &&
		    waits->raw.granted.time == raw->granted.time)
			finding__settle(m, waits, raw, f);
	}
}

void join__settle_all(struct model *m)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		m->findings[i].held = false;
}
