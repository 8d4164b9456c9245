// SPDX-License-Identifier: GPL-2.0-only
/* Windows and pointers that reach another thread, and threads that end inside one. */
#include "bugs.h"

SITE static void *thread_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void thread_unmap(struct run *r)
{
	kunmap_local(r->addr);
}

/* --- the pointer is handed over ---------------------------------------- */

SITE static void write_handed(struct run *r)
{
	POKE(r->addr);
}

static void write_and_heal(struct run *r)
{
	write_handed(r);
	heal(r);
}

/* Correct: the other thread maps the page for itself. */
static void write_own(struct run *r)
{
	struct run own = { .addr = thread_map(r) };

	write_handed(&own);
	thread_unmap(&own);
}

typedef int (*context_fn)(struct run *r, step_fn step);

static int hand_over(struct run *r, context_fn other, step_fn step)
{
	int err;

	r->addr = thread_map(r);
	err = other(r, step);
	thread_unmap(r);
	return err;
}

/* clang-format off */
static int other_thread(struct run *r) { return hand_over(r, in_kthread, write_and_heal); }
static int other_thread_ok(struct run *r) { return hand_over(r, in_kthread, write_own); }
static int other_work(struct run *r) { return hand_over(r, in_work, write_and_heal); }
static int other_work_ok(struct run *r) { return hand_over(r, in_work, write_own); }
/* clang-format on */

/* The submitter has closed its window by the time the work item runs. */
SITE static void write_late(struct run *r)
{
	POKE(r->addr);
}

static void write_late_and_heal(struct run *r)
{
	write_late(r);
	heal(r);
}

static int late_work(struct run *r)
{
	r->addr = thread_map(r);
	thread_unmap(r);
	return in_work(r, write_late_and_heal);
}

static int late_work_ok(struct run *r)
{
	r->addr = thread_map(r);
	thread_unmap(r);
	return in_work(r, write_own);
}

/* --- the window is closed by another thread ---------------------------- */

SITE static void revoke_elsewhere(struct run *r)
{
	kunmap_local(r->addr);
	r->left = -1;
}

static void do_nothing(struct run *r)
{
}

/* The opener then returns to user space with its window open. */
static int close_elsewhere(struct run *r, context_fn other)
{
	r->addr = thread_map(r);
	POKE(r->addr);
	return other(r, revoke_elsewhere);
}

static int close_here(struct run *r, context_fn other)
{
	int err;

	r->addr = thread_map(r);
	POKE(r->addr);
	err = other(r, do_nothing);
	thread_unmap(r);
	return err;
}

/* clang-format off */
static int cross_thread(struct run *r) { return close_elsewhere(r, in_kthread); }
static int cross_thread_ok(struct run *r) { return close_here(r, in_kthread); }
static int cross_work(struct run *r) { return close_elsewhere(r, in_work); }
static int cross_work_ok(struct run *r) { return close_here(r, in_work); }
/* clang-format on */

/* --- fork -------------------------------------------------------------- */

SITE static void fork_map(struct run *r)
{
	r->addr = kmap_local_page(r->page[0]);
}

SITE static void child_unmap(struct run *r)
{
	kunmap_local(r->addr);
}

static int fork_closed_by_child(struct run *r)
{
	int err = in_forked_child(r, fork_map, child_unmap);

	if (!err)
		thread_unmap(r);
	return err;
}

static int fork_left_open(struct run *r)
{
	int err = in_forked_child(r, fork_map, do_nothing);

	if (!err)
		thread_unmap(r);
	return err;
}

static void open_and_close(struct run *r)
{
	fork_map(r);
	thread_unmap(r);
}

static int fork_closed_by_child_ok(struct run *r)
{
	return in_forked_child(r, open_and_close, do_nothing);
}

static int fork_left_open_ok(struct run *r)
{
	return in_forked_child(r, open_and_close, write_own);
}

/* --- a thread that ends ------------------------------------------------ */

SITE static void *dying_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static void die_open(struct run *r)
{
	POKE(dying_map(r));
}

static void die_closed(struct run *r)
{
	void *addr = dying_map(r);

	POKE(addr);
	kunmap_local(addr);
}

SITE static void *release_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static void release_open(struct run *r)
{
	POKE(release_map(r));
}

static void release_closed(struct run *r)
{
	void *addr = release_map(r);

	POKE(addr);
	kunmap_local(addr);
}

/* clang-format off */
static int exit_in_window(struct run *r) { return in_kthread(r, die_open); }
static int exit_in_window_ok(struct run *r) { return in_kthread(r, die_closed); }
static int exit_release(struct run *r) { return on_process_exit(r, release_open); }
static int exit_release_ok(struct run *r) { return on_process_exit(r, release_closed); }
/* clang-format on */

#define FOREIGN(FN)                                                                                \
	{                                                                                          \
		"stray-access/other-thread-window", "thread_map", NULL, FN                         \
	}
#define CROSS(FN)                                                                                  \
	{                                                                                          \
		"cross-thread", "thread_map", FN, NULL                                             \
	}
#define INHERITED                                                                                  \
	{                                                                                          \
		.class = "inherited", .granted = "fork_map"                                        \
	}

static const struct bug_case cases[] = {
	PAIR("other-thread", other_thread, SEEN_FAULT,
	     "a thread writes through a pointer that another one mapped", FOREIGN("write_handed")),
	PAIR("other-work", other_work, SEEN_FAULT,
	     "a work item writes through the submitter's pointer", FOREIGN("write_handed")),
	PAIR("late-work", late_work, SEEN_FAULT, "a work item writes after the submitter's unmap",
	     STRAY("never-granted", "write_late")),
	PAIR("cross-thread", cross_thread, SEEN_COUNT, "a thread unmaps what another one mapped",
	     CROSS("revoke_elsewhere"), LEAK("syscall-exit", "thread_map")),
	PAIR("cross-work", cross_work, SEEN_COUNT, "a work item unmaps what the submitter mapped",
	     CROSS("revoke_elsewhere"), LEAK("syscall-exit", "thread_map")),
	PAIR("fork-in-window", fork_closed_by_child, SEEN_COUNT,
	     "forks in a window, and the child closes its copy", INHERITED),
	PAIR("fork-left-open", fork_left_open, SEEN_COUNT,
	     "forks in a window, and the child dies in it", INHERITED),
	PAIR("exit-in-window", exit_in_window, SEEN_COUNT, "a kernel thread ends in its window",
	     LEAK("thread-exit", "dying_map")),
	PAIR("exit-release", exit_release, SEEN_COUNT,
	     "the release of a file leaks while its process dies",
	     LEAK("thread-exit", "release_map")),
};

BUG_FAMILY(thread_cases, cases);
