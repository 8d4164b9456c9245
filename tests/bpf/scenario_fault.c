// SPDX-License-Identifier: GPL-2.0-only
/* Stray accesses and their causes; what a relaxed fault leaves behind. */
#include "scenario_check.h"

static void stray(struct thread *t, __u8 context, __u64 key, enum pks_cause cause)
{
	harness__fault(t, context, key, false);
	if (found_one(PKS_STRAY_ACCESS)) {
		CHECK_EQ(h.records[0].cause, cause);
		CHECK_EQ(h.records[0].fatal, 1);
		CHECK_EQ(h.records[0].tid, t->tid);
	}
}

static void never_granted(void)
{
	struct thread t = harness__thread(1);

	stray(&t, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	stray(&t, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
}

static void use_after_revoke(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(3));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(4));
	stray(&t, PKS_TASK, PAGE(1), PKS_USE_AFTER_REVOKE);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	CHECK_EQ(h.records[0].revoked.caller, CALLER(2));
	stray(&t, PKS_TASK, PAGE(2), PKS_USE_AFTER_REVOKE);
	CHECK_EQ(h.records[0].revoked.caller, CALLER(4));
}

static void other_thread_window(void)
{
	struct thread a = harness__thread(1), b = harness__thread(2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	stray(&b, PKS_TASK, PAGE(1), PKS_OTHER_THREAD_WINDOW);
	CHECK_EQ(h.records[0].other_tid, a.tid);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	harness__revoke(&a, PKS_TASK, PAGE(1), CALLER(2));
	stray(&b, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
}

/* Whoever opened a window on the page last has closed it: another one is still in its own. */
static void other_thread_window_not_the_last(void)
{
	struct thread a = harness__thread(1), b = harness__thread(2), c = harness__thread(3);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__grant(&c, PKS_TASK, PAGE(1), CALLER(3));
	harness__revoke(&c, PKS_TASK, PAGE(1), CALLER(4));
	stray(&b, PKS_TASK, PAGE(1), PKS_OTHER_THREAD_WINDOW);
	CHECK_EQ(h.records[0].other_tid, a.tid);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
}

static void interrupt_and_exception_in_window(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__interrupt(&t, PKS_HARDIRQ);
	stray(&t, PKS_HARDIRQ, PAGE(1), PKS_IRQ_IN_WINDOW);
	CHECK_EQ(h.records[0].granted.caller, CALLER(1));
	stray(&t, PKS_TASK, PAGE(1), PKS_EXCEPTION_IN_WINDOW);
}

/* The relaxed fault opens the key, too late: the window itself had opened nothing. */
static void ineffective_though_fault_opened(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__grant(&t, PKS_HARDIRQ, PAGE(2), CALLER(2));
	harness__fault(&t, PKS_HARDIRQ, PAGE(2), true);
	CHECK_EQ(h.records[0].cause, PKS_IRQ_IN_WINDOW);
	harness__revoke(&t, PKS_HARDIRQ, PAGE(2), CALLER(3));
	if (found_one(PKS_INEFFECTIVE_GRANT))
		CHECK_EQ(h.records[0].granted.caller, CALLER(2));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(4));
	CHECK_EQ(harness__found(PKS_INEFFECTIVE_GRANT), 1);
	lost_nothing_but(LOST_NOTHING);
}

/* The revoke was not seen: the window is closed all the same. */
static void missed_revoke_is_no_window_held(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__miss(&t, BODY_REVOKE, PKS_TASK);
	stray(&t, PKS_TASK, PAGE(5), PKS_NEVER_GRANTED);
}

static void residue(void)
{
	struct thread t = harness__thread(1);

	harness__fault(&t, PKS_TASK, PAGE(1), true);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	if (found_one(PKS_RESIDUE))
		CHECK_EQ(h.records[0].boundary, PKS_SYSCALL_EXIT);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	CHECK_EQ(harness__found(PKS_RESIDUE), 1);
	CHECK(!harness__slot(&t));
}

static void residue_gone_with_next_window(void)
{
	struct thread t = harness__thread(1);

	harness__fault(&t, PKS_TASK, PAGE(1), true);
	harness__grant(&t, PKS_TASK, PAGE(2), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(2), CALLER(2));
	CHECK(!t.open[PKS_TASK]);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_in_all(PKS_STRAY_ACCESS, 1);
	CHECK(!harness__slot(&t));
}

/* The interrupt's window closes the key for the interrupt only. */
static void residue_outlives_an_interrupt(void)
{
	struct thread t = harness__thread(1);

	harness__fault(&t, PKS_TASK, PAGE(1), true);
	harness__interrupt(&t, PKS_HARDIRQ);
	harness__grant(&t, PKS_HARDIRQ, PAGE(2), CALLER(1));
	harness__revoke(&t, PKS_HARDIRQ, PAGE(2), CALLER(2));
	CHECK(t.open[PKS_TASK]);
	harness__boundary(&t, PKS_TASK, PKS_SYSCALL_EXIT);
	found_one(PKS_RESIDUE);
}

static void history_of_another_thread(void)
{
	struct thread a = harness__thread(1), b = harness__neighbour(&a, 2);

	harness__grant(&a, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&a, PKS_TASK, PAGE(1), CALLER(2));
	stray(&b, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
	harness__grant(&b, PKS_TASK, PAGE(2), CALLER(3));
	harness__revoke(&b, PKS_TASK, PAGE(2), CALLER(4));
	stray(&b, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
	stray(&a, PKS_TASK, PAGE(2), PKS_NEVER_GRANTED);
	stray(&b, PKS_TASK, PAGE(2), PKS_USE_AFTER_REVOKE);
	found_in_all(PKS_STRAY_ACCESS, 4);
}

/* A task_struct is soon used again, for a thread that knows nothing of the first. */
static void history_ends_with_the_thread(void)
{
	struct thread t = harness__thread(1);

	harness__grant(&t, PKS_TASK, PAGE(1), CALLER(1));
	harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(2));
	harness__boundary(&t, PKS_TASK, PKS_THREAD_EXIT);
	stray(&t, PKS_TASK, PAGE(1), PKS_NEVER_GRANTED);
}

static void deep_windows_have_no_guessed_origin(void)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i <= PKS_DEPTH; i++)
		harness__grant(&t, PKS_TASK, PAGE(i), CALLER(1 + i));
	stray(&t, PKS_TASK, PAGE(1), PKS_EXCEPTION_IN_WINDOW);
	CHECK_EQ(h.records[0].granted.caller, 0);
	CHECK_EQ(h.records[0].granted.stack, PKS_NO_STACK);
}

const struct scenario fault_scenarios[] = {
	{ "an access without any window: never-granted", never_granted },
	{ "an access after the revoke: use-after-revoke", use_after_revoke },
	{ "an access in another thread's window: other-thread-window", other_thread_window },
	{ "the same, of one that is not the last to open it", other_thread_window_not_the_last },
	{ "an access inside a window: by an interrupt, an exception",
	  interrupt_and_exception_in_window },
	{ "an interrupt's window is ineffective, though a relaxed fault opened the key",
	  ineffective_though_fault_opened },
	{ "a window whose revoke was missed is not held", missed_revoke_is_no_window_held },
	{ "a relaxed fault leaves residue, reported once", residue },
	{ "the next window takes the residue away", residue_gone_with_next_window },
	{ "an interrupt's window does not", residue_outlives_an_interrupt },
	{ "one slot, two threads: neither has the other's history", history_of_another_thread },
	{ "a thread's history ends with it", history_ends_with_the_thread },
	{ "no origin is made up for a window too deep to know",
	  deep_windows_have_no_guessed_origin },
	{ NULL, NULL },
};
