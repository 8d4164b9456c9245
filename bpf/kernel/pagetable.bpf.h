/* SPDX-License-Identifier: GPL-2.0-only */
/* How the kernel maps an address: which page is there, with which protection key. */
#ifndef PKSTRACE_PAGETABLE_BPF_H
#define PKSTRACE_PAGETABLE_BPF_H

#include "abi/record.h"
#include "kernel/kernel.bpf.h"

/* Of an entry: arch/x86/include/asm/pgtable_types.h, fixed by the architecture. */
#define ENTRY_PRESENT	(1ULL << 0)
#define ENTRY_LARGE	(1ULL << 7) /* maps memory above the lowest level */
#define ENTRY_ADDRESS	0x000ffffffffff000ULL
#define ENTRY_KEY_SHIFT 59

#define TABLE_BITS   9
#define TABLE_LEVELS 5
#define LARGE_SHIFT  30 /* no larger page than that of one entry of this level */

struct mapped {
	__u64 physical; /* address; 0: nothing is mapped there, or it can't be told */
	__u8 pkey;	/* PKS_NO_PKEY as above */
};

/*
 * Page tables are ordinary memory: to read them is no access to what they map. table: the
 * topmost one, direct: where physical memory is mapped, five: there are five levels.
 */
static __always_inline struct mapped pagetable__look_up(__u64 table, __u64 direct, bool five,
							__u64 address)
{
	struct mapped none = { .pkey = PKS_NO_PKEY };
	__u32 shift = PAGE_SHIFT + TABLE_BITS * (five ? TABLE_LEVELS - 1 : TABLE_LEVELS - 2);
	__u64 offset, entry = 0;

	if (!table || !direct)
		return none;
	for (int i = 0; i < TABLE_LEVELS; i++) {
		offset = (address >> shift & ((1 << TABLE_BITS) - 1)) * sizeof(entry);
		if (bpf_probe_read_kernel(&entry, sizeof(entry), (void *)(table + offset)) ||
		    !(entry & ENTRY_PRESENT))
			return none;
		if (shift == PAGE_SHIFT || ((entry & ENTRY_LARGE) && shift <= LARGE_SHIFT))
			break;
		table = direct + (entry & ENTRY_ADDRESS);
		shift -= TABLE_BITS;
	}
	offset = (1ULL << shift) - 1;
	return (struct mapped){ .physical = (entry & ENTRY_ADDRESS & ~offset) | (address & offset),
				.pkey = entry >> ENTRY_KEY_SHIFT & PKEY_MASK };
}

#endif
