// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one file compiled with tail calls: a revoke that is a function's last
 * call is a jump, and the function is missing from the stack. Its caller is
 * then on top.
 */
#include "bugs.h"

/* The call in it is a jump: its name is in no stack. */
SITE static void tail_unmap(const void *addr)
{
	kunmap_local(addr);
}

/* The barrier keeps the call in it a call. */
SITE static void tail_caller(const void *addr)
{
	tail_unmap(addr);
	barrier();
}

SITE static void *tail_map(struct run *r)
{
	void *addr = kmap_local_page(r->page[0]);

	barrier();
	return addr;
}

static int tail_call(struct run *r, bool fixed)
{
	void *addr = tail_map(r);

	POKE(addr);
	tail_caller(addr);
	if (!fixed)
		tail_caller(addr);
	return 0;
}

/* clang-format off */
static int tail_underflow(struct run *r) { return tail_call(r, false); }
static int tail_underflow_ok(struct run *r) { return tail_call(r, true); }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("tail-underflow", tail_underflow, SEEN_COUNT,
	     "unmaps twice, in a function that its tail call hides", UNDERFLOW("tail_caller")),
};

BUG_FAMILY(tail_cases, cases);
