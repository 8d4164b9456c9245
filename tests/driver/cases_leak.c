// SPDX-License-Identifier: GPL-2.0-only
/* Windows that a system call leaves open, each in the shape of a real fix. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "bugs.h"

#define VECTOR 3

/* --- a return between map and unmap ------------------------------------ */

/* mm/userfaultfd: an entry of a kind not expected leaves early. */
SITE static int leak_error(struct run *r, bool broken, bool fixed)
{
	void *addr = kmap_local_page(r->page[0]);

	POKE(addr);
	if (broken) {
		if (fixed)
			kunmap_local(addr);
		return -EIO;
	}
	kunmap_local(addr);
	return 0;
}

static int leak_error_path(struct run *r)
{
	leak_error(r, true, false);
	return 0;
}

static int leak_error_path_ok(struct run *r)
{
	leak_error(r, true, true);
	return 0;
}

/* mm/zswap: the quick way out for a page with one value all over. */
SITE static bool leak_same_filled(struct run *r, bool fixed)
{
	u8 *addr = kmap_local_page(r->page[0]);

	addr[0] = 0;
	addr[PAGE_SIZE - 1] = 0;
	if (addr[0] == addr[PAGE_SIZE - 1]) {
		if (fixed)
			kunmap_local(addr);
		return true;
	}
	kunmap_local(addr);
	return false;
}

static int leak_success_path(struct run *r)
{
	leak_same_filled(r, false);
	return 0;
}

static int leak_success_path_ok(struct run *r)
{
	leak_same_filled(r, true);
	return 0;
}

/* afs: a directory search that returns from inside its loop when it finds. */
SITE static int leak_search(struct run *r, int wanted, bool fixed)
{
	u8 *addr;
	int i;

	for (i = 0; i < VECTOR; i++) {
		addr = kmap_local_page(r->page[i]);
		addr[0] = i;
		if (addr[0] == wanted) {
			if (fixed)
				kunmap_local(addr);
			return i;
		}
		kunmap_local(addr);
	}
	return -ENOENT;
}

static int leak_loop_return(struct run *r)
{
	leak_search(r, 1, false);
	return 0;
}

static int leak_loop_return_ok(struct run *r)
{
	leak_search(r, 1, true);
	return 0;
}

/* ntfs_check_logfile(): the next page's address replaces the last one's. */
SITE static void leak_reassign(struct run *r, bool fixed)
{
	u8 *addr = NULL;
	int i;

	for (i = 0; i < 2; i++) {
		if (addr && fixed)
			kunmap_local(addr);
		addr = kmap_local_page(r->page[i]);
		POKE(addr);
	}
	kunmap_local(addr);
}

static int leak_loop_reassign(struct run *r)
{
	leak_reassign(r, false);
	return 0;
}

static int leak_loop_reassign_ok(struct run *r)
{
	leak_reassign(r, true);
	return 0;
}

/* net/tls: the branch for MSG_OOB maps a page and nobody unmaps it. */
SITE static void *leak_oob_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static void send_page(struct run *r, bool oob, bool fixed)
{
	void *addr = leak_oob_map(r);

	POKE(addr);
	if (!oob || fixed)
		kunmap_local(addr);
}

static int leak_branch(struct run *r)
{
	send_page(r, false, false);
	send_page(r, true, false);
	return 0;
}

static int leak_branch_ok(struct run *r)
{
	send_page(r, false, true);
	send_page(r, true, true);
	return 0;
}

/* Unmapping only where there was an error. */
SITE static void *leak_conditional_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static int leak_conditional(struct run *r)
{
	void *addr = leak_conditional_map(r);
	int err = *(u8 *)addr > 255;

	if (err)
		kunmap_local(addr);
	return 0;
}

static int leak_conditional_ok(struct run *r)
{
	void *addr = leak_conditional_map(r);

	POKE(addr);
	kunmap_local(addr);
	return 0;
}

/* A "goto retry" above the map, below no unmap. */
SITE static void leak_again(struct run *r, bool fixed)
{
	int tries = 0;
	void *addr;

retry:
	addr = kmap_local_page(r->page[0]);
	POKE(addr);
	if (!tries++) {
		if (fixed)
			kunmap_local(addr);
		goto retry;
	}
	kunmap_local(addr);
}

static int leak_retry(struct run *r)
{
	leak_again(r, false);
	return 0;
}

static int leak_retry_ok(struct run *r)
{
	leak_again(r, true);
	return 0;
}

/* The labels of the unwinding in the wrong order: one is jumped over. */
SITE static void *leak_label_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static int unwind(struct run *r, bool fixed)
{
	void *first = kmap_local_page(r->page[0]);
	void *second;

	POKE(first);
	second = leak_label_map(r->page[1]);
	POKE(second);
	if (fixed)
		goto out_second;
	goto out_first;
out_second:
	kunmap_local(second);
out_first:
	kunmap_local(first);
	return 0;
}

/* --- vectors ----------------------------------------------------------- */

SITE static void leak_vector_map(struct run *r, void **vec)
{
	int i;

	for (i = 0; i < VECTOR; i++)
		vec[i] = kmap_local_page(r->page[i]);
}

/* Unwinding that stops one short: "--i > 0" for "--i >= 0". */
static int leak_vector_unwind(struct run *r)
{
	void *vec[VECTOR];
	int i = VECTOR;

	leak_vector_map(r, vec);
	while (--i > 0)
		kunmap_local(vec[i]);
	return 0;
}

static int leak_vector_unwind_ok(struct run *r)
{
	void *vec[VECTOR];
	int i = VECTOR;

	leak_vector_map(r, vec);
	while (--i >= 0)
		kunmap_local(vec[i]);
	return 0;
}

/* nvmet-tcp: with a data digest the vector is mapped once more to sum it. */
SITE static void *leak_digest_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static void sum_again(struct run *r, bool fixed)
{
	u8 *addr = leak_digest_map(r);

	PEEK(addr);
	if (fixed)
		kunmap_local(addr);
}

static int receive(struct run *r, bool digest_fixed)
{
	void *addr = kmap_local_page(r->page[0]);

	POKE(addr);
	kunmap_local(addr);
	sum_again(r, digest_fixed);
	return 0;
}

/* --- the wrong thing unmapped ------------------------------------------ */

SITE static void *leak_copy_map(struct page *page)
{
	return kmap_local_page(page);
}

/* Source and destination: the source is unmapped twice. */
static int copy_pages(struct run *r, bool fixed)
{
	void *src = kmap_local_page(r->ordinary);
	void *dst = leak_copy_map(r->page[0]);

	POKE(dst);
	kunmap_local(fixed ? dst : src);
	kunmap_local(src);
	return 0;
}

/* cifs: kmap_local_page() closed with kunmap(), which revokes nothing. */
SITE static void *leak_kunmap_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static int leak_kunmap(struct run *r)
{
	POKE(leak_kunmap_map(r));
	kunmap(r->page[0]);
	return 0;
}

static int leak_kunmap_ok(struct run *r)
{
	void *addr = leak_kunmap_map(r);

	POKE(addr);
	kunmap_local(addr);
	return 0;
}

/* ntfs check_mft_mirror(): the pointer has walked off the end of the device. */
SITE static void *leak_advanced_map(struct run *r)
{
	return kmap_local_page(r->page[BUG_PAGES - 1]);
}

static int leak_advanced(struct run *r)
{
	void *addr;

	if (!device_page_after_end(r)) {
		pr_err("leak-advanced needs dev= and ordinary memory behind it\n");
		return -EOPNOTSUPP;
	}
	addr = leak_advanced_map(r);
	POKE(addr);
	kunmap_local(addr + PAGE_SIZE);
	return 0;
}

static int leak_advanced_ok(struct run *r)
{
	void *addr = leak_advanced_map(r);

	POKE(addr);
	kunmap_local(addr);
	return 0;
}

/* fuse: the argument is the place of the pointer, not the pointer. */
SITE static void *leak_argument_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static int leak_argument(struct run *r)
{
	r->addr = leak_argument_map(r);
	POKE(r->addr);
	kunmap_local(&r->addr);
	return 0;
}

static int leak_argument_ok(struct run *r)
{
	r->addr = leak_argument_map(r);
	POKE(r->addr);
	kunmap_local(r->addr);
	return 0;
}

/* --- nesting, atomic, what a leak hides -------------------------------- */

SITE static void *leak_outer_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static int nest(struct run *r, bool fixed)
{
	void *outer = leak_outer_map(r);
	void *inner = kmap_local_page(r->page[1]);

	POKE(outer);
	kunmap_local(inner);
	if (fixed)
		kunmap_local(outer);
	return 0;
}

#define DEPTH 40 /* deeper than a tracer is likely to keep a stack for */

SITE static void leak_deep_map(struct page *page)
{
	kmap_local_page(page);
}

static int nest_deep(struct run *r, int closed)
{
	int i;

	for (i = 0; i < DEPTH; i++)
		leak_deep_map(r->page[0]);
	for (i = 0; i < closed; i++)
		kunmap_local(page_address(r->page[0]));
	return 0;
}

/*
 * kmap_atomic() without its end would leave preemption and page faults off,
 * and the thread would not live to tell; those two are put right here.
 */
SITE static void *leak_atomic_map(struct run *r)
{
	return kmap_atomic(r->page[0]);
}

static int leak_atomic(struct run *r)
{
	POKE(leak_atomic_map(r));
	pagefault_enable();
	preempt_enable();
	return 0;
}

static int leak_atomic_ok(struct run *r)
{
	void *addr = leak_atomic_map(r);

	POKE(addr);
	kunmap_atomic(addr);
	return 0;
}

/* The window is still open, so the stray write behind it does not fault. */
SITE static void *leak_hiding_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

static int leak_hides_stray(struct run *r)
{
	POKE(leak_hiding_map(r));
	POKE(page_address(r->page[1]));
	return 0;
}

static int leak_hides_stray_ok(struct run *r)
{
	void *addr = leak_hiding_map(r);

	POKE(addr);
	kunmap_local(addr);
	addr = kmap_local_page(r->page[1]);
	POKE(addr);
	kunmap_local(addr);
	return 0;
}

/* clang-format off */
static int leak_digest(struct run *r) { return receive(r, false); }
static int leak_digest_ok(struct run *r) { return receive(r, true); }
static int leak_goto_order(struct run *r) { return unwind(r, false); }
static int leak_goto_order_ok(struct run *r) { return unwind(r, true); }
static int leak_wrong_variable(struct run *r) { return copy_pages(r, false); }
static int leak_wrong_variable_ok(struct run *r) { return copy_pages(r, true); }
static int leak_outer(struct run *r) { return nest(r, false); }
static int leak_outer_ok(struct run *r) { return nest(r, true); }
static int leak_deep(struct run *r) { return nest_deep(r, DEPTH - 1); }
static int leak_deep_ok(struct run *r) { return nest_deep(r, DEPTH); }
/* clang-format on */

#define EXIT(FN) LEAK("syscall-exit", FN)

static const struct bug_case cases[] = {
	PAIR("leak-error-path", leak_error_path, SEEN_COUNT, "returns an error without the unmap",
	     EXIT("leak_error")),
	PAIR("leak-success-path", leak_success_path, SEEN_COUNT,
	     "returns early with success without the unmap", EXIT("leak_same_filled")),
	PAIR("leak-loop-return", leak_loop_return, SEEN_COUNT,
	     "returns from inside the search loop", EXIT("leak_search")),
	PAIR("leak-loop-reassign", leak_loop_reassign, SEEN_COUNT,
	     "overwrites the address with the next page's", EXIT("leak_reassign")),
	PAIR("leak-branch", leak_branch, SEEN_COUNT, "one branch never unmaps",
	     EXIT("leak_oob_map")),
	PAIR("leak-conditional", leak_conditional, SEEN_COUNT, "unmaps only after an error",
	     EXIT("leak_conditional_map")),
	PAIR("leak-retry", leak_retry, SEEN_COUNT, "retries with the first window open",
	     EXIT("leak_again")),
	PAIR("leak-goto-order", leak_goto_order, SEEN_COUNT,
	     "unwinds through the wrong label: the outer window closes, the inner stays",
	     { .class = "out-of-order", .revoked = "unwind" }, EXIT("leak_label_map")),
	PAIR("leak-vector-unwind", leak_vector_unwind, SEEN_COUNT,
	     "unwinds a vector of pages one short", EXIT("leak_vector_map")),
	PAIR("leak-digest", leak_digest, SEEN_COUNT, "maps again for a digest and forgets it",
	     EXIT("leak_digest_map")),
	PAIR("leak-wrong-variable", leak_wrong_variable, SEEN_COUNT,
	     "unmaps the ordinary source page twice, the destination never", EXIT("leak_copy_map")),
	PAIR("leak-kunmap", leak_kunmap, SEEN_COUNT, "closes with kunmap()",
	     EXIT("leak_kunmap_map")),
	PAIR("leak-advanced", leak_advanced, SEEN_COUNT,
	     "unmaps an address that has left the device", EXIT("leak_advanced_map")),
	PAIR("leak-argument", leak_argument, SEEN_COUNT, "unmaps the address of the pointer",
	     EXIT("leak_argument_map")),
	PAIR("leak-outer", leak_outer, SEEN_COUNT, "closes the inner of two windows only",
	     EXIT("leak_outer_map")),
	PAIR("leak-deep", leak_deep, SEEN_COUNT, "opens 40 windows and closes 39",
	     EXIT("leak_deep_map")),
	PAIR("leak-atomic", leak_atomic, SEEN_COUNT, "kmap_atomic() without kunmap_atomic()",
	     EXIT("leak_atomic_map")),
	PAIR("leak-hides-stray", leak_hides_stray, SEEN_COUNT,
	     "a leak, and a stray write that it hides", EXIT("leak_hiding_map")),
};

BUG_FAMILY(leak_cases, cases);
