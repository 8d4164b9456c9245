// SPDX-License-Identifier: GPL-2.0-only
/* Windows that pair, and those that don't. */
#include "scenario_check.h"

static void nesting(void)
{
	struct thread t = harness__thread(1);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++)
			harness__grant(&t, PKS_TASK, PAGE(i), CALLER(i));
		CHECK_EQ(harness__slot(&t)->depth, 5);
		for (int i = 4; i >= 0; i--)
			harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(10 + i));
		CHECK(!harness__slot(&t));
	}
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

static void nesting_64_deep(void)
{
	struct thread t = harness__thread(1);
	__u64 closed;

	for (int i = 0; i < 64; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
	CHECK_EQ(harness__slot(&t)->depth, 64);
	for (int i = 63; i >= 0; i--)
		harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(2));
	CHECK(!harness__slot(&t));
	CHECK_EQ(sum_of_grants(&closed), 64);
	CHECK_EQ(closed, 64);
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

/* Deeper than the block holds: counted, not attributed, and still balanced. */
static void nesting_too_deep(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < PKS_DEPTH + 3; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
	CHECK_EQ(harness__lost(PKS_LOST_NESTING), 3);
	for (int i = PKS_DEPTH + 2; i >= 0; i--)
		harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(2));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(PKS_LOST_NESTING);
}

/* Blocks are given back: as many threads as there are, over and over, and one too many. */
static void nesting_of_many_threads(void)
{
	__u64 windows = 0, closed;

	for (int i = 0; i < 3 * PKS_OVERFLOWS; i++) {
		struct thread t = harness__thread(1 + i);

		for (int w = 0; w < PKS_FRAMES + 1; w++)
			harness__grant(&t, PKS_TASK, PAGE(w), CALLER(1));
		for (int w = PKS_FRAMES; w >= 0; w--)
			harness__revoke(&t, PKS_TASK, PAGE(w), CALLER(2));
		windows += PKS_FRAMES + 1;
	}
	CHECK_EQ(sum_of_grants(&closed), windows);
	CHECK_EQ(closed, windows);
	lost_nothing_but(LOST_NOTHING);
	for (int i = 0; i < PKS_OVERFLOWS + 1; i++) {
		struct thread t = harness__thread(1 + i);

		for (int w = 0; w < PKS_FRAMES + 1; w++)
			harness__grant(&t, PKS_TASK, PAGE(w), CALLER(1));
	}
	CHECK_EQ(harness__lost(PKS_LOST_NESTING), 1);
}

/* Page identity holds on the way down through the block and the slot. */
static void out_of_order_64_deep(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < 64; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1 + i));
	harness__revoke(&t, PKS_TASK, PAGE(5), CALLER(100));
	if (!found_one(PKS_OUT_OF_ORDER))
		return;
	CHECK_EQ(h.records[0].granted.caller, CALLER(1 + 63));
	CHECK_EQ(h.records[0].key2, PAGE(63));
	for (int i = 63; i >= 0; i--)
		if (i != 5)
			harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(100));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_OUT_OF_ORDER, 1);
	lost_nothing_but(LOST_NOTHING);
}

/* Each of them is reported, newest first. */
static void leak_64_deep(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < 64; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(h.found[PKS_LEAK], 64);
	CHECK_EQ(harness__slot(&t)->skew, 64);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_in_all(PKS_LEAK, 64);
}

/* The known ones are reported one by one, the deeper ones once for all. */
static void leak_too_deep(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < PKS_DEPTH + 5; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(h.found[PKS_LEAK], PKS_DEPTH + 1);
	CHECK_EQ(harness__slot(&t)->skew, PKS_DEPTH + 5);
}

static void underflow(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	if (!found_one(PKS_UNDERFLOW))
		return;
	CHECK_EQ(h.records[0].key, PAGE(1));
	CHECK_EQ(h.records[0].tid, t.tid);
	CHECK_EQ(h.records[0].depth + h.records[0].skew, h.records[0].count);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	CHECK_EQ(h.records[0].revoked.caller, CALLER(3));
	CHECK(h.records[0].nr_stack > 0);
	lost_nothing_but(LOST_NOTHING);
}

/*
 * While a thread is inside windows that its count does not show, each boundary has to
 * be looked at more closely: everybody's. No longer than that.
 */
static void underflow_is_over(void)
{
	struct thread t = harness__thread(1), other = harness__thread(2);

	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	CHECK_EQ(harness__hidden(), 0);
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	CHECK_EQ(t.count, 0);
	CHECK_EQ(harness__hidden(), 1);
	harness__revoke(&other, PKS_TASK, PAGE(1), CALLER(3));
	harness__grant(&other, PKS_TASK, PAGE(1), CALLER(1));
	CHECK_EQ(harness__hidden(), 2);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(harness__hidden(), 1);
	harness__revoke(&other, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(harness__hidden(), 0);
	harness__grant(&other, PKS_TASK, PAGE(1), CALLER(1));
	harness__boundary(&other, PKS_TASK, PKS_THREAD_EXIT);
	CHECK_EQ(harness__hidden(), 0);
	CHECK(!harness__slot(&t) && !harness__slot(&other));
}

static void underflow_poisons_next_pair(void)
{
	struct thread t = harness__thread(1);

	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	if (found_one(PKS_UNDERFLOW)) {
		CHECK_EQ(h.records[0].granted.caller, 0);
		CHECK_EQ(h.records[0].granted.stack, PKS_NO_STACK);
	}
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(4));
	CHECK(!t.open[PKS_TASK]);
	harness__fault(&t, PKS_TASK, PAGE(2), true);
	if (found_one(PKS_STRAY_ACCESS)) {
		CHECK_EQ(h.records[0].cause, PKS_POISONED_GRANT);
		CHECK_EQ(h.records[0].granted.caller, CALLER(4));
		CHECK_EQ(h.records[0].revoked.caller, CALLER(3));
	}
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(5));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(4));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(5));
	CHECK_EQ(harness__found(PKS_UNDERFLOW), 1);
	CHECK_EQ(harness__found(PKS_INEFFECTIVE_GRANT), 0);
}

static void leak_at(enum pks_boundary boundary, __u8 context)
{
	struct thread t = harness__thread(1);

	harness__reset();
	harness__interrupt(&t, context);
	harness__grant(&t, context, PAGE(7), CALLER(1));
	harness__boundary(&t, context, boundary);
	if (!found_one(PKS_LEAK))
		return;
	CHECK_EQ(h.records[0].boundary, boundary);
	CHECK_EQ(h.records[0].context, context);
	CHECK_EQ(h.records[0].key, PAGE(7));
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	CHECK(h.records[0].granted.stack >= 0);
	CHECK(h.records[0].held > 0);
	CHECK_EQ(h.records[0].count, 1);
	if (boundary == PKS_THREAD_EXIT)
		return;
	harness__boundary(&t, context, boundary);
	found_in_all(PKS_LEAK, 1);
}

static void leak_at_each_boundary(void)
{
	leak_at(PKS_SYSCALL_EXIT, PKS_TASK);
	leak_at(PKS_WORK_END, PKS_TASK);
	leak_at(PKS_THREAD_EXIT, PKS_TASK);
	leak_at(PKS_SOFTIRQ_END, PKS_SOFTIRQ);
	leak_at(PKS_IRQ_END, PKS_HARDIRQ);
}

static void leak_then_late_revoke(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_one(PKS_LEAK);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(3));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(4));
	CHECK_EQ(harness__late(), 1);
	CHECK_EQ(harness__older(), 0);
	CHECK(!harness__slot(&t));
	found_in_all(PKS_LEAK, 1);
}

static void leak_repeated_each_reported_once(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < 10; i++) {
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1));
		harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
		CHECK_EQ(h.found[PKS_LEAK], 1);
	}
	CHECK_EQ(harness__slot(&t)->skew, 10);
	CHECK_EQ(h.delivered, PKS_FOLD_DELIVER);
}

static void wrong_page(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	if (found_one(PKS_WRONG_PAGE)) {
		CHECK_EQ(h.records[0].key, PAGE(2));
		CHECK_EQ(h.records[0].key2, PAGE(1));
		CHECK_EQ(h.records[0].granted.caller, CALLER(1));
		CHECK_EQ(h.records[0].revoked.caller, CALLER(2));
		CHECK(!h.records[0].unsure);
	}
	CHECK(!harness__slot(&t));
}

static void out_of_order(void)
{
	struct thread t = harness__thread(1);

	for (int i = 1; i <= 4; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(i));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(12));
	if (found_one(PKS_OUT_OF_ORDER)) {
		CHECK_EQ(h.records[0].key, PAGE(2));
		CHECK_EQ(h.records[0].key2, PAGE(4));
	}
	/* The rest is as if that window had never been. */
	harness__revoke(&t, PKS_TASK, PAGE(4), CALLER(14));
	harness__revoke(&t, PKS_TASK, PAGE(3), CALLER(13));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(11));
	found_in_all(PKS_OUT_OF_ORDER, 1);
	CHECK(!harness__slot(&t));
}

/* As an interrupt in the midst of the grant's program can leave it: any revoke fits. */
static void page_not_known(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, 0, CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

static void same_page_twice_is_in_order(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(4));
	found_in_all(PKS_CLASS_NONE, 0);
}

static void cross_thread(void)
{
	struct thread a = harness__thread(1), b = harness__thread(2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(1), CALLER(2));
	if (found_one(PKS_CROSS_THREAD)) {
		CHECK_EQ(h.records[0].tid, b.tid);
		CHECK_EQ(h.records[0].other_tid, a.tid);
		CHECK_EQ(h.records[0].granted.caller, CALLER(1));
		CHECK_EQ(h.records[0].revoked.caller, CALLER(2));
	}
	harness__boundary(&b, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(h.found[PKS_LEAK], 0);
	harness__boundary(&a, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(h.found[PKS_LEAK], 1);
}

static void inherited(void)
{
	struct thread parent = harness__thread(1), child = harness__thread(2);

	harness__grant(&parent, PKS_TASK, PAGE(1), CALLER(1));
	harness__inherit(&child, parent.count);
	/* Reported at the fork: its own boundaries are silent, its revoke no underflow. */
	harness__boundary(&child, PKS_TASK, PKS_SYSCALL_EXIT);
	harness__revoke(&child, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(harness__late(), 1);
	CHECK(!harness__slot(&child));
	harness__revoke(&parent, PKS_TASK, PAGE(1), CALLER(2));
	found_in_all(PKS_CLASS_NONE, 0);
}

static void page_form_then_pgmap_form(void)
{
	struct thread t = harness__thread(1);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2; i++) {
			harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(i), CALLER(1), true);
			CHECK(!h.answer.inner);
			harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(99), CALLER(2), false);
			CHECK(h.answer.inner);
			harness__body(&t, BODY_GRANT, PKS_TASK);
		}
		for (int i = 1; i >= 0; i--) {
			harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(i), CALLER(3), true);
			/* The last one has just given the slot back. */
			harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(99), CALLER(4), false);
			CHECK(h.answer.inner);
			harness__body(&t, BODY_REVOKE, PKS_TASK);
		}
		CHECK(!harness__slot(&t));
	}
	found_in_all(PKS_CLASS_NONE, 0);
	CHECK_EQ(harness__older(), 0);
	lost_nothing_but(LOST_NOTHING);
}

/* dax and pmem open the pgmap itself, also inside a page's window. */
static void pgmap_form_alone(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(99), CALLER(2), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(99), CALLER(3), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_REVOKE, PKS_TASK);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(4));
	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(99), CALLER(2), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(99), CALLER(3), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_REVOKE, PKS_TASK);
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

/* Which of two windows on one page a revoke has closed, it does not tell. */
static void leak_of_two_on_a_page(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	if (!found_one(PKS_LEAK))
		return;
	CHECK_EQ(h.records[0].siblings, 1);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	CHECK_EQ(h.records[0].sibling.caller, CALLER(2));
	CHECK_EQ(h.records[0].revoked.caller, CALLER(3));
}

/* One that was closed before the other was opened is none of them. */
static void leak_after_one_on_the_page(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	if (found_one(PKS_LEAK))
		CHECK_EQ(h.records[0].siblings, 0);
}

const struct scenario pairing_scenarios[] = {
	{ "nested windows pair", nesting },
	{ "64 deep: counted, and balanced again", nesting_64_deep },
	{ "64 deep and leaked: each reported once", leak_64_deep },
	{ "64 deep and out of order: each with its own page", out_of_order_64_deep },
	{ "deeper than is kept: counted, and balanced again", nesting_too_deep },
	{ "deeper than is kept and leaked: the rest reported as one", leak_too_deep },
	{ "many threads nest deep: the room for it is given back", nesting_of_many_threads },
	{ "a revoke without a window is an underflow", underflow },
	{ "an underflow is over when no window is hidden by it", underflow_is_over },
	{ "an underflow poisons the next pair, and only that", underflow_poisons_next_pair },
	{ "a window open at a boundary is a leak, reported once", leak_at_each_boundary },
	{ "a revoke after its leak was reported is late, not an underflow", leak_then_late_revoke },
	{ "each of many leaks is reported", leak_repeated_each_reported_once },
	{ "a revoke of another page is wrong-page", wrong_page },
	{ "a revoke of a page below the top is out-of-order", out_of_order },
	{ "a window whose page is not known fits any revoke", page_not_known },
	{ "one page granted twice is in order", same_page_twice_is_in_order },
	{ "a revoke of another thread's window is cross-thread", cross_thread },
	{ "an inherited window is not reported again", inherited },
	{ "page form and pgmap form of one event count once", page_form_then_pgmap_form },
	{ "the pgmap form alone is an event", pgmap_form_alone },
	{ "a leak of one of two windows on a page names both", leak_of_two_on_a_page },
	{ "a leak after a window on the page names one", leak_after_one_on_the_page },
	{ NULL, NULL },
};
