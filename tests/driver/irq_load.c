// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load without a bug, but hard on a tracer:
 *
 *	pairs_hit	N windows, while a timer's interrupt makes windows of
 *			its own between them; so often that it hits the thread
 *			within a tracer's programs
 *	pairs_unseen	2 * N windows, every other one in a window that the
 *			kernel has counted and no tracer can see
 *	hold		N milliseconds in one window, asleep
 *
 * A fatal signal ends pairs_hit and hold early. The first two need a kernel
 * that counts in the task (V7 to V10).
 */
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include "bugs.h"

SITE static void hold(struct page *page, u64 ms)
{
	void *addr = kmap_local_page(page);

	schedule_timeout_killable(msecs_to_jiffies(ms));
	kunmap_local(addr);
}

static ssize_t hold_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct run *r = file->private_data;
	u64 ms;
	int err = kstrtou64_from_user(buf, count, 0, &ms);

	if (err)
		return err;
	hold(r->page[0], ms);
	return count;
}

static const struct file_operations hold_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = hold_write,
};

#ifdef CONFIG_DEVMAP_ACCESS_PROTECTION

#define HIT_NS (100 * NSEC_PER_USEC)

struct hits {
	struct hrtimer timer;
	struct task_struct *task;
	struct page *page;
};

SITE static void irq_load_pair(struct page *page)
{
	void *addr = kmap_local_page(page);

	POKE(addr);
	kunmap_local(addr);
}

/* Inside a window of the thread the interrupt's own would be a bug (it opens nothing). */
static enum hrtimer_restart hit(struct hrtimer *timer)
{
	struct hits *h = container_of(timer, struct hits, timer);

	if (current == h->task && !current->pgmap_prot_count)
		irq_load_pair(h->page);
	hrtimer_forward_now(timer, ns_to_ktime(HIT_NS));
	return HRTIMER_RESTART;
}

static void make_irq_load_pairs(struct run *r, u64 nr)
{
	struct hits h = { .task = current, .page = r->page[1] };

	hrtimer_init_on_stack(&h.timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	h.timer.function = hit;
	hrtimer_start(&h.timer, ns_to_ktime(HIT_NS), HRTIMER_MODE_REL_PINNED_HARD);
	for (; nr && !fatal_signal_pending(current); nr--) {
		irq_load_pair(r->page[0]);
		cond_resched();
	}
	hrtimer_cancel(&h.timer);
	destroy_hrtimer_on_stack(&h.timer);
}

static ssize_t pairs_hit_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	u64 nr;
	int err = kstrtou64_from_user(buf, count, 0, &nr);

	if (err)
		return err;
	make_irq_load_pairs(file->private_data, nr);
	return count;
}

static ssize_t pairs_unseen_write(struct file *file, const char __user *buf, size_t count,
				  loff_t *pos)
{
	struct run *r = file->private_data;
	u64 nr, i;
	int err = kstrtou64_from_user(buf, count, 0, &nr);

	for (i = 0; !err && i < nr; i++) {
		void *addr = kmap_local_page(r->page[0]);

		current->pgmap_prot_count++;
		irq_load_pair(r->page[1]);
		current->pgmap_prot_count--;
		kunmap_local(addr);
	}
	return err ? err : count;
}

static const struct file_operations pairs_hit_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = pairs_hit_write,
};

static const struct file_operations pairs_unseen_fops = {
	.owner = THIS_MODULE,
	.open = device_file_open,
	.release = device_file_release,
	.write = pairs_unseen_write,
};

static void irq_load_pairs_init(struct dentry *dir)
{
	debugfs_create_file("pairs_hit", 0200, dir, NULL, &pairs_hit_fops);
	debugfs_create_file("pairs_unseen", 0200, dir, NULL, &pairs_unseen_fops);
}

#else

static void irq_load_pairs_init(struct dentry *dir)
{
}

#endif

/* Adds its files to @dir; the caller removes @dir with all in it. */
void irq_load_init(struct dentry *dir)
{
	debugfs_create_file("hold", 0200, dir, NULL, &hold_fops);
	irq_load_pairs_init(dir);
}
