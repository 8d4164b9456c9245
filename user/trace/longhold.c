// SPDX-License-Identifier: GPL-2.0-only
#include "trace/longhold.h"

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
		.phys = collector__phys(c, frame->key),
		.held = now - frame->since,
		/* Not a fold of the kernel side: windows that are open have none. */
		.fold = site.caller ^ (1ULL << 63),
		.granted = { .caller = site.caller,
			     .time = frame->since,
			     .stack = frame->stack >= 0 ? frame->stack :
							  PKS_FIRST_STACK(site.home_stack),
			     .flags = frame->stack >= 0 ? PKS_STACK_EXACT : 0 },
		.revoked = { .stack = PKS_NO_STACK },
	};
	collector__comm(slot->tid, f->comm);
}

void longhold__scan(struct longhold *l, struct collector *c, __u64 now, collector_finding_fn fn,
		    void *arg)
{
	struct pks_finding finding;
	struct pks_frame frame;
	struct pks_slot slot;

	for (unsigned int i = 0; l->threshold && i < PKS_SLOTS; i++) {
		if (!collector__slot(c, i, &slot))
			continue;
		for (int d = 0; collector__frame(c, i, &slot, d, &frame); d++) {
			if ((frame.flags & (PKS_FRAME_UNKNOWN | PKS_FRAME_REPORTED)) ||
			    now < frame.since || now - frame.since <= l->threshold ||
			    !collector__mark_reported(c, i, &slot, d, &frame))
				continue;
			l->reported++;
			finding__fill(&finding, c, &slot, &frame, now);
			fn(arg, &finding);
		}
	}
}
