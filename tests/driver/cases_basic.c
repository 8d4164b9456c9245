// SPDX-License-Identifier: GPL-2.0-only
/* Windows as they should be, and the first bugs to know: leak, double revoke, stray access. */
#include "bugs.h"

SITE static void *basic_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void basic_unmap(void *addr)
{
	kunmap_local(addr);
}

SITE static void basic_write(void *addr)
{
	POKE(addr);
}

SITE static void basic_read(void *addr)
{
	PEEK(addr);
}

static int correct(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_write(addr);
	basic_read(addr);
	basic_unmap(addr);
	return 0;
}

static int nested(struct run *r)
{
	void *outer = basic_map(r->page[0]);
	void *inner = basic_map(r->page[1]);

	basic_write(inner);
	basic_unmap(inner);
	basic_write(outer);
	basic_unmap(outer);
	return 0;
}

static int nested_same_page(struct run *r)
{
	void *outer = basic_map(r->page[0]);
	void *inner = basic_map(r->page[0]);

	basic_unmap(inner);
	basic_write(outer);
	basic_unmap(outer);
	return 0;
}

/* An address with an offset closes the page that it points into. */
static int offset_address(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_write(addr);
	basic_unmap(addr + PAGE_SIZE - 1);
	return 0;
}

SITE static void basic_atomic(struct page *page)
{
	void *addr = kmap_atomic(page);

	POKE(addr);
	kunmap_atomic(addr);
}

static int atomic_use(struct run *r)
{
	basic_atomic(r->page[0]);
	return 0;
}

static int atomic_in_local(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_atomic(r->page[1]);
	basic_write(addr);
	basic_unmap(addr);
	return 0;
}

static int ordinary_between(struct run *r)
{
	void *addr = basic_map(r->page[0]);
	void *plain = basic_map(r->ordinary);

	basic_write(plain);
	basic_unmap(plain);
	basic_write(addr);
	basic_unmap(addr);
	return 0;
}

/* --- the first bugs ---------------------------------------------------- */

static int leak(struct run *r)
{
	basic_write(basic_map(r->page[0]));
	return 0;
}

static int double_revoke(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_write(addr);
	basic_unmap(addr);
	basic_unmap(addr);
	return 0;
}

SITE static void closed_write(void *addr)
{
	POKE(addr);
}

static int use_after_revoke(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_write(addr);
	basic_unmap(addr);
	closed_write(addr);
	heal(r);
	return 0;
}

static int use_before_revoke(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	basic_write(addr);
	closed_write(addr);
	basic_unmap(addr);
	return 0;
}

SITE static void stray_write_to(void *addr)
{
	POKE(addr);
}

static int stray_write(struct run *r)
{
	stray_write_to(page_address(r->page[0]));
	heal(r);
	return 0;
}

static int stray_write_ok(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	stray_write_to(addr);
	basic_unmap(addr);
	return 0;
}

SITE static void stray_read_from(void *addr)
{
	PEEK(addr);
}

static int stray_read(struct run *r)
{
	stray_read_from(page_address(r->page[0]));
	heal(r);
	return 0;
}

static int stray_read_ok(struct run *r)
{
	void *addr = basic_map(r->page[0]);

	stray_read_from(addr);
	basic_unmap(addr);
	return 0;
}

/* The twins of the first bugs are the correct use. */
#define leak_ok		    correct
#define double_revoke_ok    correct
#define use_after_revoke_ok use_before_revoke

static const struct bug_case cases[] = {
	CORRECT("correct", correct, "maps a page, writes and reads it, unmaps it"),
	CORRECT("nested", nested, "two windows on two pages, one inside the other"),
	CORRECT("nested-same-page", nested_same_page, "two windows on one page"),
	CORRECT("offset-address", offset_address, "unmaps with an address at the end of the page"),
	CORRECT("atomic", atomic_use, "kmap_atomic() and kunmap_atomic()"),
	CORRECT("atomic-in-local", atomic_in_local,
		"kmap_atomic() inside a kmap_local_page() window"),
	CORRECT("ordinary-between", ordinary_between,
		"maps and unmaps an ordinary page inside a window"),
	PAIR("leak", leak, SEEN_COUNT, "maps a page and never unmaps it",
	     LEAK("syscall-exit", "basic_map")),
	PAIR("double-revoke", double_revoke, SEEN_COUNT, "unmaps a page twice",
	     UNDERFLOW("basic_unmap")),
	PAIR("use-after-revoke", use_after_revoke, SEEN_FAULT,
	     "writes through the pointer after its unmap",
	     { "stray-access/use-after-revoke", "basic_map", "basic_unmap", "closed_write" }),
	PAIR("stray-write", stray_write, SEEN_FAULT, "writes to page_address() without a window",
	     STRAY("never-granted", "stray_write_to")),
	PAIR("stray-read", stray_read, SEEN_FAULT, "reads from page_address() without a window",
	     STRAY("never-granted", "stray_read_from")),
};

BUG_FAMILY(basic_cases, cases);
