/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows what the kernel does with protection keys, as text for the tests to
 * judge: the rights register of this CPU and the count of this thread.
 */
#ifndef PKS_PROOF_H
#define PKS_PROOF_H

#include <linux/highmem.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <asm/msr.h>

/* Two pages of the protected device; its pgmap is held while we are loaded. */
extern struct page *proof_page[2];
extern struct dev_pagemap *proof_pgmap;
extern struct dax_device *proof_dax;

struct state {
	u32 pkrs;  /* IA32_PKRS, from the register itself */
	int count; /* pgmap_prot_count; signed, so that one too few shows */
};

static inline struct state read_state(void)
{
	struct state s = { .count = current->pgmap_prot_count };
	u64 pkrs;

	rdmsrl(MSR_IA32_PKRS, pkrs);
	s.pkrs = pkrs;
	return s;
}

/* "NAME open 1": what key 1 allows, and the count. */
void show_state(struct seq_file *m, const char *name, struct state s);

static inline void show_now(struct seq_file *m, const char *name)
{
	show_state(m, name, read_state());
}

/* Each file of debugfs pks_proof/: a function that runs a proof and tells. */
struct proof {
	const char *name;
	int (*show)(struct seq_file *m);
};

extern const struct proof pte_proofs[], window_proofs[], thread_proofs[], interrupt_proofs[],
	fault_proofs[];

#endif
