// SPDX-License-Identifier: GPL-2.0-only
/* Tables that run full, and numbers that have to add up. */
#include <asm/ptrace.h>
#include <stdlib.h>

#include "scenario_check.h"

#define CROWD (PKS_SLOTS + PKS_SLOTS / 2)

static void more_threads_than_slots(void)
{
	struct thread *crowd = calloc(CROWD, sizeof(*crowd));
	__u64 lost;

	if (!CHECK(crowd))
		return;
	for (int i = 0; i < CROWD; i++) {
		crowd[i] = harness__thread(i);
		harness__place(&crowd[i]);
	}
	for (int i = 0; i < CROWD; i++)
		harness__grant(&crowd[i], PKS_TASK, PAGE(i), CALLER(i % 100));
	lost = harness__lost(PKS_LOST_SLOT);
	CHECK(lost >= CROWD - PKS_SLOTS);
	CHECK(lost < CROWD / 2);
	for (int i = 0; i < CROWD; i++)
		harness__revoke(&crowd[i], PKS_TASK, PAGE(i), CALLER(100 + i % 100));
	for (int i = 0; i < CROWD; i++) {
		CHECK_EQ(crowd[i].count, 0);
		CHECK(!harness__slot(&crowd[i]));
	}
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(PKS_LOST_SLOT);
	/* A revoke that found a slot where its grant had not is an older window's. */
	CHECK_EQ(harness__older() + harness__lost(PKS_LOST_SLOT) - lost, lost);
	free(crowd);
}

/* Two threads with one home: the second goes next door and comes back. */
static void neighbours(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&b, PKS_TASK, PAGE(2), CALLER(1));
	CHECK(harness__slot(&a) && harness__slot(&b));
	harness__revoke(&a, PKS_TASK, PAGE(1), CALLER(2));
	/* b's slot is not at home, and home is free: it must still be found. */
	harness__grant(&b, PKS_TASK, PAGE(3), CALLER(1));
	CHECK_EQ(harness__slot(&b)->depth, 2);
	harness__revoke(&b, PKS_TASK, PAGE(3), CALLER(2));
	harness__revoke(&b, PKS_TASK, PAGE(2), CALLER(2));
	CHECK(!harness__slot(&a) && !harness__slot(&b));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

/* As above; b's count is 0 with windows open, since it once went below. */
static void neighbour_poisoned(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(9), CALLER(2));
	harness__revoke(&a, PKS_TASK, PAGE(1), CALLER(2));
	harness__grant(&b, PKS_TASK, PAGE(2), CALLER(1));
	harness__grant(&b, PKS_TASK, PAGE(3), CALLER(1));
	CHECK_EQ(harness__slot(&b)->depth, 2);
	CHECK_EQ(harness__slot(&b)->skew, -1);
	harness__boundary(&b, PKS_TASK, PKS_SYSCALL_EXIT);
	/* The count holds one of them: the other one opened nothing. */
	CHECK_EQ(h.found[PKS_LEAK], 1);
	lost_nothing_but(LOST_NOTHING);
}

static void site_table_full(void)
{
	struct thread t = harness__thread(1);
	__u64 closed;
	int sites = 2 * PKS_SITES;

	for (int i = 0; i < sites; i++) {
		harness__grant(&t, PKS_TASK, PAGE(1), CALLER(i));
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	}
	CHECK_EQ(sum_of_grants(&closed), sites);
	CHECK_EQ(closed, sites);
	CHECK(harness__lost(PKS_LOST_SITE) > PKS_SITES);
	CHECK_EQ(harness__grants(0), harness__lost(PKS_LOST_SITE));
	CHECK_EQ(harness__grant_sites()[0].caller, 0);
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(PKS_LOST_SITE);
}

/* A caller that could not be read is counted apart from all sites that have one. */
static void caller_not_known(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), 0);
	harness__revoke(&t, PKS_TASK, PAGE(1), 0);
	CHECK_EQ(harness__grants(0), 1);
	for (int i = 1; i < PKS_SITES; i++)
		CHECK_EQ(harness__grants(i), 0);
	lost_nothing_but(LOST_NOTHING);
}

/* Four equal steps in each power of two; the last bucket takes all that is longer. */
static int bucket_of(__u64 ns)
{
	int bucket = 4;
	__u64 power = 4;

	while (bucket + 4 < PKS_BUCKETS && ns >= 2 * power) {
		power *= 2;
		bucket += 4;
	}
	bucket += (ns - power) / (power / 4);
	return bucket < PKS_BUCKETS ? bucket : PKS_BUCKETS - 1;
}

static void hold_time(void)
{
	struct thread t = harness__thread(1);
	__u64 hist[PKS_BUCKETS] = { 0 };
	__u64 closed, total = 0;
	__u8 way = h.way;

	h.way = DRIVE_CORE;
	for (int i = 0; i < 40; i++) {
		__u64 held = 1000 + (i < 36 ? 1ULL << i : 0);

		harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
		h.now += held - 1000;
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
		total += held;
		hist[bucket_of(held)]++;
	}
	h.way = way;
	CHECK_EQ(sum_of_grants(&closed), 40);
	CHECK_EQ(closed, 40);
	for (int i = 0; i < PKS_SITES; i++) {
		if (!harness__stats()[i].grants)
			continue;
		CHECK_EQ(harness__stats()[i].total, total);
		CHECK_EQ(harness__stats()[i].max, 1000 + (1ULL << 35));
		for (int b = 0; b < PKS_BUCKETS; b++)
			CHECK_EQ(harness__stats()[i].hist[b], hist[b]);
	}
}

/* The short way reads the time of the first windows of a place, then of one in some. */
static void hold_time_in_turn(void)
{
	struct thread t = harness__thread(1);
	const struct pks_site_stat *st;
	unsigned int timed = 0;
	__u8 way = h.way;

	h.way = DRIVE_FAST;
	for (int i = 0; i < 40; i++) {
		harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
		h.now += 1000;
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	}
	h.way = way;
	for (int i = 0; i < PKS_SITES; i++) {
		if (!harness__grants(i))
			continue;
		st = &harness__stats()[i];
		for (int b = 0; b < PKS_BUCKETS; b++)
			timed += st->hist[b];
		CHECK_EQ(timed + harness__grant_sites()[i].closed, 40);
		CHECK(timed >= 2 + 38 / 4 && timed < 2 + 38 / 4 + 4);
		CHECK_EQ(st->total, timed * 2000ULL);
		CHECK_EQ(st->max, 2000);
	}
}

/* A trace of some months: a bucket, and the windows of one site, beyond 32 bits. */
static void counts_of_months(void)
{
	struct thread t = harness__thread(1);
	__u64 closed, before = 0;
	__u8 way = h.way;

	h.way = DRIVE_CORE;
	for (int i = 0; i < 2; i++) {
		harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
		for (int n = 0; !i && n < PKS_SITES; n++) {
			struct pks_site_stat *st = &harness__stats()[n];

			for (int b = 0; b < PKS_BUCKETS; b++)
				if (st->hist[b])
					before = st->hist[b] = 0xffffffff;
			if (st->grants)
				st->grants = before;
		}
	}
	h.way = way;
	CHECK_EQ(before, 0xffffffff);
	CHECK_EQ(sum_of_grants(&closed), before + 1);
	CHECK_EQ(closed, before + 1);
}

/*
 * Two threads with one home: what the second one closed next door is nothing that
 * a later thread with its task_struct, which comes there too, could use after revoke.
 */
static void neighbour_gone(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&b, PKS_TASK, PAGE(2), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(2), CALLER(2));
	harness__gone(&b);
	b.tid++;
	/* What an interrupt left open keeps the slot, with no window of the thread's own. */
	harness__grant(&b, PKS_HARDIRQ, PAGE(4), CALLER(3));
	harness__boundary(&b, PKS_HARDIRQ, PKS_IRQ_END);
	harness__fault(&b, PKS_TASK, PAGE(2), false);
	CHECK_EQ(h.records[0].cause, PKS_NEVER_GRANTED);
}

/*
 * A window that was closed at home before three that were closed next door is not what
 * the thread has closed last.
 */
static void neighbour_history(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&b, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(1), CALLER(2));
	harness__grant(&a, PKS_TASK, PAGE(9), CALLER(1));
	for (int i = 2; i < 5; i++) {
		harness__grant(&b, PKS_TASK, PAGE(i), CALLER(1));
		harness__revoke(&b, PKS_TASK, PAGE(i), CALLER(2));
	}
	harness__fault(&b, PKS_TASK, PAGE(1), false);
	CHECK_EQ(h.records[0].cause, PKS_NEVER_GRANTED);
}

/* As struct pt_regs has the arguments of a call. */
static void no_fail(void)
{
	struct pt_regs regs = {};
	unsigned long *argument[] = {
		&regs.rdi, &regs.rsi, &regs.rdx, &regs.rcx, &regs.r8, &regs.r9
	};

	for (int i = 0; i < DRIVE_ARGUMENTS; i++) {
		*argument[i] = 0x8cc0; /* GFP_KERNEL | __GFP_NOFAIL, 6.1 */
		CHECK_EQ(harness__nofail(&regs), 1u << i);
		*argument[i] = 0xcc0;
		CHECK_EQ(harness__nofail(&regs), 0);
		*argument[i] = 0;
	}
}

static __u64 sum_of_folds(__u64 *folded)
{
	__u64 sum = 0;

	*folded = 0;
	for (int i = 0; i < PKS_FOLDS; i++) {
		__u64 n = harness__folds()[i].count;

		sum += n;
		*folded += n > PKS_FOLD_DELIVER ? n - PKS_FOLD_DELIVER : 0;
	}
	return sum;
}

static void repeats_are_folded(void)
{
	struct thread t = harness__thread(1);
	__u64 folded;

	for (int i = 0; i < 100; i++)
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	found_in_all(PKS_UNDERFLOW, 100);
	CHECK_EQ(h.delivered, PKS_FOLD_DELIVER);
	CHECK_EQ(sum_of_folds(&folded), 100);
	CHECK_EQ(folded, 100 - PKS_FOLD_DELIVER);
	lost_nothing_but(LOST_NOTHING);
}

/* Nobody reads: each finding is delivered, folded or dropped, and counted as that. */
static void ring_full(void)
{
	struct thread t = harness__thread(1);
	__u64 folded, produced;

	h.hoard = true;
	for (int round = 0; round < 6; round++)
		for (int i = 0; i < 1000; i++)
			harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(i));
	h.hoard = false;
	harness__drain();
	produced = harness__found(PKS_UNDERFLOW);
	CHECK_EQ(produced, 6000);
	CHECK(harness__lost(PKS_LOST_RING) > 0);
	CHECK(h.delivered > 0);
	sum_of_folds(&folded);
	CHECK(folded > 0);
	CHECK_EQ(h.delivered + folded + harness__lost(PKS_LOST_RING), produced);
}

/* More different findings than the fold table holds: none is kept back. */
static void fold_table_full(void)
{
	struct thread t = harness__thread(1);
	__u64 folded, kept;
	int all = 3 * PKS_FOLDS;

	for (int i = 0; i < all; i++)
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(i));
	kept = sum_of_folds(&folded);
	CHECK_EQ(h.delivered, all);
	CHECK_EQ(folded, 0);
	CHECK(harness__lost(PKS_LOST_FOLD) > 0);
	CHECK_EQ(kept + harness__lost(PKS_LOST_FOLD), all);
}

const struct scenario table_scenarios[] = {
	{ "more threads in a window than slots: counted, nothing wrong", more_threads_than_slots },
	{ "two threads with one home slot", neighbours },
	{ "two threads with one home slot, one with an underflow", neighbour_poisoned },
	{ "two threads with one home slot, and a task_struct used again", neighbour_gone },
	{ "two threads with one home slot: what is closed next door is newer", neighbour_history },
	{ "a call that must not fail, by any of its arguments", no_fail },
	{ "call sites beyond the table go into one, and add up", site_table_full },
	{ "a caller that is not known is no call site", caller_not_known },
	{ "hold times add up, each in its bucket", hold_time },
	{ "hold times of some windows, all windows counted", hold_time_in_turn },
	{ "counts go past 32 bits", counts_of_months },
	{ "repeats of a finding are folded with their count", repeats_are_folded },
	{ "ring full: produced = delivered + folded + dropped", ring_full },
	{ "fold table full: every finding is delivered", fold_table_full },
	{ NULL, NULL },
};
