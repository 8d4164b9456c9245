// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pair of functions that are no windows of the kernel's, for tracers that
 * let their user name such a pair: for each of eight objects, a take and a drop.
 *
 *	user_pair	write words: +N takes object N, -N drops it, in that
 *		order, in one system call; "w" lets a work item do the rest,
 *		"s" stops until somebody else writes "g"
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "bugs.h"

struct user_pair {
	int held;
};

static struct user_pair user_pairs[8];
static DECLARE_COMPLETION(go);

/* Their stacks name the functions below; the first argument does not tell. */
SITE void user_pair_take(unsigned long flags, struct user_pair *pair)
{
	pair->held += flags;
}

SITE void user_pair_drop(struct user_pair *pair)
{
	pair->held--;
}

SITE static void user_pair_opener(struct user_pair *pair)
{
	user_pair_take(1, pair);
}

SITE static void user_pair_closer(struct user_pair *pair)
{
	user_pair_drop(pair);
}

/* The script is in r->addr. */
static void user_pair_script(struct run *r)
{
	char *rest = r->addr, *word;

	while ((word = strsep(&rest, " \n"))) {
		struct user_pair *pair = &user_pairs[(word[0] ? word[1] : 0) & 7];

		if (word[0] == '+')
			user_pair_opener(pair);
		else if (word[0] == '-')
			user_pair_closer(pair);
		else if (word[0] == 's')
			wait_for_completion_killable(&go);
		else if (word[0] == 'g')
			complete(&go);
		else if (word[0] == 'w' && rest) {
			r->addr = rest;
			in_work(r, user_pair_script);
			return;
		}
	}
}

static ssize_t user_pair_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char script[128] = "";
	struct run r = { .addr = script };

	if (count >= sizeof(script))
		return -ENAMETOOLONG;
	if (copy_from_user(script, buf, count))
		return -EFAULT;
	user_pair_script(&r);
	return count;
}

static const struct file_operations user_pair_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = user_pair_write,
};

/* Adds the file to @dir; the caller removes @dir with all in it. */
void user_pair_init(struct dentry *dir)
{
	debugfs_create_file("user_pair", 0200, dir, NULL, &user_pair_fops);
}
