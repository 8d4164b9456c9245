// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts and exceptions that hit a thread inside its window. They start
 * with the page closed, but their grants add to the thread's count, which is
 * 1 already: such a grant opens nothing.
 */
#include <linux/uaccess.h>
#include "bugs.h"
#include "irqs.h"

SITE static void *window_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void window_unmap(struct run *r)
{
	kunmap_local(r->addr);
}

typedef int (*context_fn)(struct run *r, step_fn step);

static int hit_window(struct run *r, context_fn interrupt, step_fn step)
{
	int err;

	r->addr = window_map(r);
	POKE(r->addr);
	err = interrupt(r, step);
	POKE(r->addr);
	window_unmap(r);
	return err;
}

static int hit_nothing(struct run *r, context_fn interrupt, step_fn step)
{
	r->addr = window_map(r);
	POKE(r->addr);
	window_unmap(r);
	return interrupt(r, step);
}

/* --- steps ------------------------------------------------------------- */

/* The handler has the thread's pointer: the thread's window is not its own. */
SITE static void irq_write(struct run *r)
{
	POKE(r->addr);
}

SITE static void *irq_map(struct page *page)
{
	return kmap_local_page(page);
}

SITE static void irq_unmap(void *addr)
{
	kunmap_local(addr);
}

SITE static void irq_write_own(void *addr)
{
	POKE(addr);
}

static void grant_only(struct run *r)
{
	irq_unmap(irq_map(r->page[1]));
}

static void grant_and_write(struct run *r)
{
	void *addr = irq_map(r->page[1]);

	irq_write_own(addr);
	irq_unmap(addr);
}

static void ordinary_only(struct run *r)
{
	void *addr = irq_map(r->ordinary);

	POKE(addr);
	irq_unmap(addr);
}

/* --- a page fault of the kernel inside a window ------------------------ */

/*
 * The thread copies from user memory that a driver has to provide first; the
 * driver's fault handler uses a window of its own (the read from a hole of a
 * DAX file, defect 1 of the series, in a driver's shape).
 */
static int fault_in_window(struct run *r, bool windowed)
{
	unsigned long user = map_driver_page(r, grant_and_write);
	unsigned long left;
	u8 byte;

	if (IS_ERR_VALUE(user))
		return user;
	if (windowed)
		r->addr = window_map(r);
	r->irqs = irqs_of_this_cpu();
	left = copy_from_user(&byte, (void __user *)user, 1);
	if (windowed)
		window_unmap(r);
	return left ? -EFAULT : 0;
}

/* clang-format off */
static int fault_grant(struct run *r) { return fault_in_window(r, true); }
static int fault_grant_ok(struct run *r) { return fault_in_window(r, false); }
/* clang-format on */

/* --- a softirq that the thread runs itself ----------------------------- */

/* No exception lies between: it has the thread's own register. */
/* clang-format off */
static int tasklet_in_window(struct run *r) { return hit_window(r, in_tasklet, grant_and_write); }
static int tasklet_shares(struct run *r) { return hit_window(r, in_tasklet, irq_write); }
static int irq_no_pages(struct run *r) { return hit_window(r, in_hrtimer, ordinary_only); }
/* clang-format on */

#define HIT(NAME, CONTEXT)                                                                         \
	static int NAME##_write(struct run *r)                                                     \
	{                                                                                          \
		return hit_window(r, CONTEXT, irq_write);                                          \
	}                                                                                          \
	static int NAME##_write_ok(struct run *r)                                                  \
	{                                                                                          \
		return hit_window(r, CONTEXT, ordinary_only);                                      \
	}                                                                                          \
	static int NAME##_grant(struct run *r)                                                     \
	{                                                                                          \
		return hit_window(r, CONTEXT, grant_only);                                         \
	}                                                                                          \
	static int NAME##_grant_ok(struct run *r)                                                  \
	{                                                                                          \
		return hit_nothing(r, CONTEXT, grant_only);                                        \
	}                                                                                          \
	static int NAME##_use(struct run *r)                                                       \
	{                                                                                          \
		return hit_window(r, CONTEXT, grant_and_write);                                    \
	}                                                                                          \
	static int NAME##_use_ok(struct run *r)                                                    \
	{                                                                                          \
		return hit_nothing(r, CONTEXT, grant_and_write);                                   \
	}

HIT(hrtimer_hits, in_hrtimer)
HIT(irq_work_hits, in_irq_work)
HIT(bio_end_hits, in_bio_end)
HIT(timer_hits, in_timer)
HIT(irq_tasklet_hits, in_tasklet_of_irq)
HIT(nmi_hits, in_nmi_handler)

#define INEFFECTIVE                                                                                \
	{                                                                                          \
		.class = "ineffective-grant", .granted = "irq_map"                                 \
	}
/* clang-format off */
#define IN_WINDOW(FN) { .class = "stray-access/irq-in-window", .accessed = FN }
/* clang-format on */

#define ROWS(NAME, FN, WHAT)                                                                       \
	PAIR(NAME "-hits-write", FN##_write, SEEN_FAULT,                                           \
	     WHAT " uses the pointer of the thread it hit",                                        \
	     { "stray-access/irq-in-window", "window_map", NULL, "irq_write" }),                   \
		PAIR(NAME "-hits-grant", FN##_grant, SEEN_COUNT,                                   \
		     WHAT " maps and unmaps over an open window", INEFFECTIVE),                    \
		PAIR(NAME "-hits-use", FN##_use, SEEN_FAULT,                                       \
		     WHAT " maps and writes over an open window", INEFFECTIVE,                     \
		     IN_WINDOW("irq_write_own"))

static const struct bug_case cases[] = {
	ROWS("hrtimer", hrtimer_hits, "an hrtimer"),
	ROWS("irq-work", irq_work_hits, "an irq_work"),
	ROWS("bio-end", bio_end_hits, "a bio's completion"),
	ROWS("timer", timer_hits, "a timer's softirq"),
	ROWS("irq-tasklet", irq_tasklet_hits, "a tasklet after an interrupt"),
	ROWS("nmi", nmi_hits, "an NMI"),
	PAIR("fault-grant", fault_grant, SEEN_FAULT,
	     "a page fault handler maps and writes inside the faulting thread's window",
	     INEFFECTIVE,
	     { .class = "stray-access/exception-in-window", .accessed = "irq_write_own" }),
	CORRECT("tasklet-in-window", tasklet_in_window,
		"a tasklet that the thread runs itself maps a page in its window"),
	CORRECT("tasklet-shares-window", tasklet_shares,
		"a tasklet that the thread runs itself uses its pointer"),
	CORRECT("irq-ordinary-in-window", irq_no_pages,
		"an interrupt over an open window maps an ordinary page"),
};

BUG_FAMILY(irq_cases, cases);
