// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <time.h>

#include "findings/model.h"
#include "trace/open_windows.h"
#include "util/array.h"
#include "util/clock.h"

#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 1000
#define NS_PER_MS	1000000ULL

int open_windows__interval(const struct open_windows *l)
{
	__u64 half = l->threshold / 2 / NS_PER_MS;

	if (!l->threshold)
		return -1;
	if (half < INTERVAL_MIN_MS)
		return INTERVAL_MIN_MS;
	return half > INTERVAL_MAX_MS ? INTERVAL_MAX_MS : (int)half;
}

/* A finding about a window that is open; bit: so that its fold is none of the programs'. */
static struct pks_finding finding__of(struct collector *c, const struct pks_slot *slot,
				      const struct pks_frame *frame, __u64 now, unsigned int bit)
{
	struct pks_site_stat stat;
	struct pks_finding f;
	struct pks_site site;

	collector__site(c, frame->site, &site, &stat);
	f = (struct pks_finding){
		.context = frame->context,
		.time = now,
		.tid = slot->tid,
		.tgid = slot->tgid,
		.count = slot->depth + slot->skew,
		.depth = slot->depth,
		.skew = slot->skew,
		.key = frame->key,
		.phys = collector__phys(c, frame->key),
		.held = now - frame->since,
		.fold = site.caller ^ 1ULL << bit,
		.opener = slot->owner,
		.granted = { .caller = site.caller,
			     .time = frame->since,
			     .stack = frame->stack >= 0 ? frame->stack :
							  PKS_FIRST_STACK(site.home_stack),
			     .flags = frame->stack >= 0 ? PKS_STACK_EXACT : 0 },
		.revoked = { .stack = PKS_NO_STACK },
		.sibling = { .stack = PKS_NO_STACK },
	};
	collector__comm(slot->tid, f.comm);
	return f;
}

/* --- held for too long ------------------------------------------------------------------ */

static void slot__find_held(struct open_windows *l, struct collector *c, unsigned int index,
			    const struct pks_slot *slot, __u64 now, collector_finding_fn fn,
			    void *arg)
{
	struct pks_finding finding;
	struct pks_frame frame;

	for (int d = 0; collector__frame(c, index, slot, d, &frame); d++) {
		if ((frame.flags & (PKS_FRAME_UNKNOWN | PKS_FRAME_REPORTED)) || now < frame.since ||
		    now - frame.since <= l->threshold ||
		    !collector__mark_reported(c, index, slot, d, &frame))
			continue;
		l->held++;
		finding = finding__of(c, slot, &frame, now, 63);
		finding.class = PKS_LONG_HOLD;
		fn(arg, &finding);
	}
}

/* --- windows that pile up ----------------------------------------------------------------- */

/*
 * A thread without a boundary, such as a kernel thread's loop, leaks a window at each turn. A
 * nest of windows is made in one go and closed again; a pile goes on growing over seconds,
 * and its oldest window stays open. A nest may be made slowly, too, by code that sleeps in
 * it, but it has an end: a kernel with HIGHMEM has room for so many windows of a thread, and
 * stops at one more. A smaller pile is listed when the run ends.
 */
#define PILE_LOOK_NS (700 * NS_PER_MS)
#define PILE_GROWN   2	/* looks in which it had grown */
#define PILE_NEST    16 /* KM_MAX_IDX */

/* Windows of one call site that a thread has open in one context. */
struct window_pile {
	__u64 owner;
	__u64 oldest; /* when it was granted */
	__u32 site;
	__u32 nr;
	__u32 grown; /* looks so far */
	__u8 context;
	bool seen; /* in this look */
	bool reported;
};

static void pile__report(struct open_windows *l, struct collector *c, const struct pks_slot *slot,
			 const struct pks_frame *oldest, const struct window_pile *pile, __u64 now,
			 collector_finding_fn fn, void *arg)
{
	struct pks_finding finding = finding__of(c, slot, oldest, now, 61);

	finding.class = PKS_LEAK;
	finding.boundary = PKS_GROWING;
	finding.arg = pile->nr;
	l->growing++;
	fn(arg, &finding);
}

static struct window_pile *pile__find(struct open_windows *l, const struct window_pile *pile)
{
	for (size_t i = 0; i < l->nr; i++) {
		struct window_pile *old = &l->pile[i];

		if (old->owner == pile->owner && old->oldest == pile->oldest &&
		    old->site == pile->site && old->context == pile->context)
			return old;
	}
	return NULL;
}

/*
 * True once: the pile has grown for long enough, and beyond any nest. One that there is no
 * memory for is new again.
 */
static bool pile__note(struct open_windows *l, const struct window_pile *pile)
{
	struct window_pile *old = pile__find(l, pile);

	if (!old) {
		if (!array__grow(&l->pile, &l->room, l->nr, sizeof(*old)))
			l->pile[l->nr++] = *pile;
		return false;
	}
	old->seen = true;
	old->grown += pile->nr > old->nr;
	old->nr = pile->nr;
	if (old->reported || old->grown < PILE_GROWN || old->nr <= PILE_NEST)
		return false;
	old->reported = true;
	return true;
}

/* The windows like this one that were granted after it; 0: there is an older one like it. */
static unsigned int slot__count_like(struct collector *c, unsigned int index,
				     const struct pks_slot *slot, int at,
				     const struct pks_frame *like)
{
	struct pks_frame frame;
	unsigned int nr = 0;

	for (int d = 0; collector__frame(c, index, slot, d, &frame); d++) {
		if (frame.site != like->site || frame.context != like->context)
			continue;
		if (d < at)
			return 0;
		nr++;
	}
	return nr;
}

static void slot__find_piles(struct open_windows *l, struct collector *c, unsigned int index,
			     const struct pks_slot *slot, __u64 now, collector_finding_fn fn,
			     void *arg)
{
	struct pks_frame frame;

	if (slot->depth < 2 || slot->flags & PKS_SLOT_RESYNCED)
		return;
	for (int d = 0; collector__frame(c, index, slot, d, &frame); d++) {
		struct window_pile pile = { .owner = slot->owner,
					    .oldest = frame.since,
					    .site = frame.site,
					    .context = frame.context,
					    .seen = true };

		if (!frame.site || frame.flags & PKS_FRAME_UNKNOWN)
			continue;
		pile.nr = slot__count_like(c, index, slot, d, &frame);
		if (pile.nr >= 2 && pile__note(l, &pile))
			pile__report(l, c, slot, &frame, &pile, now, fn, arg);
	}
}

static void piles__forget(struct open_windows *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->nr; i++) {
		if (!l->pile[i].seen)
			continue;
		l->pile[kept] = l->pile[i];
		l->pile[kept++].seen = false;
	}
	l->nr = kept;
}

void open_windows__scan(struct open_windows *l, struct collector *c, __u64 now,
			collector_finding_fn fn, void *arg)
{
	bool piles = now - l->looked_at >= PILE_LOOK_NS;
	struct pks_slot slot;

	if (piles)
		l->looked_at = now;
	for (unsigned int i = 0; (piles || l->threshold) && i < PKS_SLOTS; i++) {
		if (!collector__slot(c, i, &slot))
			continue;
		if (l->threshold)
			slot__find_held(l, c, i, &slot, now, fn, arg);
		if (piles)
			slot__find_piles(l, c, i, &slot, now, fn, arg);
	}
	if (piles)
		piles__forget(l);
}

void open_windows__free(struct open_windows *l)
{
	free(l->pile);
	l->pile = NULL;
	l->nr = l->room = 0;
}

/* --- left at the end ---------------------------------------------------------------------- */

#define LEFT_NS	     (2000 * NS_PER_MS) /* nobody is just using a window that is so old */
#define LEFT_LOOK_NS (50 * NS_PER_MS)

/* A window that was open at the end, for as long as nobody has closed it. */
struct left_window {
	__u64 owner;
	__u64 since;
	unsigned int slot;
};

struct left_windows {
	struct left_window *window;
	size_t nr, room;
};

static int left__list(struct left_windows *left, struct collector *c)
{
	struct pks_frame frame;
	struct pks_slot slot;
	int err = 0;

	for (unsigned int i = 0; i < PKS_SLOTS; i++) {
		/* The idle tasks share a number, and are in no window but an interrupt's. */
		if (!collector__slot(c, i, &slot) || !slot.tid)
			continue;
		for (int d = 0; !err && collector__frame(c, i, &slot, d, &frame); d++) {
			if (frame.flags & PKS_FRAME_UNKNOWN)
				continue;
			err = array__grow(&left->window, &left->room, left->nr,
					  sizeof(*left->window));
			if (!err)
				left->window[left->nr++] = (struct left_window){
					.owner = slot.owner, .since = frame.since, .slot = i
				};
		}
	}
	return err;
}

static bool window__open(struct collector *c, const struct left_window *window,
			 struct pks_slot *slot, struct pks_frame *frame)
{
	if (!collector__slot(c, window->slot, slot) || slot->owner != window->owner)
		return false;
	for (int d = 0; collector__frame(c, window->slot, slot, d, frame); d++)
		if (frame->since == window->since)
			return true;
	return false;
}

/* Drops those that are closed. True while one is young enough that it may be in use. */
static bool left__look(struct left_windows *left, struct collector *c)
{
	struct pks_frame frame;
	struct pks_slot slot;
	bool young = false;
	size_t kept = 0;

	for (size_t i = 0; i < left->nr; i++) {
		if (!window__open(c, &left->window[i], &slot, &frame))
			continue;
		young |= clock__ns() < left->window[i].since + LEFT_NS;
		left->window[kept++] = left->window[i];
	}
	left->nr = kept;
	return young;
}

static int left__add(const struct left_windows *left, struct collector *c, struct model *m)
{
	struct pks_site_stat stat;
	struct pks_frame frame;
	struct pks_slot slot;
	struct pks_site site;
	int err = 0;

	m->left_at = clock__ns();
	for (size_t i = 0; !err && i < left->nr; i++) {
		struct model_left one = { .nr = 1, .since = left->window[i].since };

		if (!window__open(c, &left->window[i], &slot, &frame))
			continue;
		collector__site(c, frame.site, &site, &stat);
		one.tid = slot.tid;
		one.caller = site.caller;
		collector__comm(one.tid, one.comm);
		err = model__add_left(m, &one);
	}
	return err;
}

int open_windows__left(struct collector *c, void (*drain)(void *arg), void *arg, struct model *m)
{
	const struct timespec pause = { .tv_nsec = LEFT_LOOK_NS };
	struct left_windows left = {};
	int err = left__list(&left, c);

	while (!err && left__look(&left, c) && !collector__blind(c)) {
		nanosleep(&pause, NULL);
		drain(arg);
	}
	/* Once the programs are off, nobody sees a window being closed. */
	if (!err && !collector__blind(c))
		err = left__add(&left, c, m);
	free(left.window);
	return err;
}
