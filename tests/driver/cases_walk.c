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

static const struct bug_case cases[] = {
	PAIR("walk-leaks", walk_leaks, SEEN_COUNT,
	     "leaves a walk over a scatterlist without ending it",
	     LEAK("syscall-exit", "walk_update")),
};

BUG_FAMILY(walk_cases, cases);
