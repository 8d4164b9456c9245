// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kmap_local_page() with its kunmap_local() costs, in instructions.
 * Reading debugfs pks_layouts prints a line for each kind of page, before and
 * after the first protected pgmap has switched the kernel's static key on.
 *
 * Only for a machine whose time stamp counter counts instructions, which is
 * QEMU's with -icount shift=0.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/highmem.h>
#include <linux/memremap.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <asm/tsc.h>

#define PAIRS  1000
#define ROUNDS 3 /* the first one, whose code is new to QEMU, and two more */

/*
 * Device memory that is not there: addresses above the machine's memory, for
 * they are mapped and never touched.
 */
#define NOWHERE (64ULL << 30)

static struct dev_pagemap plain = {
	.type = MEMORY_DEVICE_GENERIC,
	.nr_range = 1,
	.range = { .start = NOWHERE, .end = NOWHERE + SZ_128M - 1 },
};

static struct dentry *file;

/* Never inlined, cloned, or joined with its like. */
#define SITE noinline __attribute__((__noipa__))

/*
 * What a user of the page does to the compiler: it needs the address, and
 * memory may have changed.
 */
static __always_inline void pair(struct page *page)
{
	void *addr = kmap_local_page(page);

	barrier_data(addr);
	kunmap_local(addr);
}

/* In a loop: what the caller saves and restores for it does not count. */
SITE static void pairs(struct page *page)
{
	int i;

	for (i = 0; i < PAIRS; i++)
		pair(page);
}

SITE static void no_pairs(struct page *page)
{
	int i;

	for (i = 0; i < PAIRS; i++)
		barrier_data(page);
}

/* In a function that does nothing else: it does count. */
SITE static void alone(struct page *page)
{
	pair(page);
}

SITE static void nothing(struct page *page)
{
	barrier_data(page);
}

SITE static void calls(struct page *page)
{
	int i;

	for (i = 0; i < PAIRS; i++)
		alone(page);
}

SITE static void no_calls(struct page *page)
{
	int i;

	for (i = 0; i < PAIRS; i++)
		nothing(page);
}

typedef void (*run_fn)(struct page *page);

static u64 instructions(run_fn run, struct page *page)
{
	u64 begin = rdtsc_ordered();

	run(page);
	return rdtsc_ordered() - begin;
}

/* Instructions of one pair, without the loop; -1 if two rounds differ. */
static long measure(run_fn with, run_fn without, struct page *page)
{
	unsigned long flags;
	u64 now = 0, last;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		last = now;
		local_irq_save(flags);
		now = instructions(with, page) - instructions(without, page);
		local_irq_restore(flags);
	}
	return now == last ? DIV_ROUND_CLOSEST(now, PAIRS) : -1;
}

static void show(struct seq_file *m, const char *key, const char *name, struct page *page)
{
	seq_printf(m, "key=%s page=%s loop=%ld function=%ld\n", key, name,
		   measure(pairs, no_pairs, page), measure(calls, no_calls, page));
}

#ifdef PGMAP_PROTECTION
static struct dev_pagemap closed = {
	.type = MEMORY_DEVICE_GENERIC,
	.nr_range = 1,
	.range = { .start = NOWHERE + SZ_128M, .end = NOWHERE + 2 * SZ_128M - 1 },
	.flags = PGMAP_PROTECTION,
};

static int show_protected(struct seq_file *m, struct page *ordinary, struct page *device)
{
	void *addr = memremap_pages(&closed, NUMA_NO_NODE);

	if (IS_ERR(addr))
		return PTR_ERR(addr);
	show(m, "on", "ordinary", ordinary);
	show(m, "on", "device", device);
	show(m, "on", "protected", virt_to_page(addr));
	memunmap_pages(&closed);
	return 0;
}
#else
static int show_protected(struct seq_file *m, struct page *ordinary, struct page *device)
{
	return 0;
}
#endif

static int layouts_show(struct seq_file *m, void *v)
{
	struct page *ordinary = alloc_page(GFP_KERNEL);
	void *addr;
	int err;

	if (!ordinary)
		return -ENOMEM;
	addr = memremap_pages(&plain, NUMA_NO_NODE);
	err = PTR_ERR_OR_ZERO(addr);
	if (!err) {
		show(m, "off", "ordinary", ordinary);
		show(m, "off", "device", virt_to_page(addr));
		err = show_protected(m, ordinary, virt_to_page(addr));
		memunmap_pages(&plain);
	}
	__free_page(ordinary);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(layouts);

static int __init layouts_init(void)
{
	file = debugfs_create_file("pks_layouts", 0400, NULL, NULL, &layouts_fops);
	return 0;
}

static void __exit layouts_exit(void)
{
	debugfs_remove(file);
}

module_init(layouts_init);
module_exit(layouts_exit);
MODULE_DESCRIPTION("Instructions of a kmap_local_page() with its kunmap_local()");
MODULE_LICENSE("GPL");
