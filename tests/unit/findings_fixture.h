/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every finding that the golden files hold: each class at least once, each cause, and
 * what the words of a report depend on besides. A new class is a new row here.
 */
#ifndef PKSTRACE_TEST_FINDINGS_FIXTURE_H
#define PKSTRACE_TEST_FINDINGS_FIXTURE_H

#include "report_fixture.h"

static inline void leak_case(struct model_finding *f)
{
	f->raw.boundary = PKS_SYSCALL_EXIT;
	f->raw.arg = 1;
	f->raw.held = 925500;
	f->raw.phys = 0x123000;
	f->raw.pkrs = 0x55555550;
}

static inline void leak_of_work(struct model_finding *f)
{
	f->raw.boundary = PKS_WORK_END;
	f->raw.arg = DRIVER_AT + 0x100;
	f->raw.granted.flags = 0;
	f->raw.pgmap = 1;
	f->raw.pgmap_start = 0x200000;
}

static inline void leak_unknown(struct model_finding *f)
{
	f->raw.boundary = PKS_IRQ_END;
	f->raw.context = PKS_HARDIRQ;
	f->raw.unsure = 1;
	f->raw.granted.caller = 0;
	f->granted.nr = 0;
}

static inline void underflow_case(struct model_finding *f)
{
	fixture_revoke(f);
	f->raw.count = 0;
	f->raw.address = 0xff11000047ff8010;
	f->raw.phys = 0x123000;
}

/* Neither the grant nor a stack is known. */
static inline void underflow_bare(struct model_finding *f)
{
	fixture_revoke(f);
	f->raw.count = 0;
	f->raw.nr_stack = 0;
	f->raw.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
	f->granted.nr = 0;
}

/* An interrupt had no window of its own, and took from the count of the thread it hit. */
static inline void underflow_in_interrupt(struct model_finding *f)
{
	underflow_case(f);
	f->raw.context = PKS_HARDIRQ;
	f->raw.count = 1;
}

/* Its revoke named that thread's window, with the key closed for the softirq alone. */
static inline void interrupted_case(struct model_finding *f)
{
	underflow_in_interrupt(f);
	f->raw.context = PKS_SOFTIRQ;
	f->raw.revoked.flags |= PKS_ORIGIN_INTERRUPTED;
	f->raw.pkrs = 0x55555554;
	f->raw.held = 3000;
}

static inline void wrong_page_case(struct model_finding *f)
{
	fixture_revoke(f);
	f->raw.held = 12345678;
	f->raw.phys = 0x123000;
	f->raw.key = 0xffd4000000001040;
	f->raw.key2 = 0xffd4000000000fc0;
}

static inline void out_of_order_case(struct model_finding *f)
{
	fixture_revoke(f);
	f->raw.granted.flags = 0;
}

static inline void cross_thread_case(struct model_finding *f)
{
	fixture_revoke(f);
	f->raw.other_tid = 77;
	f->raw.held = 1500;
	f->raw.count = 0;
}

static inline void stray_case(struct model_finding *f)
{
	fixture_access(f);
	f->raw.phys = 0x123000;
	f->raw.write = 1;
	f->raw.pkrs = 0x55555554;
}

static inline void stray_closed(struct model_finding *f)
{
	stray_case(f);
	f->raw.revoked = (struct pks_origin){ .caller = IN_UNMAP,
					      .stack = 2,
					      .flags = PKS_STACK_OF_ANOTHER };
	f->revoked = (struct model_stack){ .nr = 2, .address = { IN_UNMAP, IN_VFS_WRITE } };
}

static inline void stray_of_another(struct model_finding *f)
{
	stray_case(f);
	f->raw.other_tid = 77;
	f->raw.fatal = 1;
	f->raw.write = 0;
}

static inline void stray_by_device(struct model_finding *f)
{
	stray_case(f);
	f->raw.granted.flags |= PKS_ORIGIN_OF_PGMAP;
}

static inline void stray_in_interrupt(struct model_finding *f)
{
	stray_case(f);
	f->raw.context = PKS_HARDIRQ;
	f->raw.pkrs = 0x55555550;
}

static inline void stray_poisoned(struct model_finding *f)
{
	stray_case(f);
	f->raw.revoked =
		(struct pks_origin){ .caller = IN_UNMAP, .stack = 2, .flags = PKS_STACK_EXACT };
	f->revoked = (struct model_stack){ .nr = 1, .address = { IN_UNMAP } };
	f->follows = (struct model_link){ .time = 12000000000,
					  .place = IN_UNMAP,
					  .class = PKS_UNDERFLOW };
}

/* In a file that no process holds; none has this device. */
static inline void stray_in_file(struct model_finding *f)
{
	stray_case(f);
	f->raw.ino = 12;
	f->raw.index = 3;
	f->raw.dev = 4094u << 20 | 99999;
}

static inline void stray_bare(struct model_finding *f)
{
	fixture_access(f);
	f->raw.nr_stack = 0;
	f->raw.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
	f->granted.nr = 0;
}

static inline void ineffective_case(struct model_finding *f)
{
	f->raw.context = PKS_SOFTIRQ;
	f->raw.phys = 0x123000;
	f->raw.pkrs = 0x55555554;
}

static inline void residue_case(struct model_finding *f)
{
	f->raw.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
	f->granted.nr = 0;
	f->raw.boundary = PKS_SYSCALL_EXIT;
}

static inline void residue_followed(struct model_finding *f)
{
	residue_case(f);
	f->follows =
		(struct model_link){ .time = 12000000000,
				     .place = IN_ACCESS,
				     .class = PKS_STRAY_ACCESS,
				     .stack = { .nr = 2, .address = { IN_ACCESS, IN_VFS_WRITE } } };
}

static inline void inherited_case(struct model_finding *f)
{
	f->raw.other_tid = 77;
	f->raw.nr_stack = 1;
	f->raw.stack[0] = IN_SYSCALL;
	f->raw.phys = 0x123000;
	f->raw.held = 40;
}

static inline void long_hold_case(struct model_finding *f)
{
	f->raw.held = 20000000000;
	f->raw.phys = 0x123000;
	f->raw.revoked =
		(struct pks_origin){ .caller = IN_UNMAP, .stack = 2, .flags = PKS_STACK_EXACT };
	f->revoked = (struct model_stack){ .nr = 2, .address = { IN_UNMAP, IN_VFS_WRITE } };
}

static inline void slept_case(struct model_finding *f)
{
	f->raw.nr_stack = 2;
	f->raw.stack[0] = IN_VFS_WRITE;
	f->raw.stack[1] = IN_SYSCALL;
}

struct finding_case {
	const char *name;
	unsigned int class, cause;
	void (*fill)(struct model_finding *f);
};

static const struct finding_case finding_cases[] __attribute__((unused)) = {
	{ "leak", PKS_LEAK, 0, leak_case },
	{ "leak, of a work item, on a pgmap", PKS_LEAK, 0, leak_of_work },
	{ "leak, of which little is known", PKS_LEAK, 0, leak_unknown },
	{ "underflow", PKS_UNDERFLOW, 0, underflow_case },
	{ "underflow in an interrupt", PKS_UNDERFLOW, 0, underflow_in_interrupt },
	{ "underflow, of which little is known", PKS_UNDERFLOW, 0, underflow_bare },
	{ "wrong-page", PKS_WRONG_PAGE, 0, wrong_page_case },
	{ "out-of-order", PKS_OUT_OF_ORDER, 0, out_of_order_case },
	{ "cross-thread", PKS_CROSS_THREAD, 0, cross_thread_case },
	{ "cross-thread, of the interrupted thread", PKS_CROSS_THREAD, 0, interrupted_case },
	{ "stray-access, of a device that this thread had a window on", PKS_STRAY_ACCESS,
	  PKS_USE_AFTER_REVOKE, stray_by_device },
	{ "stray-access", PKS_STRAY_ACCESS, PKS_CAUSE_NONE, stray_case },
	{ "stray-access, closed", PKS_STRAY_ACCESS, PKS_USE_AFTER_REVOKE, stray_closed },
	{ "stray-access, another's", PKS_STRAY_ACCESS, PKS_OTHER_THREAD_WINDOW, stray_of_another },
	{ "stray-access, interrupt", PKS_STRAY_ACCESS, PKS_IRQ_IN_WINDOW, stray_in_interrupt },
	{ "stray-access, exception", PKS_STRAY_ACCESS, PKS_EXCEPTION_IN_WINDOW, stray_case },
	{ "stray-access, poisoned", PKS_STRAY_ACCESS, PKS_POISONED_GRANT, stray_poisoned },
	{ "stray-access, in a file", PKS_STRAY_ACCESS, PKS_NEVER_GRANTED, stray_in_file },
	{ "stray-access, no stack", PKS_STRAY_ACCESS, PKS_NEVER_GRANTED, stray_bare },
	{ "ineffective-grant", PKS_INEFFECTIVE_GRANT, 0, ineffective_case },
	{ "residue", PKS_RESIDUE, 0, residue_case },
	{ "residue, followed back", PKS_RESIDUE, 0, residue_followed },
	{ "inherited", PKS_INHERITED, 0, inherited_case },
	{ "long-hold", PKS_LONG_HOLD, 0, long_hold_case },
	{ "slept", PKS_SLEPT, 0, slept_case },
};

#define NR_FINDING_CASES (sizeof(finding_cases) / sizeof(finding_cases[0]))

#endif
