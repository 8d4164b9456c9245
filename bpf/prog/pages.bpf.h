/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pages are protected: decided from a traced call's first argument, at the least cost. */
#ifndef PKSTRACE_PAGES_BPF_H
#define PKSTRACE_PAGES_BPF_H

#include "core/state.bpf.h"
#include "kernel/page.bpf.h"

/*
 * The pgmaps seen last, protected and not: the verifier lets a program follow
 * page->pgmap only through a helper (it takes the union for a list_head), and
 * that would cost as much as all the pairing. Forgotten when a pgmap goes.
 */
extern __u64 known_protected;
extern __u64 known_unprotected;
extern __u64 vmemmap; /* the array of struct pages, for the loader; 0 until a first page was seen */

/* Of two pgmaps that are seen at once, one is published. */
static __always_inline void pages__publish(__u32 last, __u32 size)
{
	if (READ_ONCE(fastpath_pages.last) != last && !claim(&fastpath_pages.last, 0, last))
		return; /* another pgmap's: its pages stay those that are known */
	/* With a full barrier between: whoever closes the fast path stores fastpath_open, then size. */
	__sync_lock_test_and_set(&fastpath_pages.size, size);
	if (!READ_ONCE(fastpath_open))
		WRITE_ONCE(fastpath_pages.size, 0);
}

/*
 * Lets the struct pages of a protected pgmap be known by their addresses. Only
 * where their low halves tell them from all others: max_pfn counts device
 * memory, too (add_pages(), arch/x86/mm/init_64.c). The first pgmap stays it.
 */
static __noinline int pages__learn(struct dev_pagemap *pgmap)
{
	__u64 pages = kernel__word(settings.facts.vmemmap_base);
	__u64 size = kernel__page_size_of();
	__u64 max_pfn = kernel__word(settings.facts.max_pfn);
	__u64 start, end;
	bool one = kernel__pgmap_range(pgmap, &start, &end);

	start >>= PAGE_SHIFT;
	end = (end >> PAGE_SHIFT) + 1;
	if (fastpath_pages.size || !pages || !max_pfn || max_pfn * size > 1ULL << 32 ||
	    end > max_pfn || start >= end || !one)
		return 0;
	pages__publish(pages + end * size - 1, (end - start) * size);
	return 1;
}

static __noinline int pgmap__learn(struct page *page)
{
	struct dev_pagemap *pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	bool protected = kernel__pgmap_protected(pgmap);

	vmemmap = kernel__word(settings.facts.vmemmap_base);
	if (protected)
		known_protected = (__u64)pgmap;
	else
		known_unprotected = (__u64)pgmap;
	if (protected && fastpath_open)
		pages__learn(pgmap);
	return protected;
}

/* devmap_protected() of V10, on a page that the kernel is about to look at itself. */
static __always_inline bool page__protected(void *ctx, enum entry by)
{
	const volatile struct pks_facts *k = &settings.facts;
	struct page *page = arg__page(ctx, by);
	__u64 pgmap;

	if ((kernel__page_flags(page, by) & k->zone_mask) != k->zone_device)
		return false;
	pgmap = kernel__page_pgmap_by(page, by);
	if (pgmap == known_protected)
		return true;
	if (pgmap == known_unprotected)
		return false;
	return pgmap__learn((struct page *)arg__nth(ctx, 0, by));
}

/* True of a page of the protected pgmap that is known by its pages' addresses. */
static __always_inline bool page__fastpath(const struct page *page)
{
	/* In this order: see struct pks_fastpath_pages. */
	__u32 size = READ_ONCE(fastpath_pages.size), before_last = READ_ONCE(fastpath_pages.last);

	/* Of pointers the verifier allows no arithmetic but this, with its low half. */
	asm volatile("%0 -= %1" : "+w"(before_last) : "w"((__u32)(__u64)page));
	return before_last < size;
}

/* Without asking more of an ordinary page than one bit. */
static __always_inline bool page__other(const struct page *page, enum entry by)
{
	return kernel__page_flags(page, by) & fastpath_pages.zone_bit;
}

/* A page that is not known by its address. */
enum device_page { NOT_PROTECTED, PROTECTED, PROTECTED_NOT_FAST };

static __always_inline int page__device(void *ctx, enum entry by)
{
	if (!page__protected(ctx, by))
		return NOT_PROTECTED;
	return fastpath_open ? PROTECTED : PROTECTED_NOT_FAST;
}

#endif
