// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs kmap_proof/: what becomes of the reading thread's count of mapped
 * pages as pages are mapped and unmapped.
 *
 *	count	the count
 *	calls	each way to map a page and the way back: "NAME MAPPED UNMAPPED",
 *		by how much the count then differs from what it was
 *	map	maps a page, which stays so: "PAGE ADDRESS"
 *	unmap	unmaps it
 *	thread	the count of a thread that was made while a page was mapped
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include "fork.h"

static struct dentry *dir;
static struct page *page;
static void *held;

static int count_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", current->kmap_trace_count);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(count);

#define show_call(m, name, map, unmap)                                                             \
	do {                                                                                       \
		int __before = current->kmap_trace_count;                                          \
		void *__addr = map;                                                                \
		int __mapped = current->kmap_trace_count;                                          \
                                                                                                   \
		unmap(__addr);                                                                     \
		seq_printf(m, "%s %d %d\n", name, __mapped - __before,                             \
			   current->kmap_trace_count - __before);                                  \
	} while (0)

static int calls_show(struct seq_file *m, void *v)
{
	show_call(m, "local_page", kmap_local_page(page), kunmap_local);
	show_call(m, "local_page_prot", kmap_local_page_prot(page, PAGE_KERNEL), kunmap_local);
	show_call(m, "local_folio", kmap_local_folio(page_folio(page), 8), kunmap_local);
	show_call(m, "local_pfn", kmap_local_pfn(page_to_pfn(page)), kunmap_local);
	show_call(m, "atomic", kmap_atomic(page), kunmap_atomic);
	show_call(m, "atomic_prot", kmap_atomic_prot(page, PAGE_KERNEL), kunmap_atomic);
	show_call(m, "atomic_pfn", kmap_atomic_pfn(page_to_pfn(page)), kunmap_atomic);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(calls);

static int map_show(struct seq_file *m, void *v)
{
	held = kmap_local_page(page);
	seq_printf(m, "0x%lx 0x%lx\n", (unsigned long)page, (unsigned long)held);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(map);

static int unmap_show(struct seq_file *m, void *v)
{
	kunmap_local(held);
	seq_puts(m, "unmapped\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(unmap);

struct child {
	int count;
	struct completion done;
};

static int child_main(void *data)
{
	struct child *c = data;

	c->count = current->kmap_trace_count;
	/* There is no user code to go to: die before that. */
	send_sig(SIGKILL, current, 1);
	complete(&c->done);
	return 0;
}

static int thread_show(struct seq_file *m, void *v)
{
	fork_fn fork = find_fork();
	static struct child child;
	void *addr;
	pid_t pid;

	if (!fork)
		return -ENOENT;
	init_completion(&child.done);
	addr = kmap_local_page(page);
	pid = fork(child_main, &child, 0);
	if (pid > 0)
		wait_for_completion(&child.done);
	kunmap_local(addr);
	if (pid < 0)
		return pid;
	seq_printf(m, "%d\n", child.count);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(thread);

static int __init kmap_proof_init(void)
{
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("count", 0400, dir, NULL, &count_fops);
	debugfs_create_file("calls", 0400, dir, NULL, &calls_fops);
	debugfs_create_file("map", 0400, dir, NULL, &map_fops);
	debugfs_create_file("unmap", 0400, dir, NULL, &unmap_fops);
	debugfs_create_file("thread", 0400, dir, NULL, &thread_fops);
	return 0;
}

static void __exit kmap_proof_exit(void)
{
	debugfs_remove_recursive(dir);
	__free_page(page);
}

module_init(kmap_proof_init);
module_exit(kmap_proof_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Shows what the kernel counts as pages are mapped");
