// SPDX-License-Identifier: GPL-2.0-only
/*
 * The error paths. Six of them are wrong in the driver's buggy form: four
 * lose the window, one uses it after its revoke, one revokes twice. A seventh
 * bug takes two failures. All others, and all of the corrected form, are right.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include "hunt.h"

#define SCRATCH 256

/* --- wrong in the buggy form -------------------------------------------- */

/* Memory to work with is asked for with the page mapped already. */
SITE static int path_alloc(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]), *scratch;

	scratch = kmalloc(SCRATCH, GFP_KERNEL);
	if (!scratch) {
		if (q->fixed)
			kunmap_local(addr);
		return -ENOMEM;
	}
	memcpy(addr, scratch, SCRATCH);
	kfree(scratch);
	kunmap_local(addr);
	return 0;
}

/* The caller's data goes straight into the mapped page. */
SITE static int path_copy(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);

	if (copy_from_user(addr, q->data, min_t(size_t, q->size, SCRATCH))) {
		if (q->fixed)
			kunmap_local(addr);
		return -EFAULT;
	}
	kunmap_local(addr);
	return 0;
}

/* The device refuses what it was given in the mapped page. */
SITE static int path_submit(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	int err = step_submit(addr);

	if (err) {
		if (q->fixed)
			kunmap_local(addr);
		return err;
	}
	kunmap_local(addr);
	return 0;
}

/* The second of two pages is not to be had. */
SITE static int path_second(struct request *q)
{
	void *first = kmap_local_page(q->run->page[0]), *second;
	struct page *page = step_next_page(q);

	if (!page) {
		if (q->fixed)
			kunmap_local(first);
		return -ENXIO;
	}
	second = kmap_local_page(page);
	memcpy(second, first, SCRATCH);
	kunmap_local(second);
	kunmap_local(first);
	return 0;
}

/* What became of it is noted in the page, which is no longer mapped. */
SITE static int path_late(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	int err = step_check(addr);

	if (q->fixed && err)
		POKE(addr);
	kunmap_local(addr);
	if (!q->fixed && err)
		POKE(addr);
	return err;
}

/* Two labels of the way back undo the same thing. */
SITE static int path_unwind(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	int err = step_start(addr);

	if (err)
		goto stop;
	POKE(addr);
	goto unmap;
stop:
	if (!q->fixed)
		kunmap_local(addr);
unmap:
	kunmap_local(addr);
	return err;
}

/* Two failures in a row: no scratch memory, and no page instead of it. */
SITE static int path_fallback(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	void *scratch = kmalloc(SCRATCH, GFP_KERNEL);
	struct page *page;

	if (scratch) {
		kfree(scratch);
		kunmap_local(addr);
		return 0;
	}
	page = alloc_page(GFP_KERNEL);
	if (!page) {
		if (q->fixed)
			kunmap_local(addr);
		return -ENOMEM;
	}
	__free_page(page);
	kunmap_local(addr);
	return 0;
}

/* --- right in both forms ------------------------------------------------ */

SITE static int path_page(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	struct page *page = alloc_page(GFP_KERNEL);

	if (page)
		__free_page(page);
	kunmap_local(addr);
	return page ? 0 : -ENOMEM;
}

/* Without memory of its own it works in the page itself. */
SITE static int path_in_place(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	void *scratch = kmalloc(SCRATCH, GFP_KERNEL);

	if (scratch)
		memcpy(addr, scratch, SCRATCH);
	else
		POKE(addr);
	kunmap_local(addr);
	kfree(scratch);
	return 0;
}

SITE static int path_finish(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	int err = step_finish(addr);

	kunmap_local(addr);
	return err;
}

SITE static int path_nested(struct request *q)
{
	void *outer = kmap_local_page(q->run->page[0]);
	void *inner = kmap_local_page(q->run->page[1]);
	int err = step_check(inner);

	if (!err)
		POKE(outer);
	kunmap_local(inner);
	kunmap_local(outer);
	return err;
}

/* A second attempt goes through. */
SITE static int path_retry(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]);
	int err = step_submit(addr);

	if (err)
		err = step_submit(addr);
	kunmap_local(addr);
	return err;
}

/* The window is closed when the allocation fails, but the system call goes on. */
SITE static int path_after(struct request *q)
{
	void *addr = kmap_local_page(q->run->page[0]), *record;

	POKE(addr);
	kunmap_local(addr);
	record = kzalloc(SCRATCH, GFP_KERNEL);
	kfree(record);
	return record ? 0 : -ENOMEM;
}

/* The same off the caller's thread. */
struct flush {
	struct work_struct work;
	struct request *q;
	int err;
};

static struct workqueue_struct *flushers;

SITE static void flush_work_fn(struct work_struct *work)
{
	struct flush *f = container_of(work, struct flush, work);
	void *addr = kmap_local_page(f->q->run->page[0]);

	f->err = step_submit(addr);
	kunmap_local(addr);
}

SITE static int path_work(struct request *q)
{
	struct flush f = { .q = q };

	INIT_WORK_ONSTACK(&f.work, flush_work_fn);
	queue_work(flushers, &f.work);
	flush_work(&f.work);
	destroy_work_on_stack(&f.work);
	return f.err;
}

const struct error_path error_paths[] = {
	{ "alloc", path_alloc, "leak" },
	{ "copy", path_copy, "leak" },
	{ "submit", path_submit, "leak" },
	{ "second", path_second, "leak" },
	{ "late", path_late, "stray access" },
	{ "unwind", path_unwind, "underflow" },
	{ "fallback", path_fallback, "leak after two failures" },
	{ "page", path_page },
	{ "in-place", path_in_place },
	{ "finish", path_finish },
	{ "nested", path_nested },
	{ "retry", path_retry },
	{ "after", path_after },
	{ "work", path_work },
};
const size_t nr_error_paths = ARRAY_SIZE(error_paths);

int paths_init(void)
{
	flushers = alloc_workqueue("pkstrace_hunt", 0, 0);
	return flushers ? 0 : -ENOMEM;
}

void paths_exit(void)
{
	destroy_workqueue(flushers);
}
