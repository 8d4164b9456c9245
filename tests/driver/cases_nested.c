// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two windows on one page, one inside the other, of which one is not closed: a revoke names
 * the page, so who forgot his own, only where the calls came from can tell.
 */
#include "bugs.h"

SITE static void inner_uses(struct run *r, bool closes)
{
	void *addr = kmap_local_page(r->page[0]);

	POKE(addr);
	if (closes)
		kunmap_local(addr);
}

SITE static void outer_uses(struct run *r, bool inner_closes, bool closes)
{
	void *addr = kmap_local_page(r->page[0]);

	POKE(addr);
	inner_uses(r, inner_closes);
	if (closes)
		kunmap_local(addr);
}

/* The same through helpers of each: the calls are no function's own. */
SITE static void *get_inner(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void *get_outer(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void put_outer(void *addr)
{
	kunmap_local(addr);
}

SITE static void put_inner(void *addr)
{
	kunmap_local(addr);
}

SITE static void inner_helped(struct run *r, bool closes)
{
	void *addr = get_inner(r);

	POKE(addr);
	if (closes)
		put_inner(addr);
}

SITE static void outer_helped(struct run *r, bool inner_closes)
{
	void *addr = get_outer(r);

	POKE(addr);
	inner_helped(r, inner_closes);
	put_outer(addr);
}

static int inner_forgets(struct run *r)
{
	outer_uses(r, false, true);
	return 0;
}

static int outer_forgets(struct run *r)
{
	outer_uses(r, true, false);
	return 0;
}

static int inner_forgets_ok(struct run *r)
{
	outer_uses(r, true, true);
	return 0;
}

static int helped_forgets(struct run *r)
{
	outer_helped(r, false);
	return 0;
}

static int helped_forgets_ok(struct run *r)
{
	outer_helped(r, true);
	return 0;
}

#define outer_forgets_ok inner_forgets_ok

static const struct bug_case cases[] = {
	PAIR("nested-inner-forgets", inner_forgets, SEEN_COUNT,
	     "of two windows on a page the inner one is left open",
	     LEAK("syscall-exit", "inner_uses")),
	PAIR("nested-outer-forgets", outer_forgets, SEEN_COUNT,
	     "of two windows on a page the outer one is left open",
	     LEAK("syscall-exit", "outer_uses")),
	PAIR("nested-helper-forgets", helped_forgets, SEEN_COUNT,
	     "the same of the inner one, each through helpers of its own",
	     LEAK("syscall-exit", "get_inner")),
};

BUG_FAMILY(nested_cases, cases);
