// SPDX-License-Identifier: GPL-2.0-only
/* One bug that is seen more than once: it is one finding, in the function to be fixed. */
#include "bugs.h"

SITE static void *story_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void story_unmap(void *addr)
{
	kunmap_local(addr);
}

/* --- an inner function leaks, and the outer one's unmap is out of order ------------ */

/* ntfs write_mft_record_nolock(): on a later round the inner function leaves early. */
SITE static void inner_record(struct run *r, int round, bool fixed)
{
	void *addr = story_map(r->page[1]);

	POKE(addr);
	if (round || fixed)
		story_unmap(addr);
}

SITE static void outer_record(struct run *r, bool fixed)
{
	void *addr = kmap_local_page(r->page[0]);
	int round;

	for (round = 1; round >= 0; round--)
		inner_record(r, round, fixed);
	POKE(addr);
	kunmap_local(addr);
}

static int inner_leak(struct run *r)
{
	outer_record(r, false);
	return 0;
}

static int inner_leak_ok(struct run *r)
{
	outer_record(r, true);
	return 0;
}

/* --- one page past the window, where the caller has one ---------------------------- */

/* target/user: the pointer has run on to the end of the data. */
SITE static void past_unmap(u8 *addr)
{
	kunmap_local(addr);
}

SITE static void *past_map(struct page *page)
{
	return kmap_local_page(page);
}

static int beside(struct run *r, int mine, int callers, bool fixed)
{
	void *outer = story_map(r->page[callers]);
	u8 *addr = past_map(r->page[mine]);

	POKE(addr);
	past_unmap(fixed ? addr : addr + (callers - mine) * (long)PAGE_SIZE);
	story_unmap(outer);
	return 0;
}

/* --- a window that is closed after it was told as leaked --------------------------- */

SITE static void *later_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

/* VMCI: mapped in one call, unmapped in the release of the file. */
SITE static void later_unmap(struct run *r)
{
	kunmap_local(page_address(r->page[0]));
}

static void later_nothing(struct run *r)
{
}

static int closed_later(struct run *r, step_fn release, bool fixed)
{
	void *addr = later_map(r);

	POKE(addr);
	if (fixed)
		kunmap_local(addr);
	return on_process_exit(r, fixed ? later_nothing : release);
}

/* A hash: mapped when it is submitted, unmapped by a work item when it is done. */
SITE static void completion_unmap(struct run *r)
{
	kunmap_local(page_address(r->page[0]));
	r->left = -1;
}

static void release_by_work(struct run *r)
{
	in_work(r, completion_unmap);
}

/* --- another bug, on the page of a leaked window ------------------------------------- */

/* Whoever has used the page since has closed what was open on it: this closes nothing. */
SITE static void unrelated_unmap(struct run *r)
{
	kunmap_local(page_address(r->page[0]));
	r->left = -1;
}

static void use_page(struct run *r)
{
	void *addr = story_map(r->page[0]);

	POKE(addr);
	story_unmap(addr);
}

static void release_by_two(struct run *r)
{
	in_kthread(r, use_page);
	in_work(r, unrelated_unmap);
}

static int two_bugs_one_page(struct run *r)
{
	return closed_later(r, release_by_two, false);
}

static int two_bugs_one_page_ok(struct run *r)
{
	return closed_later(r, later_nothing, true) ?: in_kthread(r, use_page);
}

/* --- a kernel thread that never comes to an end --------------------------------------- */

#define GROW_TURNS 26
#define GROW_MS	   200
#define NEST	   16 /* what a kernel with HIGHMEM has room for */

SITE static void *grow_map(struct page *page)
{
	return kmap_local_page(page);
}

/* mm, thp: a scan that goes on for ever and forgets a window at each turn. */
static void grow(struct run *r, int turns, bool fixed)
{
	for (; turns; turns--) {
		void *addr = grow_map(r->page[0]);

		POKE(addr);
		if (fixed)
			kunmap_local(addr);
		schedule_timeout_uninterruptible(msecs_to_jiffies(GROW_MS));
	}
}

static void grow_step(struct run *r)
{
	grow(r, GROW_TURNS, false);
}

static void grow_step_ok(struct run *r)
{
	grow(r, GROW_TURNS / 4, true);
}

/* As deep a nest as there may be, by one that sleeps in it: it is closed in the end. */
static void nest_slowly(struct run *r)
{
	void *addr[NEST];
	int i;

	for (i = 0; i < NEST; i++) {
		addr[i] = grow_map(r->page[0]);
		schedule_timeout_uninterruptible(msecs_to_jiffies(GROW_MS));
	}
	for (; i; i--)
		kunmap_local(addr[i - 1]);
}

static int kthread_nests_slowly(struct run *r)
{
	return in_kthread(r, nest_slowly);
}

static int kthread_grows(struct run *r)
{
	return in_kthread(r, grow_step);
}

static int kthread_grows_ok(struct run *r)
{
	return in_kthread(r, grow_step_ok);
}

/* --- an oops in a window ---------------------------------------------------------------- */

SITE static void *oops_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void oops_check(bool sane)
{
	BUG_ON(!sane);
}

static int oops_between(struct run *r, bool sane)
{
	void *outer = oops_map(r->page[0]);
	void *inner = oops_map(r->page[1]);

	POKE(outer);
	POKE(inner);
	oops_check(sane);
	kunmap_local(inner);
	kunmap_local(outer);
	return 0;
}

static int oops_in_windows(struct run *r)
{
	return oops_between(r, false);
}

static int oops_in_windows_ok(struct run *r)
{
	return oops_between(r, true);
}

/* clang-format off */
static int past_window(struct run *r) { return beside(r, 0, 1, false); }
static int past_window_ok(struct run *r) { return beside(r, 0, 1, true); }
static int before_window(struct run *r) { return beside(r, 3, 2, false); }
static int before_window_ok(struct run *r) { return beside(r, 3, 2, true); }
static int closed_in_release(struct run *r) { return closed_later(r, later_unmap, false); }
static int closed_in_release_ok(struct run *r) { return closed_later(r, later_unmap, true); }
static int closed_by_work(struct run *r) { return closed_later(r, release_by_work, false); }
static int closed_by_work_ok(struct run *r) { return closed_later(r, release_by_work, true); }
#define PAST { "wrong-page", "past_map", "past_unmap", NULL }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("inner-leak", inner_leak, SEEN_COUNT,
	     "an inner function leaks, and the outer one's unmap is then out of order",
	     LEAK("syscall-exit", "story_map")),
	PAIR("past-window", past_window, SEEN_PAGE,
	     "unmaps one page past its window, where the caller has one", PAST),
	PAIR("before-window", before_window, SEEN_PAGE,
	     "unmaps one page before its window, where the caller has one", PAST),
	PAIR("closed-in-release", closed_in_release, SEEN_COUNT,
	     "maps in a system call, unmaps in the release of a file",
	     LEAK("syscall-exit", "later_map")),
	PAIR("closed-by-work", closed_by_work, SEEN_COUNT,
	     "maps in a system call, and a work item unmaps later",
	     LEAK("syscall-exit", "later_map")),
	PAIR("kthread-grows", kthread_grows, SEEN_COUNT,
	     "a kernel thread leaks a window at each of its turns", LEAK("growing", "grow_map")),
	PAIR("oops-in-windows", oops_in_windows, SEEN_COUNT,
	     "an oops kills the thread in two windows, which nobody has forgotten",
	     { .class = "leak/thread-exit", .accessed = "oops_check" }),
	CORRECT("kthread-nests-slowly", kthread_nests_slowly,
		"opens as many windows as may nest, over seconds, and closes them"),
	PAIR("two-bugs-one-page", two_bugs_one_page, SEEN_COUNT,
	     "leaks a window; the page is used, and then unmapped once too often",
	     LEAK("syscall-exit", "later_map"), UNDERFLOW("unrelated_unmap")),
};

BUG_FAMILY(story_cases, cases);
