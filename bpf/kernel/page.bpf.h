/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages and what they belong to: struct page, dev_pagemap, the file. */
#ifndef PKSTRACE_PAGE_BPF_H
#define PKSTRACE_PAGE_BPF_H

#include "kernel/caller.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	__u32 s_dev;
};

struct address_space;

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
	struct address_space *i_mapping;
};

struct address_space {
	struct inode *host;
};

struct range {
	__u64 start;
	__u64 end;
};

struct dev_pagemap {
	unsigned int flags;
	int nr_range;
	struct range range;
};

struct page {
	unsigned long flags;
	struct address_space *mapping;
	unsigned long index;
	struct dev_pagemap *pgmap;
};

struct page___folio {
	unsigned long __folio_index;
};

#pragma clang attribute pop

/* PGMAP_PROTECTION, include/linux/memremap.h of V10. Not in BTF: a macro. */
#define PGMAP_PROTECTION 0x2

/* struct page's mapping with this bit set is a DAX reflink count (6.1), not a pointer. */
#define PAGE_MAPPING_FLAGS 0x3

/* Of device memory. Until 6.14 in struct page; later in the folio: 0 there, not known. */
static __always_inline __u64 kernel__page_pgmap(struct page *page)
{
	if (bpf_core_field_exists(page->pgmap))
		return (__u64)BPF_CORE_READ(page, pgmap);
	return 0;
}

/* Renamed when the folio took its meaning over (6.16). */
static __always_inline __u64 kernel__page_index(struct page *page)
{
	if (bpf_core_field_exists(page->index))
		return BPF_CORE_READ(page, index);
	return BPF_CORE_READ((struct page___folio *)page, __folio_index);
}

static __always_inline __u32 kernel__page_size_of(void)
{
	return bpf_core_type_size(struct page);
}

/* Typed by a trampoline, it is read directly; out of a register, through a helper. */
static __always_inline __u64 kernel__page_flags(const struct page *page, enum entry by)
{
	return by == BY_REGS ? BPF_CORE_READ(page, flags) : page->flags;
}

/* Of a page of device memory that is typed as above. */
static __always_inline __u64 kernel__page_pgmap_by(struct page *page, enum entry by)
{
	return by == BY_REGS ? kernel__page_pgmap(page) : (__u64)page->pgmap;
}

static __always_inline bool kernel__pgmap_protected(struct dev_pagemap *pgmap)
{
	return BPF_CORE_READ(pgmap, flags) & PGMAP_PROTECTION;
}

/* The physical memory of a pgmap, [start, end], if it is one range. */
static __always_inline bool kernel__pgmap_range(struct dev_pagemap *pgmap, __u64 *start, __u64 *end)
{
	*start = BPF_CORE_READ(pgmap, range.start);
	*end = BPF_CORE_READ(pgmap, range.end);
	return BPF_CORE_READ(pgmap, nr_range) == 1;
}

static __always_inline __u64 kernel__pgmap_start(struct dev_pagemap *pgmap)
{
	return BPF_CORE_READ(pgmap, range.start);
}

/* A page's place in the file that it belongs to. */
struct kernel_file_page {
	__u64 index;
	__u64 ino;
	__u32 dev; /* as the kernel's dev_t */
};

/* False: it belongs to none. Of memory that is not a device's the field may be another. */
static __always_inline bool kernel__page_file(struct page *page, bool device,
					      struct kernel_file_page *to)
{
	struct address_space *mapping = BPF_CORE_READ(page, mapping);
	struct super_block *sb;
	struct inode *inode;

	if (!mapping || ((__u64)mapping & PAGE_MAPPING_FLAGS))
		return false;
	inode = BPF_CORE_READ(mapping, host);
	if (!inode || (!device && BPF_CORE_READ(inode, i_mapping) != mapping))
		return false;
	to->index = kernel__page_index(page);
	to->ino = BPF_CORE_READ(inode, i_ino);
	sb = BPF_CORE_READ(inode, i_sb);
	to->dev = BPF_CORE_READ(sb, s_dev);
	return true;
}

#endif
