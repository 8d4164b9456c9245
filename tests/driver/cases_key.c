// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that are mapped with a protection key which is not the pgmaps': who owns that key
 * decides about a fault, and it says nothing about protected memory.
 */
#include <linux/pgtable.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "bugs.h"

#define ANOTHER_KEY 14 /* the series gives keys out from 1 on: nobody's */
#define KEY_SHIFT   59 /* of a key in a page table entry */

/* The ordinary page, mapped once more with this key. */
static u8 *map_with_key(struct run *r, u64 key)
{
	pgprot_t prot = __pgprot(pgprot_val(PAGE_KERNEL) | key << KEY_SHIFT);

	return vmap(&r->ordinary, 1, VM_MAP, prot);
}

/* As a self-test does: the read faults, but does not kill. */
SITE static int read_with_key(struct run *r, u64 key)
{
	u8 *addr = map_with_key(r, key), byte;
	bool faulted;

	if (!addr)
		return -ENOMEM;
	faulted = copy_from_kernel_nofault(&byte, addr, 1);
	vunmap(addr);
	return faulted == !!key ? 0 : -EAGAIN;
}

static int other_key(struct run *r)
{
	/* Without protection no key denies anything. */
	return read_with_key(r, r->pgmap ? ANOTHER_KEY : 0);
}

static int no_key(struct run *r)
{
	return read_with_key(r, 0);
}

static const struct bug_case cases[] = {
	CORRECT("other-key", other_key, "reads a page that another protection key guards"),
	CORRECT("no-key", no_key, "reads the same page mapped without a key"),
};

BUG_FAMILY(key_cases, cases);
