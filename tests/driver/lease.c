// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair of functions that are no windows of the kernel's, for tracers that
 * let their user name such a pair: leases on eight slots.
 *
 *	lease	write words: +N takes a lease on slot N, -N drops it, in that
 *		order, in one system call; "w" lets a work item do the rest,
 *		"s" stops until somebody else writes "g"
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "bugs.h"

struct lease {
	int held;
};

static struct lease leases[8];
static DECLARE_COMPLETION(go);

/* Their stacks name the functions below; the first argument does not tell. */
SITE void lease_take(unsigned long flags, struct lease *lease)
{
	lease->held += flags;
}

SITE void lease_drop(struct lease *lease)
{
	lease->held--;
}

SITE static void lease_opener(struct lease *lease)
{
	lease_take(1, lease);
}

SITE static void lease_closer(struct lease *lease)
{
	lease_drop(lease);
}

/* The script is in r->addr. */
static void lease_script(struct run *r)
{
	char *rest = r->addr, *word;

	while ((word = strsep(&rest, " \n"))) {
		struct lease *lease = &leases[(word[0] ? word[1] : 0) & 7];

		if (word[0] == '+')
			lease_opener(lease);
		else if (word[0] == '-')
			lease_closer(lease);
		else if (word[0] == 's')
			wait_for_completion_killable(&go);
		else if (word[0] == 'g')
			complete(&go);
		else if (word[0] == 'w' && rest) {
			r->addr = rest;
			in_work(r, lease_script);
			return;
		}
	}
}

static ssize_t lease_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char script[128] = "";
	struct run r = { .addr = script };

	if (count >= sizeof(script))
		return -ENAMETOOLONG;
	if (copy_from_user(script, buf, count))
		return -EFAULT;
	lease_script(&r);
	return count;
}

static const struct file_operations lease_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = lease_write,
};

/* Adds the file to @dir; the caller removes @dir with all in it. */
void lease_init(struct dentry *dir)
{
	debugfs_create_file("lease", 0200, dir, NULL, &lease_fops);
}
