/* SPDX-License-Identifier: GPL-2.0-only */
/* A run with something of everything, for what prints or keeps it. */
#ifndef PKSTRACE_TEST_MODEL_FIXTURE_H
#define PKSTRACE_TEST_MODEL_FIXTURE_H

#include "report_fixture.h"

static inline void site_add(struct model *m, __u64 caller, __u64 grants, unsigned int bucket)
{
	struct pks_site_stat stat = { .grants = grants, .max = model__bucket_end(bucket) };

	stat.hist[bucket] = grants / 2;
	stat.hist[bucket / 2] = 1;
	stat.total = stat.hist[bucket] * stat.max;
	assert_int_equal(model__add_site(m, caller, &stat, 1), 0);
}

/* A run that found, suppressed, withdrew and lost something. */
static inline void busy_model(struct model *m)
{
	static const unsigned int classes[] = { PKS_LEAK, PKS_UNDERFLOW, PKS_STRAY_ACCESS,
						PKS_SLEPT };

	for (int i = 0; i < 4; i++) {
		struct model_finding finding =
			fixture_finding(classes[i], i == 2 ? PKS_POISONED_GRANT : 0);
		struct model_finding *added;

		if (i == 2)
			fixture_access(&finding);
		finding.raw.fold = i + 1;
		finding.raw.granted.caller = i == 3 ? 0 : finding.raw.granted.caller;
		assert_int_equal(model__add_finding(m, &finding.raw, &finding.granted,
						    &finding.revoked, &added),
				 MODEL_NEW);
		added->count = i + 2;
		added->suppressed = i == 1 ? MODEL_WITHDRAWN : 0;
		added->unseen = i == 3;
		m->found[classes[i]] = i + 2;
	}
	model__count_suppressed(m);
	site_add(m, IN_MAP, 100, 40);
	site_add(m, IN_VFS_WRITE, 30, 20);
	site_add(m, 0, 7, 10);
	snprintf(m->sites[0].comm, PKS_COMM, "fio");
	m->open_windows = 3;
	m->older_windows = 4;
	m->late_revokes = 5;
	m->windows_kept = 130;
	m->windows_dropped = 7;
	m->faults.asked[1] = 6;
	m->faults.seen[1] = 7;
	m->faults.other[2] = m->faults.seen[2] = 8;
	m->made = 14;
	m->delivered = 9;
	m->folded = 4;
	m->dropped = 1;
	assert_int_equal(model__add_loss(m, 0, PKS_LOST_RING, 10), 0);
	assert_int_equal(model__add_loss(m, 1, PKS_LOST_RING, 2), 0);
	assert_int_equal(model__add_skipped(m, "grant_page", 4), 0);
}

static const struct pks_injection injection_cases[] __attribute__((unused)) = {
	{ .kind = PKS_SKIP_REVOKE,
	  .serial = 1,
	  .time = 12345600000,
	  .tid = 42,
	  .tgid = 41,
	  .nth = 8,
	  .caller = IN_UNMAP,
	  .comm = "worker",
	  .nr_stack = 2,
	  .stack = { IN_UNMAP, IN_SYSCALL } },
	{ .kind = PKS_DELAY_REVOKE,
	  .serial = 2,
	  .time = 12345610000,
	  .tid = 42,
	  .tgid = 41,
	  .nth = 9,
	  .caller = IN_UNMAP,
	  .comm = "worker",
	  .value = 5000000,
	  .dry = 1 },
	{ .kind = PKS_FAIL_CALL,
	  .serial = 3,
	  .time = 12345620000,
	  .tid = 43,
	  .tgid = 41,
	  .nth = 1,
	  .caller = IN_MAP,
	  .comm = "other",
	  .value = -12 },
	{ .kind = PKS_FAIL_CALL,
	  .serial = 4,
	  .time = 12345630000,
	  .tid = 42,
	  .tgid = 41,
	  .nth = 2,
	  .caller = IN_MAP,
	  .comm = "worker",
	  .value = 1 },
};

#endif
