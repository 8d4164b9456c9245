// SPDX-License-Identifier: GPL-2.0-only
/*
 * Balanced windows whose revoke names the wrong page, or the right pages in
 * the wrong order: only a tracer that sees the page can tell.
 */
#include "bugs.h"

/* clang-format off */
#define WRONG_PAGE(GRANT, REVOKE) \
	{ .class = "wrong-page", .granted = GRANT, .revoked = REVOKE }
#define OUT_OF_ORDER(REVOKE) \
	{ .class = "out-of-order", .revoked = REVOKE }
/* clang-format on */

SITE static void *order_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void order_unmap(const void *addr)
{
	kunmap_local(addr);
}

/* --- wrong page -------------------------------------------------------- */

/* libata: the transfer maps one page of the list and unmaps another. */
SITE static void transfer_unmap(struct page *page)
{
	kunmap_local(page_address(page));
}

static int transfer(struct run *r, int unmapped)
{
	POKE(order_map(r->page[0]));
	transfer_unmap(r->page[unmapped]);
	return 0;
}

/* erofs: each round unmaps the first input page instead of its own. */
SITE static void unmap_input(struct run *r, int i)
{
	kunmap_local(page_address(r->page[i]));
}

static int inputs(struct run *r, bool fixed)
{
	int i;

	for (i = 0; i < 2; i++) {
		POKE(order_map(r->page[i]));
		unmap_input(r, fixed ? i : 0);
	}
	return 0;
}

/* ntfs check_mft_mirror(): the address has advanced to the next page. */
SITE static void unmap_advanced(u8 *addr)
{
	kunmap_local(addr);
}

static int mirror(struct run *r, bool fixed)
{
	u8 *start = order_map(r->page[0]);
	u8 *addr;

	for (addr = start; addr < start + PAGE_SIZE; addr += 1024)
		POKE(addr);
	unmap_advanced(fixed ? start : addr);
	return 0;
}

/* nfs: kunmap_atomic() of the address after the copy moved it on. */
SITE static void unmap_atomic_at(u8 *addr)
{
	kunmap_atomic(addr);
}

SITE static u8 *order_map_atomic(struct page *page)
{
	return kmap_atomic(page);
}

static int copy_atomic(struct run *r, bool fixed)
{
	u8 *start = order_map_atomic(r->page[0]);

	POKE(start);
	unmap_atomic_at(fixed ? start : start + PAGE_SIZE);
	return 0;
}

/* fuse: the other buffer is given to the unmap. */
SITE static void unmap_buffer(void *addr)
{
	kunmap_local(addr);
}

static int two_buffers(struct run *r, bool fixed)
{
	void *in = order_map(r->page[0]);
	void *out = page_address(r->page[3]);

	POKE(in);
	unmap_buffer(fixed ? in : out);
	return 0;
}

/* The error path unmaps vec[i], which was not mapped yet, not vec[i - 1]. */
SITE static void unmap_failed(struct run *r, int i)
{
	kunmap_local(page_address(r->page[i]));
}

static int vector_error(struct run *r, bool fixed)
{
	int i = 0;

	POKE(order_map(r->page[i++]));
	unmap_failed(r, fixed ? i - 1 : i);
	return 0;
}

/* An object's page was exchanged inside the window. */
SITE static void unmap_object(struct run *r)
{
	kunmap_local(page_address(r->page[0]));
}

static int exchanged(struct run *r, bool fixed)
{
	void *addr = order_map(r->page[0]);

	POKE(addr);
	if (!fixed)
		swap(r->page[0], r->page[1]);
	unmap_object(r);
	return 0;
}

/* --- order ------------------------------------------------------------- */

/* mm/userfaultfd: source and destination unmapped in the order of mapping. */
SITE static void unmap_pair(void *first, void *second)
{
	kunmap_local(first);
	kunmap_local(second);
}

static int pair_of_ptes(struct run *r, bool fixed)
{
	void *dst = order_map(r->page[0]);
	void *src = order_map(r->page[1]);

	POKE(dst);
	unmap_pair(fixed ? src : dst, fixed ? dst : src);
	return 0;
}

/* skcipher: the walk unmaps source first, which it had mapped first. */
SITE static void walk_done(struct run *r, bool fixed)
{
	if (fixed) {
		order_unmap(r->addr2);
		order_unmap(r->addr);
		return;
	}
	kunmap_local(r->addr);
	kunmap_local(r->addr2);
}

static int walk(struct run *r, bool fixed)
{
	r->addr = order_map(r->page[0]);
	r->addr2 = order_map(r->page[1]);
	POKE(r->addr2);
	walk_done(r, fixed);
	return 0;
}

/* nilfs_rename(): old directory and new directory, staggered. */
SITE static void staggered_unmap(void *addr)
{
	kunmap_local(addr);
}

static int rename_dirs(struct run *r, bool fixed)
{
	void *old_dir = order_map(r->page[0]);
	void *new_dir;

	POKE(old_dir);
	if (fixed)
		order_unmap(old_dir);
	new_dir = order_map(r->page[1]);
	POKE(new_dir);
	if (!fixed)
		staggered_unmap(old_dir);
	order_unmap(new_dir);
	return 0;
}

/* KVM SNP: the inner of three is closed rightly, then the two are crossed. */
SITE static void crossed_unmap(void *addr)
{
	kunmap_local(addr);
}

static int three(struct run *r, bool fixed)
{
	void *a = order_map(r->page[0]);
	void *b = order_map(r->page[1]);
	void *c = order_map(r->page[2]);

	POKE(c);
	order_unmap(c);
	if (fixed) {
		order_unmap(b);
		order_unmap(a);
		return 0;
	}
	crossed_unmap(a);
	order_unmap(b);
	return 0;
}

/* The error path releases in the order of the declarations. */
SITE static void release_first(void *addr)
{
	kunmap_local(addr);
}

static int error_release(struct run *r, bool fixed)
{
	void *header = order_map(r->page[0]);
	void *body = order_map(r->page[1]);
	int err = -EIO;

	POKE(body);
	if (err && !fixed) {
		release_first(header);
		order_unmap(body);
		return 0;
	}
	order_unmap(body);
	order_unmap(header);
	return 0;
}

/* A kmap_atomic() window that outlives the local one opened inside it. */
SITE static void unmap_atomic_first(void *addr)
{
	kunmap_atomic(addr);
}

static int atomic_order(struct run *r, bool fixed)
{
	void *outer = order_map_atomic(r->page[0]);
	void *inner = order_map(r->page[1]);

	POKE(inner);
	if (fixed) {
		order_unmap(inner);
		unmap_atomic_first(outer);
		return 0;
	}
	unmap_atomic_first(outer);
	order_unmap(inner);
	return 0;
}

/* --- what the page cannot show ----------------------------------------- */

/* zsmalloc: a moved address, still in the same page. */
static int same_page(struct run *r)
{
	u8 *addr = order_map(r->page[0]);

	for (; offset_in_page(addr) < 1024; addr += 256)
		POKE(addr);
	order_unmap(addr);
	return 0;
}

static int same_page_ok(struct run *r)
{
	u8 *addr = order_map(r->page[0]);

	POKE(addr);
	order_unmap(addr);
	return 0;
}

/* clang-format off */
static int wrong_page(struct run *r) { return transfer(r, 4); }
static int wrong_page_ok(struct run *r) { return transfer(r, 0); }
static int wrong_page_loop(struct run *r) { return inputs(r, false); }
static int wrong_page_loop_ok(struct run *r) { return inputs(r, true); }
static int wrong_page_advanced(struct run *r) { return mirror(r, false); }
static int wrong_page_advanced_ok(struct run *r) { return mirror(r, true); }
static int wrong_page_atomic(struct run *r) { return copy_atomic(r, false); }
static int wrong_page_atomic_ok(struct run *r) { return copy_atomic(r, true); }
static int wrong_page_argument(struct run *r) { return two_buffers(r, false); }
static int wrong_page_argument_ok(struct run *r) { return two_buffers(r, true); }
static int wrong_page_index(struct run *r) { return vector_error(r, false); }
static int wrong_page_index_ok(struct run *r) { return vector_error(r, true); }
static int wrong_page_exchanged(struct run *r) { return exchanged(r, false); }
static int wrong_page_exchanged_ok(struct run *r) { return exchanged(r, true); }
static int order_ptes(struct run *r) { return pair_of_ptes(r, false); }
static int order_ptes_ok(struct run *r) { return pair_of_ptes(r, true); }
static int order_walk(struct run *r) { return walk(r, false); }
static int order_walk_ok(struct run *r) { return walk(r, true); }
static int order_staggered(struct run *r) { return rename_dirs(r, false); }
static int order_staggered_ok(struct run *r) { return rename_dirs(r, true); }
static int order_three(struct run *r) { return three(r, false); }
static int order_three_ok(struct run *r) { return three(r, true); }
static int order_error_path(struct run *r) { return error_release(r, false); }
static int order_error_path_ok(struct run *r) { return error_release(r, true); }
static int order_atomic(struct run *r) { return atomic_order(r, false); }
static int order_atomic_ok(struct run *r) { return atomic_order(r, true); }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("wrong-page", wrong_page, SEEN_PAGE, "unmaps another page of the list",
	     WRONG_PAGE("order_map", "transfer_unmap")),
	PAIR("wrong-page-loop", wrong_page_loop, SEEN_PAGE, "each round unmaps the first page",
	     WRONG_PAGE("order_map", "unmap_input")),
	PAIR("wrong-page-advanced", wrong_page_advanced, SEEN_PAGE,
	     "unmaps an address that has advanced to the next page",
	     WRONG_PAGE("order_map", "unmap_advanced")),
	PAIR("wrong-page-atomic", wrong_page_atomic, SEEN_PAGE,
	     "kunmap_atomic() of an advanced address",
	     WRONG_PAGE("order_map_atomic", "unmap_atomic_at")),
	PAIR("wrong-page-argument", wrong_page_argument, SEEN_PAGE, "unmaps the other buffer",
	     WRONG_PAGE("order_map", "unmap_buffer")),
	PAIR("wrong-page-index", wrong_page_index, SEEN_PAGE,
	     "unwinds from the entry that is not mapped", WRONG_PAGE("order_map", "unmap_failed")),
	PAIR("wrong-page-exchanged", wrong_page_exchanged, SEEN_PAGE,
	     "the object's page is exchanged inside the window",
	     WRONG_PAGE("order_map", "unmap_object")),
	PAIR("order-ptes", order_ptes, SEEN_PAGE, "unmaps two pages in the order of mapping",
	     OUT_OF_ORDER("unmap_pair")),
	PAIR("order-walk", order_walk, SEEN_PAGE, "a walk unmaps its source before its destination",
	     OUT_OF_ORDER("walk_done")),
	PAIR("order-staggered", order_staggered, SEEN_PAGE,
	     "maps the second page before it unmaps the first", OUT_OF_ORDER("staggered_unmap")),
	PAIR("order-three", order_three, SEEN_PAGE, "three windows, the outer two crossed",
	     OUT_OF_ORDER("crossed_unmap")),
	PAIR("order-error-path", order_error_path, SEEN_PAGE,
	     "the error path releases in the order of the declarations",
	     OUT_OF_ORDER("release_first")),
	PAIR("order-atomic", order_atomic, SEEN_PAGE,
	     "kunmap_atomic() with a local window open inside", OUT_OF_ORDER("unmap_atomic_first")),
	INVISIBLE("same-page-moved", same_page, "unmaps a moved address in the same page"),
};

BUG_FAMILY(order_cases, cases);
