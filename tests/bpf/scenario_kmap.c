// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every page counts and nothing is protected: the kernel's count begins with
 * the trace, and no grant is poisoned.
 */
#include "scenario_check.h"

static void older_window(void)
{
	struct thread t = harness__thread(1);

	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	found_in_all(PKS_CLASS_NONE, 0);
	CHECK_EQ(harness__older(), 1);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_in_all(PKS_CLASS_NONE, 0);
	/* The count stays one low; windows pair all the same. */
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	found_in_all(PKS_CLASS_NONE, 0);
	CHECK_EQ(harness__older(), 1);
	lost_nothing_but(LOST_NOTHING);
}

/* The thread was at a boundary in the trace: the window can't be older. */
static void underflow(void)
{
	struct thread t = harness__thread(1);

	t.fresh = true;
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	CHECK(found_one(PKS_UNDERFLOW));
	CHECK_EQ(harness__older(), 0);
}

static void leak_after_underflow(void)
{
	struct thread t = harness__thread(1);

	t.fresh = true;
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	CHECK(found_one(PKS_UNDERFLOW));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(4));
	CHECK_EQ(t.count, 0);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	if (!CHECK(found_one(PKS_LEAK)))
		return;
	CHECK_EQ(h.records[0].key, PAGE(2));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(harness__found(PKS_LEAK), 1);
}

/* Another thread holds the window: that says more than what is older. */
static void cross_thread(void)
{
	struct thread a = harness__thread(1), b = harness__thread(2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&b, PKS_TASK, PAGE(1), CALLER(2));
	if (!CHECK(found_one(PKS_CROSS_THREAD)))
		return;
	CHECK_EQ(h.records[0].other_tid, a.tid);
	CHECK_EQ(harness__older(), 0);
}

static void wrong_page(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	if (!CHECK(found_one(PKS_WRONG_PAGE)))
		return;
	CHECK_EQ(h.records[0].key2, PAGE(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_in_all(PKS_WRONG_PAGE, 1);
}

static void hold_too_long(struct thread *t)
{
	harness__grant(t, PKS_TASK, PAGE(1), CALLER(1));
	h.now += 2 * HARNESS_LONG_HOLD;
}

/* The loader may look at the window just then: it must see that it has been reported. */
static void long_hold_reported_at_its_end(void)
{
	struct thread t = harness__thread(1);
	struct pks_slot *slot;

	hold_too_long(&t);
	slot = harness__slot(&t);
	CHECK(!(slot->frames[0].flags & PKS_FRAME_REPORTED));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(found_one(PKS_LONG_HOLD));
	CHECK(slot->frames[0].flags & PKS_FRAME_REPORTED);
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	CHECK(!(slot->frames[0].flags & PKS_FRAME_REPORTED));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	found_in_all(PKS_LONG_HOLD, 1);
}

static void long_hold_reported_before_its_end(void)
{
	struct thread t = harness__thread(1);

	hold_too_long(&t);
	harness__slot(&t)->frames[0].flags |= PKS_FRAME_REPORTED;
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	found_in_all(PKS_CLASS_NONE, 0);
}

const struct scenario kmap_scenarios[] = {
	{ "kmap-trace: a window older than the trace is no finding", older_window },
	{ "kmap-trace: a revoke without a window", underflow },
	{ "kmap-trace: an underflow does not hide a later leak", leak_after_underflow },
	{ "kmap-trace: a revoke for another thread's window", cross_thread },
	{ "kmap-trace: a revoke of another page", wrong_page },
	{ "a window held for too long, reported at its end: marked as reported",
	  long_hold_reported_at_its_end },
	{ "a window held for too long, reported by the loader: not again",
	  long_hold_reported_before_its_end },
	{ 0 },
};
