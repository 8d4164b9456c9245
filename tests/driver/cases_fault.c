// SPDX-License-Identifier: GPL-2.0-only
/* Accesses outside a window by the thread itself, in the shapes they have. */
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include "bugs.h"

SITE static void *fault_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void fault_unmap(void *addr)
{
	kunmap_local(addr);
}

#define CLOSED(FN)                                                                                 \
	{                                                                                          \
		"stray-access/use-after-revoke", "fault_map", "fault_unmap", FN                    \
	}

/* nvmet-tcp: the receive digest is summed over the iovec after its unmap. */
SITE static u32 digest(const u8 *const *vec, int nr)
{
	u32 sum = 0;
	int i, k;

	for (i = 0; i < nr; i++)
		for (k = 0; k < 64; k++)
			sum = sum * 31 + READ_ONCE(vec[i][k]);
	return sum;
}

static int receive_digest(struct run *r, bool fixed)
{
	u8 *vec[2] = { fault_map(r->page[0]), fault_map(r->page[1]) };

	if (fixed)
		digest((const u8 *const *)vec, 2);
	fault_unmap(vec[1]);
	fault_unmap(vec[0]);
	if (!fixed) {
		digest((const u8 *const *)vec, 2);
		heal(r);
	}
	return 0;
}

/* The pointer to the last entry found is used after the page was unmapped. */
SITE static u8 read_entry(const u8 *entry)
{
	return READ_ONCE(*entry);
}

static int find_entry(struct run *r, bool fixed)
{
	const u8 *entry = fault_map(r->page[0]) + 16;

	if (fixed)
		read_entry(entry);
	fault_unmap((void *)entry);
	if (!fixed) {
		read_entry(entry);
		heal(r);
	}
	return 0;
}

/* A loop over slots, unrolled: the unmap is in it, the map before it. */
SITE static void write_slot(u8 *slot)
{
	WRITE_ONCE(*slot, 1);
}

static int loop_slots(struct run *r, bool fixed)
{
	u8 *slot = fault_map(r->page[0]);

	write_slot(slot);
	if (!fixed)
		fault_unmap(slot);
	write_slot(slot + 1);
	if (fixed)
		fault_unmap(slot);
	else
		heal(r);
	return 0;
}

/* On error the buffer is cleared at the end, where it is closed already. */
SITE static void clear_header(u8 *addr)
{
	int i;

	for (i = 0; i < 8; i++)
		WRITE_ONCE(addr[i], 0);
}

static int clear_on_error(struct run *r, bool fixed)
{
	void *addr = fault_map(r->page[0]);
	int err = -EIO;

	POKE(addr);
	if (err && fixed)
		clear_header(addr);
	fault_unmap(addr);
	if (err && !fixed) {
		clear_header(addr);
		heal(r);
	}
	return 0;
}

/* An object keeps the address of its page from an earlier call. */
SITE static void use_object(struct run *object)
{
	POKE(object->addr);
}

static void set_up_object(struct run *object)
{
	object->addr = fault_map(object->page[0]);
	POKE(object->addr);
	fault_unmap(object->addr);
}

static int stale_object(struct run *r)
{
	set_up_object(r);
	use_object(r);
	heal(r);
	return 0;
}

static int stale_object_ok(struct run *r)
{
	set_up_object(r);
	r->addr = fault_map(r->page[0]);
	use_object(r);
	fault_unmap(r->addr);
	return 0;
}

/* A structure that lives in the page is counted down after the unmap. */
SITE static void put_count(atomic_t *count)
{
	atomic_dec(count);
}

static int put_in_page(struct run *r, bool fixed)
{
	atomic_t *count = fault_map(r->page[0]);

	if (fixed)
		put_count(count);
	fault_unmap(count);
	if (!fixed) {
		put_count(count);
		heal(r);
	}
	return 0;
}

/* --- never granted ----------------------------------------------------- */

/* kmap() of a protected page: the mapping works, the access faults. */
SITE static void kmap_write(void *addr)
{
	POKE(addr);
}

static int kmap_access(struct run *r)
{
	kmap_write(kmap(r->page[0]));
	kunmap(r->page[0]);
	heal(r);
	return 0;
}

static int kmap_access_ok(struct run *r)
{
	void *addr = fault_map(r->page[0]);

	kmap_write(addr);
	fault_unmap(addr);
	return 0;
}

/* The header is looked at before the page is mapped to read the rest. */
SITE static void read_header(const u8 *addr)
{
	PEEK(addr);
}

static int grant_too_late(struct run *r)
{
	void *addr;

	read_header(page_address(r->page[0]));
	addr = fault_map(r->page[0]);
	POKE(addr);
	fault_unmap(addr);
	return 0;
}

static int grant_too_late_ok(struct run *r)
{
	void *addr = fault_map(r->page[0]);

	read_header(addr);
	POKE(addr);
	fault_unmap(addr);
	return 0;
}

/* A pointer into the device that comes out of a broken table. */
SITE static void follow_pointer(u8 **table)
{
	POKE(table[1]);
}

static int wild_pointer(struct run *r)
{
	u8 *table[2] = { page_address(r->ordinary), page_address(r->page[2]) + 123 };

	follow_pointer(table);
	heal(r);
	return 0;
}

static int wild_pointer_ok(struct run *r)
{
	u8 *table[2] = { page_address(r->ordinary), page_address(r->ordinary) + 123 };

	follow_pointer(table);
	return 0;
}

/*
 * A loop that runs past the end of its own page with no window open: from
 * the ordinary page's own end the index is taken into the device.
 */
SITE static void fill(u8 *base, unsigned long from, unsigned long to)
{
	unsigned long i;

	for (i = from; i < to; i++)
		WRITE_ONCE(base[i], 0);
}

static int overrun(struct run *r)
{
	u8 *base = page_address(r->ordinary);
	unsigned long gap = (u8 *)page_address(r->page[0]) - base;

	fill(base, gap, gap + 4);
	heal(r);
	return 0;
}

static int overrun_ok(struct run *r)
{
	fill(page_address(r->ordinary), 0, 4);
	return 0;
}

/* read() of a driver that copies to user space straight from the device. */
SITE static int copy_out(void __user *to, const void *from)
{
	return copy_to_user(to, from, 8) ? -EFAULT : 0;
}

static int copy_to_stack(struct run *r, bool fixed)
{
	void __user *to = (void __user *)(task_pt_regs(current)->sp - 256);
	void *addr = page_address(r->page[0]);

	if (fixed)
		addr = fault_map(r->page[0]);
	copy_out(to, addr);
	if (fixed)
		fault_unmap(addr);
	else
		heal(r);
	return 0;
}

/* --- the page of a file ------------------------------------------------ */

SITE static void hit_file(void *addr)
{
	POKE(addr);
}

static int victim_write(struct run *r)
{
	hit_file(page_address(r->victim));
	heal(r);
	return 0;
}

static int victim_write_ok(struct run *r)
{
	void *addr = fault_map(r->victim);

	hit_file(addr);
	fault_unmap(addr);
	return 0;
}

/* --- what the key cannot show ------------------------------------------ */

/* iov_iter: the copy runs past the end of the page, into one with the same key. */
static int past_end(struct run *r)
{
	u8 *addr = fault_map(r->page[0]);

	POKE(addr + PAGE_SIZE);
	fault_unmap(addr);
	return 0;
}

static int past_end_ok(struct run *r)
{
	u8 *addr = fault_map(r->page[0]);

	POKE(addr + PAGE_SIZE - 1);
	fault_unmap(addr);
	return 0;
}

/* clang-format off */
static int digest_unmapped(struct run *r) { return receive_digest(r, false); }
static int digest_unmapped_ok(struct run *r) { return receive_digest(r, true); }
static int stale_entry(struct run *r) { return find_entry(r, false); }
static int stale_entry_ok(struct run *r) { return find_entry(r, true); }
static int stale_in_loop(struct run *r) { return loop_slots(r, false); }
static int stale_in_loop_ok(struct run *r) { return loop_slots(r, true); }
static int error_path_clear(struct run *r) { return clear_on_error(r, false); }
static int error_path_clear_ok(struct run *r) { return clear_on_error(r, true); }
static int stale_count(struct run *r) { return put_in_page(r, false); }
static int stale_count_ok(struct run *r) { return put_in_page(r, true); }
static int user_copy(struct run *r) { return copy_to_stack(r, false); }
static int user_copy_ok(struct run *r) { return copy_to_stack(r, true); }
/* clang-format on */

static const struct bug_case cases[] = {
	PAIR("digest-unmapped", digest_unmapped, SEEN_FAULT,
	     "sums a digest over a vector that is unmapped", CLOSED("digest")),
	PAIR("stale-entry", stale_entry, SEEN_FAULT,
	     "reads the entry found after the unmap of its page", CLOSED("read_entry")),
	PAIR("stale-in-loop", stale_in_loop, SEEN_FAULT, "unmaps in the loop, maps before it",
	     CLOSED("write_slot")),
	PAIR("error-path-clear", error_path_clear, SEEN_FAULT,
	     "clears the buffer at the end of the error path", CLOSED("clear_header")),
	PAIR("stale-object", stale_object, SEEN_FAULT,
	     "keeps the address in an object and uses it in the next call", CLOSED("use_object")),
	PAIR("stale-count", stale_count, SEEN_FAULT, "an atomic count in the page, after the unmap",
	     CLOSED("put_count")),
	PAIR("kmap-access", kmap_access, SEEN_FAULT, "writes through kmap()",
	     STRAY("never-granted", "kmap_write")),
	PAIR("grant-too-late", grant_too_late, SEEN_FAULT, "reads the header before the map",
	     STRAY("never-granted", "read_header")),
	PAIR("wild-pointer", wild_pointer, SEEN_FAULT, "follows a wild pointer into the device",
	     STRAY("never-granted", "follow_pointer")),
	PAIR("overrun", overrun, SEEN_FAULT,
	     "an index runs from an ordinary buffer into the device",
	     STRAY("never-granted", "fill")),
	PAIR("user-copy", user_copy, SEEN_FAULT, "copy_to_user() straight from the device",
	     STRAY("never-granted", NULL)),
	{ .name = "victim-write",
	  .partner = "victim-write-ok",
	  .run = victim_write,
	  .about = "a stray write to a file's page",
	  .seen = SEEN_FAULT,
	  .needs = "victim",
	  .expect = { STRAY("never-granted", "hit_file") } },
	{ .name = "victim-write-ok",
	  .partner = "victim-write",
	  .run = victim_write_ok,
	  .about = "corrected twin of victim-write",
	  .seen = SEEN_NOT,
	  .needs = "victim" },
	INVISIBLE("past-end", past_end,
		  "writes past the end of the mapped page, into the next one"),
};

BUG_FAMILY(fault_cases, cases);
