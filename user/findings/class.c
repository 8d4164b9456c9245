// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "findings/class.h"

#define NR(table) (sizeof(table) / sizeof((table)[0]))

static const struct class_row classes[] = {
	[PKS_LEAK] = { "leak", "a boundary was reached with the window open" },
	[PKS_UNDERFLOW] = { "underflow", "a revoke without a window" },
	[PKS_WRONG_PAGE] = { "wrong-page", "the revoke names a page that has no window" },
	[PKS_OUT_OF_ORDER] = { "out-of-order", "the revoke skips the window opened last" },
	[PKS_CROSS_THREAD] = { "cross-thread", "the revoke is for a window of another thread" },
	[PKS_STRAY_ACCESS] = { "stray-access", "an access to protected memory outside a window" },
	[PKS_INEFFECTIVE_GRANT] = { "ineffective-grant",
				    "the window was open, but access stayed denied" },
	[PKS_RESIDUE] = { "residue",
			  "no window, but access is open: later stray accesses stay invisible" },
	[PKS_INHERITED] = { "inherited", "a thread was created inside a window" },
	[PKS_LONG_HOLD] = { "long-hold", "the window is open for longer than the threshold" },
	[PKS_SLEPT] = { "slept", "the thread was switched out inside a window" },
};
_Static_assert(NR(classes) == PKS_NR_CLASSES, "a class without a row");

static const struct class_row causes[] = {
	[PKS_USE_AFTER_REVOKE] = { "use-after-revoke", "this thread had closed its window on it" },
	[PKS_OTHER_THREAD_WINDOW] = { "other-thread-window",
				      "another thread holds the window on it" },
	[PKS_IRQ_IN_WINDOW] = { "irq-in-window",
				"an interrupt starts closed, and a grant inside it does not open: "
				"the count belongs to the thread it hit" },
	[PKS_EXCEPTION_IN_WINDOW] = { "exception-in-window",
				      "an exception inside a window starts closed, and a grant "
				      "inside it does not open" },
	[PKS_POISONED_GRANT] = { "poisoned-grant",
				 "an earlier underflow kept this thread's grant from opening" },
	[PKS_NEVER_GRANTED] = { "never-granted",
				"no window on it is known: kmap(), page_address() or a wild "
				"pointer" },
};
_Static_assert(NR(causes) == PKS_NR_CAUSES, "a cause without a row");

static const struct class_row boundaries[] = {
	[PKS_SYSCALL_EXIT] = { "syscall-exit", "return from a system call" },
	[PKS_WORK_END] = { "work-end", "end of a work item" },
	[PKS_SOFTIRQ_END] = { "softirq-end", "end of a softirq" },
	[PKS_IRQ_END] = { "irq-end", "end of an interrupt" },
	[PKS_EXCEPTION_RETURN] = { "exception-return", "return from a fault to user space" },
	[PKS_THREAD_EXIT] = { "thread-exit", "exit of the thread" },
	[PKS_NMI_END] = { "nmi-end", "end of an NMI handler" },
};
_Static_assert(NR(boundaries) == PKS_NR_BOUNDARIES, "a boundary without a row");

static const struct class_row contexts[] = {
	[PKS_TASK] = { "task", "" },
	[PKS_SOFTIRQ] = { "softirq", "" },
	[PKS_HARDIRQ] = { "hardirq", "" },
	[PKS_NMI] = { "nmi", "" },
};
_Static_assert(NR(contexts) == PKS_NR_CONTEXTS, "a context without a row");

static const struct class_row losses[] = {
	[PKS_LOST_RING] = { "ring full", "findings not delivered" },
	[PKS_LOST_SLOT] = { "thread slots full", "events not paired" },
	[PKS_LOST_NESTING] = { "nested too deep", "windows counted, not attributed" },
	[PKS_LOST_SITE] = { "call-site table full", "events counted as \"other\"" },
	[PKS_LOST_STACK] = { "stack not captured", "stacks missing from reports" },
	[PKS_LOST_MISMATCH] = { "count mismatch", "grants or revokes not seen" },
	[PKS_LOST_FOLD] = { "fold table full", "repeats not folded" },
	[PKS_LOST_RECURSION] = { "recursion refused", "probe hits skipped by the kernel" },
	[PKS_LOST_STORAGE] = { "storage refused", "events of threads perhaps not followed" },
	[PKS_LOST_BLOCKED] = { "probes blocked",
			       "times a thread ran on a CPU where the kernel ran no kprobe's program" },
	[PKS_LOST_INTERRUPT] = { "interrupts unseen",
				 "interrupts hit a program; the windows they opened, if any, are not "
				 "counted" },
	[PKS_LOST_PREEMPTION] = { "preemption model changed",
				  "time: the kernel became preemptible, and nothing was traced from "
				  "then on; run again" },
};
_Static_assert(NR(losses) == PKS_NR_LOSSES, "a loss without a row");

static const struct class_row *row(const struct class_row *table, size_t n, unsigned int i)
{
	static const struct class_row unknown = { "?", "unknown" };

	return i < n && table[i].name ? &table[i] : &unknown;
}

const struct class_row *class__row(unsigned int class)
{
	return row(classes, NR(classes), class);
}

const struct class_row *cause__row(unsigned int cause)
{
	return row(causes, NR(causes), cause);
}

const struct class_row *boundary__row(unsigned int boundary)
{
	return row(boundaries, NR(boundaries), boundary);
}

const struct class_row *context__row(unsigned int context)
{
	return row(contexts, NR(contexts), context);
}

const struct class_row *loss__row(unsigned int reason)
{
	return row(losses, NR(losses), reason);
}

static unsigned int number(const struct class_row *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].name && !strcmp(table[i].name, name))
			return i;
	return 0;
}

unsigned int class__number(const char *name)
{
	return number(classes, NR(classes), name);
}

unsigned int cause__number(const char *name)
{
	return number(causes, NR(causes), name);
}
