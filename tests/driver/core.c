// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs of the bug driver, in pkstrace_bugs/:
 *
 *	cases	one line a case, tab-separated: name, class, function on top
 *		of the granted-by, revoked-by, accessed-by stack, seen-by
 *		letter, partner. Several findings: comma-separated, in order.
 *	about	name, what the case needs first ("-": nothing), what it does
 *	run	write a name: runs the case, returns when all is over
 *	victim	write the path of a DAX file for the cases that need it
 *	expected_by_dialect	what a tracer with another view must report: see its file
 *	user_pair	a pair of functions that are no windows: see its file
 *
 * A case may leave its thread with an open window, or with one too few: run
 * each in a process of its own that ends afterwards, forked by a clean one
 * (a child starts with its parent's count):
 *
 *	(echo leak >/sys/kernel/debug/pkstrace_bugs/run)
 *
 * In strict mode the writer may die in its case: no lock is held there, nor
 * debugfs's own reference (that is what "unsafe" means below), without which
 * the module could not be unloaded any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "bugs.h"

static char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "DAX block device whose last pages the cases use; none: ordinary memory");

static const struct bug_family *const families[] = {
	&basic_cases,  &leak_cases,    &underflow_cases, &fault_cases,	 &order_cases,
	&thread_cases, &context_cases, &irq_cases,	 &relaxed_cases, &time_cases,
	&tail_cases,   &key_cases,     &taken_cases,	 &nested_cases,	 &walk_cases,
};

static struct dentry *debug_dir;
static char victim_path[256];

#define for_each_case(f, c)                                                                        \
	for (f = families; f < families + ARRAY_SIZE(families); f++)                               \
		for (c = (*f)->cases; c < (*f)->cases + (*f)->nr; c++)

static const struct bug_case *find_case(const char *name)
{
	const struct bug_family *const *f;
	const struct bug_case *c;

	for_each_case(f, c) if (!strcmp(c->name, name)) return c;
	return NULL;
}

/*
 * A balanced window, after which access is closed again: in relaxed mode a
 * stray access leaves its thread open until then, which is a finding of its
 * own (residue) that most cases are not about.
 */
SITE void heal(struct run *r)
{
	void *addr = kmap_local_page(r->page[BUG_PAGES - 1]);

	kunmap_local(addr);
}

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static void show_column(struct seq_file *m, const struct finding *e, size_t field)
{
	size_t i;

	for (i = 0; i == 0 || (i < MAX_FINDINGS && e[i].class); i++)
		seq_printf(m, "%c%s", i ? ',' : '\t',
			   or_dash(*(const char **)((char *)&e[i] + field)));
}

/* Four columns, each after a tab: class, and the function on top of each stack. */
void show_findings(struct seq_file *m, const struct finding *expect)
{
	if (expect[0].class)
		show_column(m, expect, offsetof(struct finding, class));
	else
		seq_puts(m, "\tnone");
	show_column(m, expect, offsetof(struct finding, granted));
	show_column(m, expect, offsetof(struct finding, revoked));
	show_column(m, expect, offsetof(struct finding, accessed));
}

static int cases_show(struct seq_file *m, void *v)
{
	const struct bug_family *const *f;
	const struct bug_case *c;

	for_each_case(f, c)
	{
		seq_puts(m, c->name);
		show_findings(m, c->expect);
		seq_printf(m, "\t%c\t%s\n", c->seen, or_dash(c->partner));
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cases);

static int about_show(struct seq_file *m, void *v)
{
	const struct bug_family *const *f;
	const struct bug_case *c;

	for_each_case(f, c) seq_printf(m, "%s\t%s\t%s\n", c->name, or_dash(c->needs), c->about);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(about);

/* Copies a line written to debugfs without its newline. */
static int get_line(char *to, size_t size, const char __user *buf, size_t count)
{
	if (count >= size)
		return -ENAMETOOLONG;
	if (copy_from_user(to, buf, count))
		return -EFAULT;
	to[count] = 0;
	if (count && to[count - 1] == '\n')
		to[count - 1] = 0;
	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	struct run *r = kzalloc(sizeof(*r), GFP_KERNEL);
	int err;

	if (!r)
		return -ENOMEM;
	err = device_get_pages(r);
	if (err) {
		kfree(r);
		return err;
	}
	file->private_data = r;
	return 0;
}

static int run_release(struct inode *inode, struct file *file)
{
	struct run *r = file->private_data;

	if (r->victim)
		put_page(r->victim);
	device_put_pages(r);
	kfree(r);
	return 0;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;
	const struct bug_case *c;
	char name[64];
	int err;

	err = get_line(name, sizeof(name), buf, count);
	if (err)
		return err;
	c = find_case(name);
	if (!c) {
		pr_err("no case '%s'; the names are in the file cases\n", name);
		return -EINVAL;
	}
	if (c->needs && !victim_path[0]) {
		pr_err("%s needs a file: write its path to the file %s first\n", name, c->needs);
		return -ENOENT;
	}
	r->task = current;
	r->left = 0;
	if (c->needs && !r->victim) {
		err = victim_get(r, victim_path);
		if (err)
			return err;
	}
	err = c->run(r);
	return err ? err : count;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.release = run_release,
	.write = run_write,
};

static ssize_t victim_path_write(struct file *file, const char __user *buf, size_t count,
				 loff_t *pos)
{
	char path[sizeof(victim_path)];
	int err = get_line(path, sizeof(path), buf, count);

	if (err)
		return err;
	strscpy(victim_path, path, sizeof(victim_path));
	return count;
}

static const struct file_operations victim_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = victim_path_write,
};

static int __init bugs_init(void)
{
	int err = device_open(dev);

	if (err)
		return err;
	err = context_init();
	if (err)
		return err;
	debug_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("cases", 0444, debug_dir, NULL, &cases_fops);
	debugfs_create_file("about", 0444, debug_dir, NULL, &about_fops);
	debugfs_create_file_unsafe("run", 0200, debug_dir, NULL, &run_fops);
	debugfs_create_file("victim", 0200, debug_dir, NULL, &victim_fops);
	pairs_init(debug_dir);
	irq_load_init(debug_dir);
	user_pair_init(debug_dir);
	expected_by_dialect_init(debug_dir);
	flood_init(debug_dir);
	return 0;
}

static void __exit bugs_exit(void)
{
	debugfs_remove_recursive(debug_dir);
	context_exit();
}

module_init(bugs_init);
module_exit(bugs_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Protection windows opened and closed rightly and wrongly, to test pkstrace");
