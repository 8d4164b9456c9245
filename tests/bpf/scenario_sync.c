// SPDX-License-Identifier: GPL-2.0-only
/* Events the core did not see, and interrupts between a probe and its body. */
#include "scenario_check.h"

static void attach_in_window_revoke_first(void)
{
	struct thread t = harness__thread(1);

	t.count = t.logical = 2;
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	CHECK_EQ(harness__older(), 2);
	CHECK(!harness__slot(&t));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	found_in_all(PKS_UNDERFLOW, 1);
	lost_nothing_but(LOST_NOTHING);
}

static void attach_in_window_grant_first(void)
{
	struct thread t = harness__thread(1);

	t.count = t.logical = 1;
	t.open[PKS_TASK] = true;
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	CHECK_EQ(harness__slot(&t)->depth, 1);
	CHECK_EQ(harness__slot(&t)->skew, 1);
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(harness__older(), 1);
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(LOST_NOTHING);
}

static void attach_in_window_leaked(void)
{
	struct thread t = harness__thread(1);

	t.count = t.logical = 1;
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	if (found_one(PKS_LEAK)) {
		CHECK_EQ(h.records[0].key, 0);
		CHECK_EQ(h.records[0].granted.stack, PKS_NO_STACK);
	}
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_in_all(PKS_LEAK, 1);
}

static void attach_in_window_interrupt_leaks(void)
{
	struct thread t = harness__thread(1);

	t.count = t.logical = 1;
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__grant(&t, PKS_HARDIRQ, PAGE(2), CALLER(1));
	harness__boundary(&t, PKS_HARDIRQ, PKS_IRQ_END);
	/* The thread's own window is none of the interrupt's business. */
	if (found_one(PKS_LEAK))
		CHECK_EQ(h.records[0].key, PAGE(2));
}

static void missed_grant(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_GRANT, PKS_TASK);
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	CHECK_EQ(harness__lost(PKS_LOST_MISMATCH), 1);
	CHECK_EQ(harness__slot(&t)->depth, 1);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(PKS_LOST_MISMATCH);
}

static void missed_revoke(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	CHECK_EQ(harness__lost(PKS_LOST_MISMATCH), 1);
	CHECK_EQ(harness__slot(&t)->depth, 1);
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
	lost_nothing_but(PKS_LOST_MISMATCH);
}

static void missed_revoke_then_boundary(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	harness__boundary(&t, PKS_TASK, PKS_THREAD_EXIT);
	found_in_all(PKS_CLASS_NONE, 0);
	CHECK_EQ(harness__lost(PKS_LOST_MISMATCH), 1);
}

static void missed_grant_makes_pages_unsure(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_GRANT, PKS_TASK);
	harness__miss(&t, BODY_GRANT, PKS_TASK);
	harness__grant(&t, PKS_TASK, PAGE(4), CALLER(1));
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	for (int i = 3; i > 0; i--)
		harness__revoke(&t, PKS_TASK, PAGE(i), CALLER(2));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
}

static void missed_revoke_of_a_reported_leak(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	/* Nothing of the old leak is left that a new one could hide behind. */
	CHECK_EQ(harness__slot(&t)->skew, 0);
	CHECK_EQ(harness__slot(&t)->reported, 0);
}

static void missed_grant_is_no_interrupts_leak(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_GRANT, PKS_TASK);
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__grant(&t, PKS_HARDIRQ, PAGE(3), CALLER(3));
	harness__revoke(&t, PKS_HARDIRQ, PAGE(3), CALLER(4));
	harness__boundary(&t, PKS_HARDIRQ, PKS_IRQ_END);
	CHECK_EQ(harness__found(PKS_LEAK), 0);
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK_EQ(harness__found(PKS_UNDERFLOW), 0);
	CHECK(!harness__slot(&t));
}

/* A whole window in an interrupt. It may be ineffective, but is never unpaired. */
static void window_in_interrupt(struct thread *t, __u8 context)
{
	harness__interrupt(t, context);
	harness__grant(t, context, PAGE(50), CALLER(50));
	harness__revoke(t, context, PAGE(50), CALLER(51));
}

static void no_finding_but_ineffective(void)
{
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		if (i != PKS_INEFFECTIVE_GRANT)
			CHECK_EQ(harness__found(i), 0);
	lost_nothing_but(LOST_NOTHING);
}

static void interrupt_in_window(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	window_in_interrupt(&t, PKS_HARDIRQ);
	CHECK_EQ(h.found[PKS_INEFFECTIVE_GRANT], 1);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	found_in_all(PKS_INEFFECTIVE_GRANT, 1);
	lost_nothing_but(LOST_NOTHING);
}

static void interrupt_before_body_of_grant(void)
{
	struct thread t = harness__thread(1);

	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(1), CALLER(1), true);
	window_in_interrupt(&t, PKS_SOFTIRQ);
	CHECK_EQ(h.found[PKS_INEFFECTIVE_GRANT], 0);
	window_in_interrupt(&t, PKS_SOFTIRQ);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	no_finding_but_ineffective();
}

static void interrupt_before_body_of_inner_revoke(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(2), CALLER(2), true);
	window_in_interrupt(&t, PKS_HARDIRQ);
	harness__body(&t, BODY_REVOKE, PKS_TASK);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	no_finding_but_ineffective();
}

/* The slot is already given back, and the count is still one. */
static void interrupt_before_body_of_last_revoke(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__probe(&t, BODY_REVOKE, PKS_TASK, PAGE(1), CALLER(2), true);
	CHECK(!harness__slot(&t));
	window_in_interrupt(&t, PKS_HARDIRQ);
	window_in_interrupt(&t, PKS_HARDIRQ);
	harness__body(&t, BODY_REVOKE, PKS_TASK);
	CHECK_EQ(harness__older(), 0);
	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	no_finding_but_ineffective();
}

/* The body has run by the time of the second interrupt; the core did not see it. */
static void second_interrupt_after_body(void)
{
	struct thread t = harness__thread(1);

	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(1), CALLER(1), true);
	window_in_interrupt(&t, PKS_HARDIRQ);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	window_in_interrupt(&t, PKS_HARDIRQ);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	CHECK(!harness__slot(&t));
	no_finding_but_ineffective();
}

/* A missed event must not hide behind the adjustment for a body that has run. */
static void missed_event_after_interrupt(void)
{
	struct thread t = harness__thread(1);

	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(1), CALLER(1), true);
	window_in_interrupt(&t, PKS_HARDIRQ);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	CHECK_EQ(harness__slot(&t)->depth, 1);
	CHECK_EQ(harness__lost(PKS_LOST_MISMATCH), 1);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(harness__found(PKS_LEAK), 1);
}

/* It names the thread's window: that is closed, whether the thread knows or not. */
static void revoke_in_interrupt_of_the_threads_window(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__interrupt(&t, PKS_SOFTIRQ);
	harness__revoke(&t, PKS_SOFTIRQ, PAGE(1), CALLER(2));
	if (found_one(PKS_CROSS_THREAD)) {
		CHECK_EQ(h.records[0].context, PKS_SOFTIRQ);
		CHECK_EQ(h.records[0].granted.caller, CALLER(1));
		CHECK_EQ(h.records[0].revoked.caller, CALLER(2));
		CHECK(h.records[0].revoked.flags & PKS_ORIGIN_INTERRUPTED);
		CHECK_EQ(h.records[0].other_tid, 0);
	}
	CHECK_EQ(sum_of_grants(&(__u64){ 0 }), 1);
	/* The interrupt's exit has restored the key. */
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_one(PKS_RESIDUE);
	CHECK_EQ(harness__found(PKS_LEAK), 0);
}

/* The thread revokes it as well: the count is too low for one reason, told before. */
static void revoke_in_interrupt_and_by_the_thread(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__interrupt(&t, PKS_SOFTIRQ);
	harness__revoke(&t, PKS_SOFTIRQ, PAGE(1), CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	found_in_all(PKS_CROSS_THREAD, 1);
	CHECK_EQ(harness__slot(&t)->skew, -1);
}

static void revoke_in_interrupt_without_window(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__revoke(&t, PKS_HARDIRQ, PAGE(2), CALLER(2));
	if (found_one(PKS_UNDERFLOW))
		CHECK_EQ(h.records[0].context, PKS_HARDIRQ);
	CHECK_EQ(harness__slot(&t)->depth, 1);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(3));
	CHECK_EQ(harness__slot(&t)->skew, -1);
	found_in_all(PKS_UNDERFLOW, 1);
}

/* An interrupt right behind the claim of a slot: it must not give it away. */
static void interrupt_behind_claim(void)
{
	struct thread t = harness__thread(1);

	harness__claim(&t, PKS_TASK);
	window_in_interrupt(&t, PKS_HARDIRQ);
	CHECK(harness__slot(&t));
	found_in_all(PKS_CLASS_NONE, 0);
}

/* Between the page form and the pgmap form of one event. */
static void pgmap_form_in_interrupt_between_forms(void)
{
	struct thread t = harness__thread(1);

	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(1), CALLER(1), true);
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__probe(&t, BODY_GRANT, PKS_HARDIRQ, PAGE(99), CALLER(2), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_GRANT, PKS_HARDIRQ);
	harness__probe(&t, BODY_REVOKE, PKS_HARDIRQ, PAGE(99), CALLER(3), false);
	CHECK(!h.answer.inner);
	harness__body(&t, BODY_REVOKE, PKS_HARDIRQ);
	harness__probe(&t, BODY_GRANT, PKS_TASK, PAGE(99), CALLER(4), false);
	CHECK(h.answer.inner);
	harness__body(&t, BODY_GRANT, PKS_TASK);
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(5));
	CHECK(!harness__slot(&t));
	no_finding_but_ineffective();
}

const struct scenario sync_scenarios[] = {
	{ "attached inside a window: its revoke is an older window's",
	  attach_in_window_revoke_first },
	{ "attached inside a window: a grant nests in it", attach_in_window_grant_first },
	{ "attached inside a window that leaks: reported once", attach_in_window_leaked },
	{ "attached inside a window: not the leak of an interrupt",
	  attach_in_window_interrupt_leaks },
	{ "a missed grant is counted, and no finding", missed_grant },
	{ "a missed revoke is counted, and no finding", missed_revoke },
	{ "a missed revoke is no leak", missed_revoke_then_boundary },
	{ "after missed events pages are not judged", missed_grant_makes_pages_unsure },
	{ "a missed revoke of a reported leak leaves nothing behind",
	  missed_revoke_of_a_reported_leak },
	{ "a missed grant is not the leak of an interrupt", missed_grant_is_no_interrupts_leak },
	{ "a window in an interrupt inside a window is ineffective", interrupt_in_window },
	{ "an interrupt before the body of a grant", interrupt_before_body_of_grant },
	{ "an interrupt before the body of an inner revoke",
	  interrupt_before_body_of_inner_revoke },
	{ "an interrupt before the body of the last revoke", interrupt_before_body_of_last_revoke },
	{ "an interrupt before the body, and one after it", second_interrupt_after_body },
	{ "a missed event after such an interrupt is noticed", missed_event_after_interrupt },
	{ "a revoke in an interrupt takes no window of the thread on another page",
	  revoke_in_interrupt_without_window },
	{ "a revoke in an interrupt closes the thread's window that it names",
	  revoke_in_interrupt_of_the_threads_window },
	{ "a window closed by an interrupt and by the thread is one finding",
	  revoke_in_interrupt_and_by_the_thread },
	{ "an interrupt leaves the slot to the thread that claims it", interrupt_behind_claim },
	{ "an interrupt between the two forms of an event", pgmap_form_in_interrupt_between_forms },
	{ NULL, NULL },
};
