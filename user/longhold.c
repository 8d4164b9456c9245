// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "longhold.h"

#define INTERVAL_MIN_MS 10
#define INTERVAL_MAX_MS 1000
#define NS_PER_MS	1000000

int longhold__interval(const struct longhold *l)
{
	__u64 half = l->threshold / 2 / NS_PER_MS;

	if (!l->threshold)
		return -1;
	if (half < INTERVAL_MIN_MS)
		return INTERVAL_MIN_MS;
	return half > INTERVAL_MAX_MS ? INTERVAL_MAX_MS : (int)half;
}

static bool told__has(const struct longhold *l, __u32 tid, __u64 since)
{
	for (size_t i = 0; i < l->nr_told; i++)
		if (l->told[i].tid == tid && l->told[i].since == since)
			return true;
	return false;
}

/* Without memory the window is told again: noise, but nothing is lost. */
static void told__add(struct longhold *l, __u32 tid, __u64 since)
{
	if (l->nr_told == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		void *grown = realloc(l->told, room * sizeof(*l->told));

		if (!grown)
			return;
		l->told = grown;
		l->room = room;
	}
	l->told[l->nr_told++] = (struct longhold_told){ .tid = tid, .since = since };
}

static void finding__fill(struct pks_finding *f, struct collector *c, const struct pks_slot *slot,
			  const struct pks_frame *frame, __u64 now)
{
	struct pks_site_stat stat;
	struct pks_site site;

	collector__site(c, frame->site, &site, &stat);
	*f = (struct pks_finding){
		.class = PKS_LONG_HOLD,
		.context = frame->context,
		.time = now,
		.tid = slot->tid,
		.tgid = slot->tgid,
		.count = slot->depth + slot->skew,
		.depth = slot->depth,
		.skew = slot->skew,
		.key = frame->key,
		.held = now - frame->since,
		/* Not a fold of the kernel side: windows that are open have none. */
		.fold = site.caller ^ (1ULL << 63),
		.granted = { .caller = site.caller,
			     .time = frame->since,
			     .stack = frame->stack >= 0 ? frame->stack : site.stack,
			     .flags = frame->stack >= 0 ? PKS_STACK_EXACT : 0 },
		.revoked = { .stack = PKS_NO_STACK },
	};
	collector__comm(slot->tid, f->comm);
}

size_t longhold__scan(struct longhold *l, struct collector *c, __u64 now, collector_finding_fn fn,
		      void *arg)
{
	struct pks_finding finding;
	struct pks_slot slot;
	size_t open = 0;

	for (unsigned int i = 0; l->threshold && i < PKS_SLOTS; i++) {
		if (!collector__slot(c, i, &slot))
			continue;
		for (int d = 0; d < slot.depth && d < PKS_FRAMES; d++) {
			const struct pks_frame *frame = &slot.frames[d];

			if ((frame->flags & PKS_FRAME_UNKNOWN) || now < frame->since ||
			    now - frame->since <= l->threshold)
				continue;
			open++;
			if (told__has(l, slot.tid, frame->since))
				continue;
			told__add(l, slot.tid, frame->since);
			finding__fill(&finding, c, &slot, frame, now);
			fn(arg, &finding);
		}
	}
	return open;
}

void longhold__close(struct longhold *l)
{
	free(l->told);
	*l = (struct longhold){};
}
