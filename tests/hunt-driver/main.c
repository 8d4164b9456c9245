// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs of the driver whose error paths are hunted, in pkstrace_hunt/:
 *
 *	buggy, fixed	write anything: walks all paths, ends with the first
 *			error. The two forms differ in what follows a failure.
 *	paths		one line a path: name, what the buggy form does wrong
 *			when its call fails ("-": nothing)
 *
 * An error path may leave its thread with an open window or with one too few:
 * write from a process that ends afterwards.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include "hunt.h"

static char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "DAX block device whose last pages are used; none: ordinary memory");

static struct dentry *debug_dir;

static ssize_t walk(struct request *q)
{
	size_t i;
	int err;

	for (i = 0; i < nr_error_paths; i++) {
		err = error_paths[i].run(q);
		if (err)
			return err;
	}
	return q->size;
}

static ssize_t buggy_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct request q = { .run = file->private_data, .data = buf, .size = count };

	return walk(&q);
}

static ssize_t fixed_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct request q = { .run = file->private_data, .data = buf, .size = count, .fixed = true };

	return walk(&q);
}

static const struct file_operations buggy_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = buggy_write,
};

static const struct file_operations fixed_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = fixed_write,
};

static int paths_show(struct seq_file *m, void *v)
{
	size_t i;

	for (i = 0; i < nr_error_paths; i++)
		seq_printf(m, "%s\t%s\n", error_paths[i].name,
			   error_paths[i].bug ? error_paths[i].bug : "-");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(paths);

/* "unsafe": in strict mode a writer dies in its path, and no reference may die with it. */
static int __init hunt_init(void)
{
	int err = device_open(dev);

	err = err ? err : paths_init();
	if (err)
		return err;
	debug_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file_unsafe("buggy", 0200, debug_dir, NULL, &buggy_fops);
	debugfs_create_file_unsafe("fixed", 0200, debug_dir, NULL, &fixed_fops);
	debugfs_create_file("paths", 0444, debug_dir, NULL, &paths_fops);
	return 0;
}

static void __exit hunt_exit(void)
{
	debugfs_remove_recursive(debug_dir);
	paths_exit();
}

module_init(hunt_init);
module_exit(hunt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Windows around calls that can fail, to hunt the error paths");
