// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load without a bug: writing N to a file makes exactly N balanced windows
 * in the writing thread; of pairs, every fourth two are nested.
 *
 *	pairs		on protected pages
 *	pairs_ordinary	on an ordinary page
 *	sites		on a protected page, one after the other at a thousand
 *			call sites; "N SITES": at so many of them
 *	nest		all N at the same time, each inside the one before
 *
 * A fatal signal ends it early with EINTR.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bugs.h"

#define BATCH	 1024 /* pairs between two chances to reschedule */
#define NEST_MAX 100  /* windows that the kernel's stack has room for */

SITE static void pair(struct page *page)
{
	void *addr = kmap_local_page(page);

	POKE(addr);
	kunmap_local(addr);
}

SITE static void nested_pair(struct page *outer, struct page *inner)
{
	void *o = kmap_local_page(outer);
	void *i = kmap_local_page(inner);

	POKE(i);
	kunmap_local(i);
	POKE(o);
	kunmap_local(o);
}

/* @nr windows; nested ones count as the two that they are. */
static void make_batch(struct page *a, struct page *b, u64 nr)
{
	u64 i;

	for (i = 0; i + 4 <= nr; i += 4) {
		pair(a);
		pair(b);
		nested_pair(a, b);
	}
	for (; i < nr; i++)
		pair(a);
}

static ssize_t make_pairs(const char __user *buf, size_t count, struct page *a, struct page *b)
{
	u64 nr, done;
	int err = kstrtou64_from_user(buf, count, 0, &nr);

	if (err)
		return err;
	for (done = 0; done < nr; done += BATCH) {
		if (fatal_signal_pending(current))
			return -EINTR;
		make_batch(a, b, min_t(u64, BATCH, nr - done));
		cond_resched();
	}
	return count;
}

static ssize_t pairs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;

	return make_pairs(buf, count, r->page[0], r->page[1]);
}

static const struct file_operations pairs_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = pairs_write,
};

static ssize_t pairs_ordinary_write(struct file *file, const char __user *buf, size_t count,
				    loff_t *pos)
{
	struct run *r = file->private_data;

	return make_pairs(buf, count, r->ordinary, r->ordinary);
}

static const struct file_operations pairs_ordinary_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = pairs_ordinary_write,
};

static ssize_t sites_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;
	u64 nr, i;
	u32 sites = NR_SITES;
	char line[64];

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, count))
		return -EFAULT;
	line[count] = 0;
	if (sscanf(line, "%llu %u", &nr, &sites) < 1 || !sites || sites > NR_SITES)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		use_site(i % sites, r->page[0], NULL);
		cond_resched();
	}
	return count;
}

static const struct file_operations sites_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = sites_write,
};

/* @nr windows, each inside the one before. */
SITE static void nest(struct page *page, u64 nr)
{
	void *addr = kmap_local_page(page);

	if (nr > 1)
		nest(page, nr - 1);
	kunmap_local(addr);
}

static ssize_t nest_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;
	u64 nr;
	int err = kstrtou64_from_user(buf, count, 0, &nr);

	if (err)
		return err;
	if (!nr || nr > NEST_MAX)
		return -EINVAL;
	nest(r->page[0], nr);
	return count;
}

static const struct file_operations nest_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = nest_write,
};

/* Adds the load files to @dir; the caller removes @dir with all in it. */
void pairs_init(struct dentry *dir)
{
	debugfs_create_file("pairs", 0200, dir, NULL, &pairs_fops);
	debugfs_create_file("pairs_ordinary", 0200, dir, NULL, &pairs_ordinary_fops);
	debugfs_create_file("sites", 0200, dir, NULL, &sites_fops);
	debugfs_create_file("nest", 0200, dir, NULL, &nest_fops);
}
