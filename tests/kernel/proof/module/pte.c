// SPDX-License-Identifier: GPL-2.0-only
/* Which entries of the kernel's page tables carry a protection key. */
#include <linux/pgtable.h>
#include <linux/pks-keys.h>
#include "proof.h"

struct walk {
	unsigned long from, to; /* where the key is expected */
	unsigned long pages;	/* 4 KiB pages mapped */
	unsigned long keyed;	/* of them with key 1 */
	unsigned long other;	/* with another key than 0 and 1 */
	unsigned long outside;	/* keyed, but not expected to be */
};

static void count_entry(struct walk *w, unsigned long addr, unsigned long next, pteval_t val)
{
	unsigned long nr = (next - addr) >> PAGE_SHIFT;
	unsigned int key = (val & _PAGE_PKEY_MASK) >> _PAGE_BIT_PKEY_BIT0;

	w->pages += nr;
	if (key == PKS_KEY_PGMAP_PROTECTION)
		w->keyed += nr;
	else if (key)
		w->other += nr;
	if (key && (addr < w->from || next > w->to))
		w->outside += nr;
}

static void walk_pte(struct walk *w, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	pte_t *pte = pte_offset_kernel(pmd, addr);

	for (; addr != end; pte++, addr += PAGE_SIZE)
		if (pte_present(*pte))
			count_entry(w, addr, addr + PAGE_SIZE, pte_val(*pte));
}

static void walk_pmd(struct walk *w, pud_t *pud, unsigned long addr, unsigned long end)
{
	pmd_t *pmd = pmd_offset(pud, addr);
	unsigned long next;

	for (; addr != end; pmd++, addr = next) {
		next = pmd_addr_end(addr, end);
		if (!pmd_present(*pmd))
			continue;
		if (pmd_leaf(*pmd))
			count_entry(w, addr, next, pmd_val(*pmd));
		else
			walk_pte(w, pmd, addr, next);
	}
}

static void walk_pud(struct walk *w, p4d_t *p4d, unsigned long addr, unsigned long end)
{
	pud_t *pud = pud_offset(p4d, addr);
	unsigned long next;

	for (; addr != end; pud++, addr = next) {
		next = pud_addr_end(addr, end);
		if (!pud_present(*pud))
			continue;
		if (pud_leaf(*pud))
			count_entry(w, addr, next, pud_val(*pud));
		else
			walk_pmd(w, pud, addr, next);
	}
}

static void walk_range(struct walk *w, unsigned long addr, unsigned long end)
{
	unsigned long next, next4;
	pgd_t *pgd;
	p4d_t *p4d;

	/* Without page table isolation a process has the kernel's half, too. */
	for (; addr != end; addr = next) {
		next = pgd_addr_end(addr, end);
		pgd = pgd_offset(current->active_mm, addr);
		if (!pgd_present(*pgd))
			continue;
		for (; addr != next; addr = next4) {
			next4 = p4d_addr_end(addr, next);
			p4d = p4d_offset(pgd, addr);
			if (p4d_present(*p4d))
				walk_pud(w, p4d, addr, next4);
		}
	}
}

static void show_range(struct seq_file *m, const char *name, unsigned long from, unsigned long to)
{
	struct walk w = {
		.from = (unsigned long)__va(proof_pgmap->range.start),
		.to = (unsigned long)__va(proof_pgmap->range.end) + 1,
	};

	walk_range(&w, from, to);
	seq_printf(m, "%s pages=%lu keyed=%lu other_key=%lu outside=%lu\n", name, w.pages, w.keyed,
		   w.other, w.outside);
}

/* Above the highest memory; everything mapped directly is below. */
#define DIRECT_MAP_SIZE (1UL << 46)

static int show_pte(struct seq_file *m)
{
	seq_printf(m, "pgmap pages=%llu\n", range_len(&proof_pgmap->range) >> PAGE_SHIFT);
	show_range(m, "direct-map", PAGE_OFFSET, PAGE_OFFSET + DIRECT_MAP_SIZE);
	show_range(m, "vmalloc", VMALLOC_START, round_down(VMALLOC_END, PAGE_SIZE));
	show_range(m, "vmemmap", VMEMMAP_START, VMEMMAP_START + (1UL << 40));
	show_range(m, "kernel", __START_KERNEL_map, MODULES_END);
	return 0;
}

const struct proof pte_proofs[] = { { "pte", show_pte }, {} };
