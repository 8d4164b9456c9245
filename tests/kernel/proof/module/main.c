// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs pks_proof/: reading a file runs one proof in the reading thread. A
 * proof may leave that thread with a wrong count, so read each by a process
 * of its own (cat). In strict mode the reader may die in it, and must not take
 * debugfs's reference with it, which would keep the module loaded: hence the
 * "unsafe" files, safe by their owner's reference.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dax.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/pfn_t.h>
#include <linux/pks-keys.h>
#include "block.h"
#include "proof.h"

static char *dev = "/dev/pmem0";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "protected DAX block device; its last pages are written to");

struct page *proof_page[2];
struct dev_pagemap *proof_pgmap;
struct dax_device *proof_dax;

static const struct proof *const proof_tables[] = {
	pte_proofs, window_proofs, thread_proofs, interrupt_proofs, fault_proofs,
};
static struct dentry *debug_dir;

/*
 * The key's rights in words; anything unusual, also in the other keys, as the
 * number that it is.
 */
void show_state(struct seq_file *m, const char *name, struct state s)
{
	seq_printf(m, "%s ", name);
	if (s.pkrs == PKS_INIT_VALUE)
		seq_puts(m, "closed");
	else if (s.pkrs == (PKS_INIT_VALUE & ~0xcu))
		seq_puts(m, "open");
	else
		seq_printf(m, "0x%08x", s.pkrs);
	seq_printf(m, " %d\n", s.count);
}

static int proof_show(struct seq_file *m, void *v)
{
	const struct proof *proof = m->private;

	return proof->show(m);
}
DEFINE_SHOW_ATTRIBUTE(proof);

/* The last two pages: a file system in use keeps nothing there. */
static int find_pages(struct block_device *bdev)
{
	void *kaddr;
	pfn_t pfn;
	u64 start;
	long nr;
	int id;

	proof_dax = fs_dax_get_by_bdev(bdev, &start, NULL, NULL);
	if (!proof_dax)
		return -EOPNOTSUPP;
	id = dax_read_lock();
	nr = dax_direct_access(proof_dax, PHYS_PFN(start + bdev_nr_bytes(bdev)) - 2, 2, DAX_ACCESS,
			       &kaddr, &pfn);
	dax_read_unlock(id);
	if (nr < 2)
		return nr < 0 ? nr : -ENOSPC;
	proof_page[0] = pfn_t_to_page(pfn);
	proof_page[1] = proof_page[0] + 1;
	proof_pgmap = get_dev_pagemap(pfn_t_to_pfn(pfn), NULL);
	return proof_pgmap ? 0 : -ENODEV;
}

static int open_device(void)
{
	struct block_handle block;
	int err = block_open(&block, dev);

	if (err)
		return err;
	err = find_pages(block.bdev);
	block_close(&block);
	if (err && proof_dax)
		fs_put_dax(proof_dax, NULL);
	return err;
}

static int __init proof_init(void)
{
	const struct proof *p;
	int err = open_device();
	size_t i;

	if (err) {
		pr_err("dev=%s: error %d; a pmem device in fsdax mode is needed\n", dev, err);
		return err;
	}
	debug_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	for (i = 0; i < ARRAY_SIZE(proof_tables); i++)
		for (p = proof_tables[i]; p->name; p++)
			debugfs_create_file_unsafe(p->name, 0400, debug_dir, (void *)p,
						   &proof_fops);
	return 0;
}

static void __exit proof_exit(void)
{
	debugfs_remove_recursive(debug_dir);
	put_dev_pagemap(proof_pgmap);
	fs_put_dax(proof_dax, NULL);
}

module_init(proof_init);
module_exit(proof_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Shows what the kernel does with supervisor protection keys");
