// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same few steps, right and wrong, in every context that drivers use.
 * The leak's boundary is the end of the context, not the system call's.
 */
#include "bugs.h"

/* --- steps ------------------------------------------------------------- */

SITE static void *context_map(struct run *r)
{
	return kmap_local_page(r->page[0]);
}

SITE static void context_unmap(void *addr)
{
	kunmap_local(addr);
}

SITE static void context_write(void *addr)
{
	POKE(addr);
}

static void use(struct run *r)
{
	void *addr = context_map(r);

	context_write(addr);
	context_unmap(addr);
}

static void leave_open(struct run *r)
{
	context_write(context_map(r));
	r->left = 1;
}

static void revoke_twice(struct run *r)
{
	void *addr = context_map(r);

	context_write(addr);
	context_unmap(addr);
	context_unmap(addr);
	r->left = -1;
}

static void stray(struct run *r)
{
	context_write(page_address(r->page[0]));
	heal(r);
}

static void use_closed(struct run *r)
{
	void *addr = context_map(r);

	context_unmap(addr);
	context_write(addr);
	heal(r);
}

/* --- in each context --------------------------------------------------- */

#define IN(CONTEXT)                                                                                \
	static int CONTEXT##_leak(struct run *r)                                                   \
	{                                                                                          \
		return in_##CONTEXT(r, leave_open);                                                \
	}                                                                                          \
	static int CONTEXT##_underflow(struct run *r)                                              \
	{                                                                                          \
		return in_##CONTEXT(r, revoke_twice);                                              \
	}                                                                                          \
	static int CONTEXT##_stray(struct run *r)                                                  \
	{                                                                                          \
		return in_##CONTEXT(r, stray);                                                     \
	}                                                                                          \
	static int CONTEXT##_closed(struct run *r)                                                 \
	{                                                                                          \
		return in_##CONTEXT(r, use_closed);                                                \
	}                                                                                          \
	static int CONTEXT##_use(struct run *r)                                                    \
	{                                                                                          \
		return in_##CONTEXT(r, use);                                                       \
	}

IN(work)
IN(kthread)
IN(hrtimer)
IN(irq_work)
IN(bio_end)
IN(timer)
IN(tasklet)
IN(tasklet_of_irq)
IN(nmi_handler)

/* A page fault of user code that a driver answers, with no system call. */
static int exception_leak(struct run *r)
{
	return map_over_stack(r, leave_open);
}

static int exception_leak_ok(struct run *r)
{
	return map_over_stack(r, use);
}

/* Every bug of a context has the correct use as its twin. */
/* clang-format off */
#define TWIN(CONTEXT, KIND) \
static int CONTEXT ## _ ## KIND ## _ok(struct run *r) { return CONTEXT ## _use(r); }

TWIN(work, leak) TWIN(work, underflow) TWIN(work, stray) TWIN(work, closed)
TWIN(kthread, leak) TWIN(kthread, underflow) TWIN(kthread, stray) TWIN(kthread, closed)
TWIN(hrtimer, leak) TWIN(hrtimer, underflow) TWIN(hrtimer, stray) TWIN(hrtimer, closed)
TWIN(irq_work, leak) TWIN(irq_work, underflow) TWIN(irq_work, stray) TWIN(irq_work, closed)
TWIN(bio_end, leak) TWIN(bio_end, underflow) TWIN(bio_end, stray) TWIN(bio_end, closed)
TWIN(timer, leak) TWIN(timer, underflow) TWIN(timer, stray) TWIN(timer, closed)
TWIN(tasklet, leak) TWIN(tasklet, underflow) TWIN(tasklet, stray) TWIN(tasklet, closed)
TWIN(tasklet_of_irq, leak) TWIN(tasklet_of_irq, underflow)
TWIN(tasklet_of_irq, stray) TWIN(tasklet_of_irq, closed)
TWIN(nmi_handler, leak) TWIN(nmi_handler, underflow)
TWIN(nmi_handler, stray) TWIN(nmi_handler, closed)
/* clang-format on */

#define ROWS(NAME, CONTEXT, WHERE, BOUNDARY)                                                       \
	PAIR(NAME "-leak", CONTEXT##_leak, SEEN_COUNT, "leaves its window open in " WHERE,         \
	     LEAK(BOUNDARY, "context_map")),                                                       \
		PAIR(NAME "-underflow", CONTEXT##_underflow, SEEN_COUNT, "unmaps twice in " WHERE, \
		     UNDERFLOW("context_unmap")),                                                  \
		PAIR(NAME "-stray", CONTEXT##_stray, SEEN_FAULT, "a stray write in " WHERE,        \
		     STRAY("never-granted", "context_write")),                                     \
		PAIR(NAME "-closed", CONTEXT##_closed, SEEN_FAULT,                                 \
		     "writes after the unmap in " WHERE,                                           \
		     { "stray-access/use-after-revoke", "context_map", "context_unmap",            \
		       "context_write" })

										static const
	struct bug_case cases[] = {
		ROWS("work", work, "a work item", "work-end"),
		ROWS("kthread", kthread, "a kernel thread", "thread-exit"),
		ROWS("hrtimer", hrtimer, "an hrtimer's hard interrupt", "irq-end"),
		ROWS("irq-work", irq_work, "an irq_work", "irq-end"),
		ROWS("bio-end", bio_end, "a bio's completion", "irq-end"),
		ROWS("timer", timer, "a timer's softirq", "softirq-end"),
		ROWS("tasklet", tasklet, "a tasklet run by the thread", "softirq-end"),
		ROWS("irq-tasklet", tasklet_of_irq, "a tasklet run after an interrupt",
		     "softirq-end"),
		ROWS("nmi", nmi_handler, "an NMI", "nmi-end"),
		PAIR("exception-leak", exception_leak, SEEN_COUNT,
		     "a driver's page fault handler leaks on a fault of user code",
		     LEAK("exception-return", "context_map")),
	};

BUG_FAMILY(context_cases, cases);
