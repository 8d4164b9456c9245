// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load of bugs, as fast as it goes, each of them counted:
 *
 *	wrong_pages	write N: N windows whose revoke names the wrong page, one
 *			after the other at a thousand call sites
 *	leaks		each write leaves a window open when it returns, after it
 *			has closed that of the file's write before
 *	underflows	each write revokes what it has not granted, and then puts
 *			the count right
 *	made		read: what has been made so far, a line each
 *
 * The thread that has written must be the one that closes the file.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "bugs.h"

static atomic64_t wrong_pages, leaks, underflows;

static ssize_t wrong_pages_write(struct file *file, const char __user *buf, size_t count,
				 loff_t *pos)
{
	struct run *r = file->private_data;
	u64 nr, i;
	int err = kstrtou64_from_user(buf, count, 0, &nr);

	if (err)
		return err;
	for (i = 0; i < nr; i++) {
		use_site(i, r->page[0], page_address(r->page[1]));
		atomic64_inc(&wrong_pages);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return count;
}

SITE static void *flood_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void flood_unmap(void *addr)
{
	kunmap_local(addr);
}

static ssize_t leaks_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;

	if (r->addr)
		flood_unmap(r->addr);
	r->addr = flood_map(r->page[0]);
	atomic64_inc(&leaks);
	return count;
}

static ssize_t underflows_write(struct file *file, const char __user *buf, size_t count,
				loff_t *pos)
{
	struct run *r = file->private_data;

	/* Of a page that no thread ever opens: it is nobody else's window. */
	flood_unmap(page_address(r->page[2]));
	flood_map(r->page[3]);
	atomic64_inc(&underflows);
	return count;
}

static int flood_release(struct inode *inode, struct file *file)
{
	struct run *r = file->private_data;

	if (r->addr)
		flood_unmap(r->addr);
	return device_file_release(inode, file);
}

#define STORM_FILE(name)                                                                           \
	static const struct file_operations name##_fops = {                                        \
		.owner = THIS_MODULE,                                                              \
		.open = device_file_open,                                                          \
		.release = flood_release,                                                          \
		.write = name##_write,                                                             \
	}

STORM_FILE(wrong_pages);
STORM_FILE(leaks);
STORM_FILE(underflows);

static int made_show(struct seq_file *m, void *v)
{
	seq_printf(m, "wrong-page %lld\nleak %lld\nunderflow %lld\n", atomic64_read(&wrong_pages),
		   atomic64_read(&leaks), atomic64_read(&underflows));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(made);

void flood_init(struct dentry *dir)
{
	debugfs_create_file("wrong_pages", 0200, dir, NULL, &wrong_pages_fops);
	debugfs_create_file("leaks", 0200, dir, NULL, &leaks_fops);
	debugfs_create_file("underflows", 0200, dir, NULL, &underflows_fops);
	debugfs_create_file("made", 0400, dir, NULL, &made_fops);
}
