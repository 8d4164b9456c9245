// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that the cases use: the last ones of a DAX device, where a file
 * system that a test has made there keeps nothing while it is nearly empty.
 *
 * The block device is open only while its page numbers are looked up. Each
 * open run file then holds a reference on the pgmap, so that the namespace
 * can go away whenever no case runs, also after a writer died in a case.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dax.h>
#include <linux/memory_hotplug.h>
#include <linux/memremap.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>
#include "block.h"
#include "bugs.h"

static unsigned long first_pfn; /* 0: no device, ordinary memory */

static bool is_protected(struct page *page)
{
#ifdef PGMAP_PROTECTION
	return is_zone_device_page(page) && (page->pgmap->flags & PGMAP_PROTECTION);
#else
	return false;
#endif
}

/* The page frame number of the last BUG_PAGES pages of @bdev. */
static int last_pages(struct block_device *bdev, pfn_t *pfn)
{
	struct dax_device *dax;
	void *kaddr;
	long nr;
	u64 start;
	int id;

	dax = fs_dax_get_by_bdev(bdev, &start, NULL, NULL);
	if (!dax)
		return -EOPNOTSUPP;
	id = dax_read_lock();
	nr = dax_direct_access(dax, PHYS_PFN(start + bdev_nr_bytes(bdev)) - BUG_PAGES, BUG_PAGES,
			       DAX_ACCESS, &kaddr, pfn);
	dax_read_unlock(id);
	fs_put_dax(dax, NULL);
	if (nr < 0)
		return nr;
	return nr < BUG_PAGES ? -ENOSPC : 0;
}

/*
 * Looks up the pages of the DAX device @path ("": none, the cases then run on
 * ordinary memory). 0, or an error that has been logged.
 */
int device_open(const char *path)
{
	struct block_handle block;
	pfn_t pfn;
	int err;

	if (!*path)
		return 0;
	err = block_open(&block, path);
	if (err) {
		pr_err("dev=%s: cannot open it: error %d\n", path, err);
		return err;
	}
	err = last_pages(block.bdev, &pfn);
	block_close(&block);
	if (err) {
		pr_err("dev=%s: no DAX access to its last pages: error %d; give a pmem device in "
		       "fsdax mode\n",
		       path, err);
		return err;
	}
	if (!pfn_t_has_page(pfn) || !is_protected(pfn_t_to_page(pfn))) {
		pr_err("dev=%s is not protected: boot with a CPU that has PKS, or load without "
		       "dev= to use ordinary memory\n",
		       path);
		return -EOPNOTSUPP;
	}
	first_pfn = pfn_t_to_pfn(pfn);
	return 0;
}

/* Cases may exchange the others. */
static struct page *last_page(const struct run *r)
{
	return r->page[BUG_PAGES - 1];
}

/* As many again follow, for pointers that run off the end. */
#define ORDINARY_ORDER ilog2(2 * BUG_PAGES)

static int ordinary_pages(struct run *r)
{
	struct page *pages = alloc_pages(GFP_KERNEL, ORDINARY_ORDER);
	int i;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < BUG_PAGES; i++)
		r->page[i] = pages + i;
	return 0;
}

static int protected_pages(struct run *r)
{
	int i;

	r->pgmap = get_dev_pagemap(first_pfn, NULL);
	if (!r->pgmap) {
		pr_err("the device is gone: unload the module\n");
		return -ENODEV;
	}
	for (i = 0; i < BUG_PAGES; i++)
		r->page[i] = pfn_to_page(first_pfn + i);
	return 0;
}

/* Fills in @r's pages; device_put_pages() gives them back. */
int device_get_pages(struct run *r)
{
	int err;

	r->ordinary = alloc_page(GFP_KERNEL);
	if (!r->ordinary)
		return -ENOMEM;
	err = first_pfn ? protected_pages(r) : ordinary_pages(r);
	if (err)
		__free_page(r->ordinary);
	return err;
}

void device_put_pages(struct run *r)
{
	__free_page(r->ordinary);
	if (r->pgmap)
		put_dev_pagemap(r->pgmap);
	else
		__free_pages(last_page(r) - (BUG_PAGES - 1), ORDINARY_ORDER);
}

/* open() and release() of a file whose private data is nothing but a run. */
int device_file_open(struct inode *inode, struct file *file)
{
	struct run *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err;

	if (!r)
		return -ENOMEM;
	err = device_get_pages(r);
	if (err)
		kfree(r);
	else
		file->private_data = r;
	return err;
}

int device_file_release(struct inode *inode, struct file *file)
{
	device_put_pages(file->private_data);
	kfree(file->private_data);
	return 0;
}

/*
 * The page of ordinary memory that follows the last of @r, or NULL: a pointer
 * that has run off the end points into it.
 */
struct page *device_page_after_end(const struct run *r)
{
	return pfn_to_online_page(page_to_pfn(last_page(r)) + 1);
}
