/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening a block device by its path, for the modules of the tests: a file
 * since Linux 6.9.
 */
#ifndef PKSTRACE_BLOCK_H
#define PKSTRACE_BLOCK_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/version.h>

struct block_handle {
	struct block_device *bdev;
	struct file *file; /* before 6.9 unused */
};

/* Opens @path for reading; 0 or an error. */
static inline int block_open(struct block_handle *block, const char *path)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	block->file = bdev_file_open_by_path(path, BLK_OPEN_READ, NULL, NULL);
	if (IS_ERR(block->file))
		return PTR_ERR(block->file);
	block->bdev = file_bdev(block->file);
	return 0;
#else
	block->bdev = blkdev_get_by_path(path, FMODE_READ, NULL);
	return PTR_ERR_OR_ZERO(block->bdev);
#endif
}

static inline void block_close(struct block_handle *block)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	bdev_fput(block->file);
#else
	blkdev_put(block->bdev, FMODE_READ);
#endif
}

#endif
