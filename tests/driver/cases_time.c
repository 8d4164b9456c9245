// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows that are balanced and right, but held over a sleep or for long:
 * findings only when they are asked for.
 */
#include <linux/completion.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>
#include "bugs.h"

#define LONG_MS 50 /* well above any threshold that a test would set */

SITE static void *timed_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void timed_unmap(void *addr)
{
	kunmap_local(addr);
}

/* mm/zswap can_sleep_mapped: a compressor that sleeps over a mapped page. */
static int sleep_mapped(struct run *r, bool fixed)
{
	void *addr = timed_map(r);

	POKE(addr);
	if (fixed)
		timed_unmap(addr);
	schedule_timeout_uninterruptible(2);
	if (!fixed)
		timed_unmap(addr);
	return 0;
}

struct late_work {
	struct work_struct work;
	struct completion done;
};

/* Late, so that the waiter has gone to sleep for certain, and does so once. */
static void late_step(struct work_struct *work)
{
	schedule_timeout_uninterruptible(2);
	complete(&container_of(work, struct late_work, work)->done);
}

/* Waiting, with the window open, for what a work item has to do. */
static int wait_mapped(struct run *r, bool fixed)
{
	struct late_work late;
	void *addr = timed_map(r);

	init_completion(&late.done);
	INIT_WORK_ONSTACK(&late.work, late_step);
	if (fixed)
		timed_unmap(addr);
	schedule_work(&late.work);
	wait_for_completion(&late.done);
	if (!fixed)
		timed_unmap(addr);
	flush_work(&late.work);
	destroy_work_on_stack(&late.work);
	return 0;
}

/* By the clock: on a CPU that an emulator stopped for a while, mdelay() is not to be relied on. */
static void spin(unsigned int ms)
{
	u64 end = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC;

	while (ktime_get_ns() < end)
		cpu_relax();
}

static int hold(struct run *r, bool fixed)
{
	void *addr = timed_map(r);

	POKE(addr);
	if (fixed)
		timed_unmap(addr);
	spin(LONG_MS);
	if (!fixed)
		timed_unmap(addr);
	return 0;
}

/* clang-format off */
static int slept(struct run *r) { return sleep_mapped(r, false); }
static int slept_ok(struct run *r) { return sleep_mapped(r, true); }
static int slept_waiting(struct run *r) { return wait_mapped(r, false); }
static int slept_waiting_ok(struct run *r) { return wait_mapped(r, true); }
static int held(struct run *r) { return hold(r, false); }
static int held_ok(struct run *r) { return hold(r, true); }
/* clang-format on */

/* clang-format off */
#define HELD(CLASS) { .class = CLASS, .granted = "timed_map" }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("slept", slept, SEEN_SCHED, "sleeps with a page mapped", HELD("slept")),
	PAIR("slept-waiting", slept_waiting, SEEN_SCHED, "waits for a work item with a page mapped",
	     HELD("slept")),
	PAIR("long-hold", held, SEEN_SCHED, "holds a window for 50 ms", HELD("long-hold")),
};

BUG_FAMILY(time_cases, cases);
