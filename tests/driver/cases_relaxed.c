// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the relaxed mode leaves: after its first stray access a thread stays
 * open until its next balanced window.
 */
#include "bugs.h"

SITE static void first_stray(void *addr)
{
	POKE(addr);
}

SITE static void second_stray(void *addr)
{
	POKE(addr);
}

#define RESIDUE                                                                                    \
	{                                                                                          \
		.class = "residue"                                                                 \
	}

/* Correct: the same accesses, each in its window. */
static int both_granted(struct run *r)
{
	void *addr = kmap_local_page(r->page[0]);

	first_stray(addr);
	second_stray(addr);
	kunmap_local(addr);
	return 0;
}

/* Returns to user space with the page open and no window. */
static int residue(struct run *r)
{
	first_stray(page_address(r->page[0]));
	return 0;
}

/* The second stray access does not fault: nothing can show it. */
static int residue_hides(struct run *r)
{
	first_stray(page_address(r->page[0]));
	second_stray(page_address(r->page[1]));
	return 0;
}

/* A window in between closes the page again: both are seen. */
static int residue_healed(struct run *r)
{
	first_stray(page_address(r->page[0]));
	heal(r);
	second_stray(page_address(r->page[1]));
	heal(r);
	return 0;
}

#define residue_ok	  both_granted
#define residue_hides_ok  both_granted
#define residue_healed_ok both_granted

static const struct bug_case cases[] = {
	PAIR("residue", residue, SEEN_FAULT,
	     "a stray write, and back to user space with the page open",
	     STRAY("never-granted", "first_stray"), RESIDUE),
	PAIR("residue-hides", residue_hides, SEEN_FAULT,
	     "a second stray write, which the first one hides",
	     STRAY("never-granted", "first_stray"), RESIDUE),
	PAIR("residue-healed", residue_healed, SEEN_FAULT,
	     "two stray writes with a window between them", STRAY("never-granted", "first_stray"),
	     STRAY("never-granted", "second_stray")),
};

BUG_FAMILY(relaxed_cases, cases);
