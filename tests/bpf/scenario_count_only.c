// SPDX-License-Identifier: GPL-2.0-only
/* Windows that are only counted, and how the core takes over when one is odd. */
#include <stdlib.h>

#include "scenario_check.h"

static __u64 closed_in(const struct pks_site_stat *stat)
{
	__u64 sum = 0;

	for (int b = 0; b < PKS_BUCKETS; b++)
		sum += stat->hist[b];
	return sum;
}

static void window(struct thread *t, __u64 held)
{
	harness__grant(t, PKS_TASK, PAGE(1), CALLER(1));
	CHECK(h.answer.fast);
	h.now += held - 1000;
	harness__revoke(t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(h.answer.fast);
}

static void balanced(void)
{
	struct thread t = harness__thread(1);
	__u64 total = 0;

	for (int i = 0; i < 36; i++) {
		window(&t, 1000 + (1ULL << i));
		total += 1000 + (1ULL << i);
	}
	CHECK_EQ(closed_in(harness__tallied()), 36);
	CHECK_EQ(harness__tallied()->total, total);
	CHECK_EQ(harness__tallied()->max, 1000 + (1ULL << 35));
	CHECK_EQ(harness__count_only_open(), 0);
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

/* The inner one is held for 1 us, the outer one for three. */
static void nested(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	CHECK_EQ(harness__count_only_open(), 2);
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(closed_in(harness__tallied()), 2);
	CHECK_EQ(harness__tallied()->total, 4000);
	CHECK_EQ(harness__tallied()->max, 3000);
	lost_nothing_but(LOST_NOTHING);
}

/* Deeper than the count-only path goes, the core does. */
static void deep(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < PKS_FRAMES + 4; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
	for (int i = PKS_FRAMES + 3; i >= 0; i--)
		harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(2));
	CHECK_EQ(t.count, 0);
	CHECK_EQ(harness__count_only_open(), 0);
	CHECK_EQ(closed_in(harness__tallied()) + closed_in(harness__stats()), PKS_FRAMES + 4);
	lost_nothing_but(LOST_NOTHING);
	found_in_all(PKS_CLASS_NONE, 0);
}

/* Two threads that come to the same entry: the core takes the second one's window. */
static void same_entry(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&b, PKS_TASK, PAGE(2), CALLER(1));
	CHECK(!h.answer.fast);
	harness__revoke(&a, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(h.answer.fast);
	/* Its next window finds the entry free, inside the one that the core has. */
	harness__grant(&b, PKS_TASK, PAGE(3), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(3), CALLER(2));
	harness__revoke(&b, PKS_TASK, PAGE(2), CALLER(2));
	CHECK_EQ(closed_in(harness__tallied()) + closed_in(harness__stats()), 3);
	CHECK(!harness__slot(&b));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

static void leak(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_one(PKS_LEAK);
	CHECK(!h.records[0].unsure);
	CHECK(!harness__fastpath_open());
	CHECK_EQ(harness__count_only_open(), 0);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	/* The leaked window stays in the count; a right one within it is right. */
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__boundary(&t, PKS_TASK, PKS_THREAD_EXIT);
	found_in_all(PKS_LEAK, 1);
	CHECK_EQ(harness__stats()[0].grants, 2);
	CHECK_EQ(closed_in(harness__stats()), 1);
	lost_nothing_but(LOST_NOTHING);
}

/* Another thread's finding ends the count-only path while this one is inside two windows. */
static void taken_over(void)
{
	struct thread t = harness__thread(1), bad = harness__thread(2);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	harness__revoke(&bad, PKS_TASK, PAGE(3), CALLER(3));
	found_one(PKS_UNDERFLOW);
	CHECK(!harness__fastpath_open());
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(harness__stats()[0].grants, 2);
	CHECK_EQ(closed_in(harness__stats()), 2);
	CHECK_EQ(harness__stats()[0].total, 2000 + 4000);
	CHECK_EQ(harness__older(), 0);
	found_in_all(PKS_UNDERFLOW, 1);
	lost_nothing_but(LOST_NOTHING);
}

/* After one revoke too many the next grant opens nothing, and its revoke is no underflow. */
static void underflow_once(void)
{
	struct thread t = harness__thread(1);

	window(&t, 2000);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	found_one(PKS_UNDERFLOW);
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	found_in_all(PKS_UNDERFLOW, 1);
	lost_nothing_but(LOST_NOTHING);
}

/* An interrupt's windows lie above the thread's, as they do in the kernel's count. */
static void interrupts(void)
{
	struct thread t = harness__thread(1);

	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(1), CALLER(1), true);
	/* Between probe and body: the count is not up yet. */
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__grant(&t, PKS_HARDIRQ, PAGE(2), CALLER(5));
	harness__revoke(&t, PKS_HARDIRQ, PAGE(2), CALLER(6));
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__grant(&t, PKS_HARDIRQ, PAGE(3), CALLER(5));
	harness__revoke(&t, PKS_HARDIRQ, PAGE(3), CALLER(6));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(closed_in(harness__tallied()) + closed_in(harness__stats()), 3);
	CHECK_EQ(harness__count_only_open(), 0);
	CHECK_EQ(t.count, 0);
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

/* More threads inside windows than the core has slots, few of them at the same entry. */
static void many_threads(void)
{
	const int n = 1000;
	struct thread *all = calloc(n, sizeof(*all));

	if (!CHECK(all))
		return;
	for (int i = 0; i < n; i++) {
		all[i] = harness__thread(i);
		harness__grant(&all[i], PKS_TASK, PAGE(i), CALLER(1));
	}
	for (int i = 0; i < n; i++)
		harness__revoke(&all[i], PKS_TASK, PAGE(i), CALLER(2));
	CHECK_EQ(closed_in(harness__tallied()) + closed_in(harness__stats()), n);
	CHECK_EQ(harness__count_only_open(), 0);
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
	free(all);
}

const struct scenario count_only_scenarios[] = {
	{ "counted: hold times add up, no slot is used", balanced },
	{ "counted: nested windows", nested },
	{ "counted: nested deeper than the count-only path goes", deep },
	{ "counted: two threads with one entry", same_entry },
	{ "counted: a leak is found, and found once", leak },
	{ "counted: the core takes over windows that are open", taken_over },
	{ "counted: an underflow is found, and found once", underflow_once },
	{ "counted: windows of interrupts", interrupts },
	{ "counted: a thousand threads inside windows", many_threads },
	{ NULL, NULL },
};
