// SPDX-License-Identifier: GPL-2.0-only
/* Windows that a library opens for the driver, which has to end what it has begun. */
#include <linux/preempt.h>
#include <linux/scatterlist.h>
#include <linux/uaccess.h>
#include "bugs.h"

/* ux500: the walk over the scatterlist is left without its end. */
SITE static int walk_update(struct run *r, bool ends)
{
	struct sg_mapping_iter walk;
	struct scatterlist sg;

	sg_init_table(&sg, 1);
	sg_set_page(&sg, r->page[0], PAGE_SIZE, 0);
	sg_miter_start(&walk, &sg, 1, SG_MITER_ATOMIC | SG_MITER_TO_SG);
	if (!sg_miter_next(&walk))
		return -EIO;
	POKE(walk.addr);
	if (ends) {
		sg_miter_stop(&walk);
		return 0;
	}
	/* What kmap_atomic() has done besides is put right here. */
	pagefault_enable();
	preempt_enable();
	return 0;
}

static int walk_leaks(struct run *r)
{
	return walk_update(r, false);
}

static int walk_leaks_ok(struct run *r)
{
	return walk_update(r, true);
}

/* sun4i-ss: two walks at once, each of which ends its own window when it goes on. */
#define WALK_PAGES 3

SITE static int walk_two(struct run *r, bool in_order)
{
	struct scatterlist from[WALK_PAGES], to[WALK_PAGES];
	struct sg_mapping_iter in, out;
	int i;

	sg_init_table(from, WALK_PAGES);
	sg_init_table(to, WALK_PAGES);
	for (i = 0; i < WALK_PAGES; i++) {
		sg_set_page(&from[i], r->page[i], PAGE_SIZE, 0);
		sg_set_page(&to[i], r->page[WALK_PAGES + i], PAGE_SIZE, 0);
	}
	sg_miter_start(&in, from, WALK_PAGES, SG_MITER_ATOMIC | SG_MITER_FROM_SG);
	sg_miter_start(&out, to, WALK_PAGES, SG_MITER_ATOMIC | SG_MITER_TO_SG);
	for (i = 0; i < WALK_PAGES && sg_miter_next(&in) && sg_miter_next(&out); i++) {
		PEEK(in.addr);
		POKE(out.addr);
		if (in_order) {
			sg_miter_stop(&out);
			sg_miter_stop(&in);
		}
	}
	sg_miter_stop(&in);
	sg_miter_stop(&out);
	return i == WALK_PAGES ? 0 : -EIO;
}

static int two_walks(struct run *r)
{
	return walk_two(r, false);
}

static int two_walks_ok(struct run *r)
{
	return walk_two(r, true);
}

/* A tree, down to its leaves. */
#define TREE_DEPTH 4

SITE static void visit_node(struct run *r, int depth, bool fixed)
{
	void *addr = kmap_local_page(r->page[depth]);

	POKE(addr);
	if (depth)
		visit_node(r, depth - 1, fixed);
	if (fixed)
		kunmap_local(addr);
	else
		PEEK(addr);
}

static int recursion_leaks(struct run *r)
{
	visit_node(r, TREE_DEPTH - 1, false);
	return 0;
}

static int recursion_leaks_ok(struct run *r)
{
	visit_node(r, TREE_DEPTH - 1, true);
	return 0;
}

static const struct bug_case cases[] = {
	PAIR("walk-leaks", walk_leaks, SEEN_COUNT,
	     "leaves a walk over a scatterlist without ending it",
	     LEAK("syscall-exit", "walk_update")),
	OFTEN(2 * WALK_PAGES - 1, "two-walks", two_walks, SEEN_PAGE,
	      "goes on with two walks in turn, in a loop",
	      { .class = "out-of-order", .revoked = "walk_two" }),
	OFTEN(TREE_DEPTH, "recursion-leaks", recursion_leaks, SEEN_COUNT,
	      "leaks a window at each depth of a recursion", LEAK("syscall-exit", "visit_node")),
};

BUG_FAMILY(walk_cases, cases);
