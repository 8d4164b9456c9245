// SPDX-License-Identifier: GPL-2.0-only
/* Revokes without a window, and what one does to the next user. */
#include "bugs.h"

SITE static void *underflow_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void underflow_unmap(void *addr)
{
	kunmap_local(addr);
}

/* tmpfs: the error path unmaps, then falls through to the common end. */
SITE static void common_end(void *addr)
{
	kunmap_local(addr);
}

static int end_twice(struct run *r, bool fixed)
{
	void *addr = underflow_map(r);
	int err = -EIO;

	POKE(addr);
	if (err && !fixed)
		underflow_unmap(addr);
	common_end(addr);
	return 0;
}

/* afs: the helper unmaps the directory block and so does its caller. */
SITE static bool helper_scans(void *addr)
{
	PEEK(addr);
	kunmap_local(addr);
	return true;
}

SITE static void caller_unmaps(void *addr)
{
	kunmap_local(addr);
}

static int helper_and_caller(struct run *r, bool fixed)
{
	void *addr = underflow_map(r);

	if (!helper_scans(addr) || !fixed)
		caller_unmaps(addr);
	return 0;
}

/* An address from page_address() was never a window. */
static int revoke_ungranted(struct run *r)
{
	underflow_unmap(page_address(r->page[0]));
	return 0;
}

/* kmap() grants nothing, so kunmap_local() is not its end. */
SITE static void unmap_of_kmap(void *addr)
{
	kunmap_local(addr);
}

static int revoke_kmap(struct run *r)
{
	unmap_of_kmap(kmap(r->page[0]));
	return 0;
}

static int revoke_kmap_ok(struct run *r)
{
	kmap(r->page[0]);
	kunmap(r->page[0]);
	return 0;
}

/* The last page of the loop is unmapped again after it. */
SITE static void after_loop(void *addr)
{
	kunmap_local(addr);
}

static int loop_and_after(struct run *r, bool fixed)
{
	void *addr = NULL;
	int i;

	for (i = 0; i < 3; i++) {
		addr = kmap_local_page(r->page[i]);
		POKE(addr);
		kunmap_local(addr);
	}
	if (!fixed)
		after_loop(addr);
	return 0;
}

/* nested: one revoke too many while another window is open closes that one. */
SITE static void outer_unmap(void *addr)
{
	kunmap_local(addr);
}

static int inner_twice(struct run *r, bool fixed)
{
	void *outer = underflow_map(r);
	void *inner = kmap_local_page(r->page[0]);

	POKE(inner);
	underflow_unmap(inner);
	if (!fixed)
		underflow_unmap(inner);
	outer_unmap(outer);
	return 0;
}

/* kunmap_atomic() twice; preemption and page faults are put right here. */
SITE static void atomic_unmap(void *addr)
{
	kunmap_atomic(addr);
}

static int atomic_twice(struct run *r, bool fixed)
{
	void *addr = kmap_atomic(r->page[0]);

	POKE(addr);
	atomic_unmap(addr);
	if (!fixed) {
		preempt_disable();
		pagefault_disable();
		atomic_unmap(addr);
	}
	return 0;
}

/* --- the next user ----------------------------------------------------- */

SITE static void *innocent_map(struct run *r)
{
	return kmap_local_page(r->page[1]);
}

SITE static void innocent_write(void *addr)
{
	POKE(addr);
}

SITE static void culprit_unmap(void *addr)
{
	kunmap_local(addr);
}

/*
 * The culprit's count is -1, the innocent's grant brings it to 0 and opens
 * nothing. Its own revoke is not made, for that would be a second one without
 * a window; the thread is healed instead.
 */
static int poison(struct run *r, bool fixed)
{
	void *addr = underflow_map(r);

	POKE(addr);
	culprit_unmap(addr);
	if (!fixed)
		culprit_unmap(addr);
	addr = innocent_map(r);
	innocent_write(addr);
	if (fixed)
		kunmap_local(addr);
	else
		heal(r);
	return 0;
}

/* kmap_local_folio() of the series grants nothing, its unmap revokes. */
SITE static void *folio_map(struct run *r)
{
	return kmap_local_folio(page_folio(r->page[0]), 0);
}

SITE static void folio_write(void *addr)
{
	POKE(addr);
}

SITE static void folio_unmap(void *addr)
{
	kunmap_local(addr);
}

static int folio_window(struct run *r)
{
	void *addr = folio_map(r);

	folio_write(addr);
	folio_unmap(addr);
	return 0;
}

static int folio_window_ok(struct run *r)
{
	void *addr = underflow_map(r);

	folio_write(addr);
	folio_unmap(addr);
	return 0;
}

static int revoke_ungranted_ok(struct run *r)
{
	underflow_unmap(underflow_map(r));
	return 0;
}

/* clang-format off */
static int double_end(struct run *r) { return end_twice(r, false); }
static int double_end_ok(struct run *r) { return end_twice(r, true); }
static int double_helper(struct run *r) { return helper_and_caller(r, false); }
static int double_helper_ok(struct run *r) { return helper_and_caller(r, true); }
static int double_loop(struct run *r) { return loop_and_after(r, false); }
static int double_loop_ok(struct run *r) { return loop_and_after(r, true); }
static int double_inner(struct run *r) { return inner_twice(r, false); }
static int double_inner_ok(struct run *r) { return inner_twice(r, true); }
static int double_atomic(struct run *r) { return atomic_twice(r, false); }
static int double_atomic_ok(struct run *r) { return atomic_twice(r, true); }
static int underflow_poison(struct run *r) { return poison(r, false); }
static int underflow_poison_ok(struct run *r) { return poison(r, true); }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("double-end", double_end, SEEN_COUNT,
	     "the error path unmaps, and the common end does again", UNDERFLOW("common_end")),
	PAIR("double-helper", double_helper, SEEN_COUNT,
	     "a helper unmaps, and its caller does again", UNDERFLOW("caller_unmaps")),
	PAIR("double-loop", double_loop, SEEN_COUNT,
	     "unmaps the last page of a loop again after it", UNDERFLOW("after_loop")),
	PAIR("double-inner", double_inner, SEEN_COUNT,
	     "unmaps the inner of two windows on a page twice, then the outer",
	     UNDERFLOW("outer_unmap")),
	PAIR("double-atomic", double_atomic, SEEN_COUNT, "kunmap_atomic() twice",
	     UNDERFLOW("atomic_unmap")),
	PAIR("revoke-ungranted", revoke_ungranted, SEEN_COUNT, "kunmap_local() of a page_address()",
	     UNDERFLOW("underflow_unmap")),
	PAIR("revoke-kmap", revoke_kmap, SEEN_COUNT, "kunmap_local() of a kmap()",
	     UNDERFLOW("unmap_of_kmap")),
	PAIR("underflow-poison", underflow_poison, SEEN_COUNT,
	     "a double unmap, then a correct user that faults", UNDERFLOW("culprit_unmap"),
	     { "stray-access/poisoned-grant", "innocent_map", NULL, "innocent_write" }),
	PAIR("folio-window", folio_window, SEEN_FAULT, "kmap_local_folio(), which does not grant",
	     STRAY("never-granted", "folio_write"), UNDERFLOW("folio_unmap")),
};

BUG_FAMILY(underflow_cases, cases);
