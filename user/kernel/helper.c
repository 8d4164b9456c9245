// SPDX-License-Identifier: GPL-2.0-only
#include <fnmatch.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "kernel/helper.h"

#define NR(table) (sizeof(table) / sizeof((table)[0]))

static const char *const patterns[] = {
	/* lib/scatterlist.c, crypto/scatterwalk.c, crypto/skcipher.c, crypto/ahash.c */
	"sg_miter_*",
	"scatterwalk_*",
	"*_walk_first",
	"*_walk_next",
	"*_walk_done",
	"*_walk_virt",
	"skcipher_walk_*",
	"crypto_hash_walk_*",
	/* mm/pgtable-generic.c: page tables in high memory */
	"pte_offset_map*",
	"__pte_offset_map*",
	"pte_unmap*",
	/* Directories in the page cache: fs/ext2, fs/ufs, fs/minix, fs/sysv, fs/nilfs2, ... */
	"*_get_page",
	"*_put_page",
	"*_get_folio",
	"*_put_folio",
};

/* --helper */
static const char *added[32];
static unsigned int nr_added;

bool helper__add(const char *pattern)
{
	if (nr_added == NR(added))
		return false;
	added[nr_added++] = pattern;
	return true;
}

bool helper__is(const char *function)
{
	char name[256];

	if (!function)
		return false;
	/* The compiler's copies and parts of a function: "sg_miter_next.part.0". */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(function, "."), function);
	for (size_t i = 0; i < NR(patterns); i++)
		if (!fnmatch(patterns[i], name, 0))
			return true;
	for (unsigned int i = 0; i < nr_added; i++)
		if (!fnmatch(added[i], name, 0))
			return true;
	return false;
}
