// SPDX-License-Identifier: GPL-2.0-only
/*
 * A window that the thread opens and an interrupt closes, which hits that thread: mapped
 * when a request is submitted, unmapped when it completes.
 */
#include "bugs.h"

SITE static void *submit_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void submit_unmap(struct run *r)
{
	kunmap_local(r->addr);
}

SITE static void complete_unmap(struct run *r)
{
	kunmap_local(r->addr);
}

SITE static void use_completed(struct run *r)
{
	POKE(r->addr);
}

static void complete_nothing(struct run *r)
{
}

typedef int (*context_fn)(struct run *r, step_fn step);

static int closed_by(struct run *r, context_fn completion)
{
	r->addr = submit_map(r);
	POKE(r->addr);
	return completion(r, complete_unmap);
}

static int closed_by_thread(struct run *r, context_fn completion)
{
	int err;

	r->addr = submit_map(r);
	POKE(r->addr);
	err = completion(r, complete_nothing);
	submit_unmap(r);
	return err;
}

/* clang-format off */
static int timer_closes(struct run *r) { return closed_by(r, in_timer); }
static int timer_closes_ok(struct run *r) { return closed_by_thread(r, in_timer); }
static int hrtimer_closes(struct run *r) { return closed_by(r, in_hrtimer); }
static int hrtimer_closes_ok(struct run *r) { return closed_by_thread(r, in_hrtimer); }
static int tasklet_closes(struct run *r) { return closed_by(r, in_tasklet); }
static int tasklet_closes_ok(struct run *r) { return closed_by_thread(r, in_tasklet); }
/* clang-format on */

/* No exception lay between: the thread's own key is closed. */
static int tasklet_closes_use(struct run *r)
{
	int err = closed_by(r, in_tasklet);

	use_completed(r);
	heal(r);
	return err;
}

static int tasklet_closes_use_ok(struct run *r)
{
	int err;

	r->addr = submit_map(r);
	err = in_tasklet(r, complete_nothing);
	use_completed(r);
	submit_unmap(r);
	return err;
}

/* And both close it: the thread's own unmap is one too many. */
static int timer_closes_too(struct run *r)
{
	int err = closed_by(r, in_timer);

	submit_unmap(r);
	return err;
}

#define timer_closes_too_ok timer_closes_ok

/* clang-format off */
#define TAKEN { "cross-thread", "submit_map", "complete_unmap", NULL }
#define RESTORED { .class = "residue" }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("timer-closes", timer_closes, SEEN_COUNT,
	     "a timer's softirq unmaps what the thread that it hit has mapped", TAKEN, RESTORED),
	PAIR("hrtimer-closes", hrtimer_closes, SEEN_COUNT,
	     "an hrtimer unmaps what the thread that it hit has mapped", TAKEN, RESTORED),
	PAIR("tasklet-closes", tasklet_closes, SEEN_COUNT,
	     "a tasklet that the thread runs itself unmaps what the thread has mapped", TAKEN),
	PAIR("tasklet-closes-use", tasklet_closes_use, SEEN_FAULT, "and the thread goes on writing",
	     TAKEN,
	     { "stray-access/use-after-revoke", "submit_map", "complete_unmap", "use_completed" }),
	PAIR("timer-closes-too", timer_closes_too, SEEN_COUNT,
	     "a timer's softirq and the thread that it hit unmap the same window", TAKEN),
};

BUG_FAMILY(taken_cases, cases);
