/* SPDX-License-Identifier: GPL-2.0-only */
/* What the directed tests ask most: which findings there were, and which losses. */
#ifndef PKSTRACE_TESTS_SCENARIO_CHECK_H
#define PKSTRACE_TESTS_SCENARIO_CHECK_H

#include "harness.h"
#include "scenarios.h"

/* The last event made one finding of this class, and that was delivered. */
static inline bool found_one(enum pks_class class)
{
	bool ok = true;

	for (int i = 0; i < PKS_NR_CLASSES; i++)
		ok &= CHECK_EQ(h.found[i], i == (int)class);
	return ok && CHECK_EQ(h.nr_records, 1) && CHECK_EQ(h.records[0].class, class);
}

/* All findings since the reset: `n` of this class, none of another. */
static inline void found_in_all(enum pks_class class, __u64 n)
{
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		CHECK_EQ(harness__found(i), i == (int)class ? n : 0);
}

/* Nothing lost but, where `but` says so, of that kind. */
static inline void lost_nothing_but(int but)
{
	for (int i = 0; i < PKS_NR_LOSSES; i++)
		if (i != but)
			CHECK_EQ(harness__lost(i), 0);
}

#define LOST_NOTHING (-1)

/* Windows granted, and closed, by the call sites' counts. */
static inline __u64 sum_of_grants(__u64 *closed)
{
	__u64 grants = 0;

	*closed = 0;
	for (int i = 0; i < PKS_SITES; i++) {
		const struct pks_site_stat *st = &harness__stats()[i];

		grants += harness__grants(i);
		*closed += harness__grant_sites()[i].closed;
		for (int b = 0; b < PKS_BUCKETS; b++)
			*closed += st->hist[b];
	}
	return grants;
}

#endif
