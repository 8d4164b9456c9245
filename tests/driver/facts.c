// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was so when a case had come to its end, by the kernel's own words, for whoever wants to
 * hold a tracer's statements against it. In debugfs:
 *
 *	facts	one line for each of the last cases, tab-separated: its name, the thread's
 *		number, its count of windows, its rights register, the key of the pages
 *
 * Empty where the kernel has no count or no key.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <asm/msr.h>
#include <asm/pgtable.h>
#include "bugs.h"

#ifdef CONFIG_DEVMAP_ACCESS_PROTECTION

#define FACTS	      1024
#define PKRS_REGISTER 0x6e1 /* IA32_PKRS */
#define KEY_SHIFT     59    /* of a page table entry, SDM 4.6.2 */
#define KEY_MASK      0xf

struct facts {
	const char *name; /* of a case, which lives as long as the module */
	pid_t tid;
	u32 count;
	u32 pkrs;
	u8 pkey;
};

static struct facts facts[FACTS];
static unsigned int nr_facts; /* in all; the newest ones are kept */
static DEFINE_SPINLOCK(facts_lock);

static u8 page_key(const struct page *page)
{
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)page_address(page), &level);

	return pte ? pte_val(*pte) >> KEY_SHIFT & KEY_MASK : 0;
}

void facts_note(const char *name, const struct run *r)
{
	struct facts f = { .name = name,
			   .tid = task_pid_nr(current),
			   .pkey = page_key(r->page[0]) };
	u64 pkrs;

	if (!r->pgmap || rdmsrl_safe(PKRS_REGISTER, &pkrs))
		return;
	f.count = current->pgmap_prot_count;
	f.pkrs = pkrs;
	spin_lock(&facts_lock);
	facts[nr_facts++ % FACTS] = f;
	spin_unlock(&facts_lock);
}

static int facts_show(struct seq_file *m, void *v)
{
	unsigned int i;

	spin_lock(&facts_lock);
	for (i = nr_facts > FACTS ? nr_facts - FACTS : 0; i < nr_facts; i++) {
		const struct facts *f = &facts[i % FACTS];

		seq_printf(m, "%s\t%d\t%d\t0x%x\t%u\n", f->name, f->tid, (int)f->count, f->pkrs,
			   f->pkey);
	}
	spin_unlock(&facts_lock);
	return 0;
}

#else

void facts_note(const char *name, const struct run *r)
{
}

static int facts_show(struct seq_file *m, void *v)
{
	return 0;
}

#endif
DEFINE_SHOW_ATTRIBUTE(facts);

/* Adds the file to @dir; the caller removes @dir with all in it. */
void facts_init(struct dentry *dir)
{
	debugfs_create_file("facts", 0444, dir, NULL, &facts_fops);
}
