// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "findings/class.h"

#define NR(table) (sizeof(table) / sizeof((table)[0]))

#define GRANTED		   [ROLE_GRANTED] = { STACK_GRANT, "Window granted by" }
#define GRANTED_AS(remark) [ROLE_GRANTED] = { STACK_GRANT, "Window granted by", remark }
#define REVOKED		   [ROLE_REVOKED] = { STACK_REVOKE, "Window revoked by" }
#define WRONGLY_REVOKED	   [ROLE_REVOKED] = { STACK_WRONG_REVOKE, "Revoked by" }

static const struct class_row classes[] = {
	[PKS_LEAK] = {
		.name = "leak",
		.meaning = "a boundary was reached with the window open",
		.sentence = "Window on {window} still open at {boundary}{held}",
		.stack = { GRANTED,
			   [ROLE_SIBLING] = { STACK_SIBLING, "Another window on it granted by" },
			   [ROLE_REVOKED] = { STACK_REVOKE, "Window revoked by" } },
		.primary = ROLE_GRANTED,
		.doubtful = true,
		.if_not_granted = "It was granted before the trace began, or the grant was missed",
		.outcome = "leak",
	},
	[PKS_UNDERFLOW] = {
		.name = "underflow",
		.meaning = "a revoke without a window",
		.sentence = "Revoke of {window}{by}, but {who} has no window{held}",
		.stack = { GRANTED_AS("the last window on this page, already closed"),
			   WRONGLY_REVOKED,
			   [ROLE_SIBLING] = { STACK_SIBLING, "Closed before by" } },
		.primary = ROLE_REVOKED,
		.of_revoke = true,
		.poisons = true,
		.doubtful = true,
		.outcome = "underflow",
	},
	[PKS_WRONG_PAGE] = {
		.name = "wrong-page",
		.meaning = "the revoke names a page that has no window",
		.sentence = "Revoke of {window}{by}; the newest window is on {expected}{held}",
		.stack = { GRANTED_AS("the newest window"), WRONGLY_REVOKED },
		.primary = ROLE_REVOKED,
		.of_revoke = true,
		.doubtful = true,
		.unseen_by_stat = true,
	},
	[PKS_OUT_OF_ORDER] = {
		.name = "out-of-order",
		.meaning = "the revoke skips the newest window",
		.sentence = "Revoke of {window}{by}; the newest window is on {expected}{held}",
		.stack = { GRANTED_AS("the newest window"),
			   WRONGLY_REVOKED,
			   [ROLE_SIBLING] = { STACK_SIBLING, "The window it names granted by" } },
		.primary = ROLE_REVOKED,
		.of_revoke = true,
		.doubtful = true,
		.unseen_by_stat = true,
	},
	[PKS_CROSS_THREAD] = {
		.name = "cross-thread",
		.meaning = "the revoke is for a window of another thread",
		.if_interrupted = "an interrupt's revoke is for a window of the thread that it hit",
		.sentence = "Revoke of {window}{by}, a window of {whose}{held}",
		.stack = { GRANTED, WRONGLY_REVOKED },
		.primary = ROLE_REVOKED,
		.of_revoke = true,
		.poisons = true,
		.doubtful = true,
		.stat_class = PKS_UNDERFLOW,
	},
	[PKS_STRAY_ACCESS] = {
		.name = "stray-access",
		.meaning = "an access to protected memory outside a window",
		.sentence = "{access} of address {address}, {window}",
		.stack = { [ROLE_ACCESSED] = { STACK_ACCESS, "Accessed by" }, GRANTED, REVOKED },
		.primary = ROLE_ACCESSED,
		.has_cause = true,
		.outcome = "stray access",
	},
	[PKS_INEFFECTIVE_GRANT] = {
		.name = "ineffective-grant",
		.meaning = "the window was open, but access stayed denied",
		.sentence = "Window on {window}{held}",
		.stack = { GRANTED, REVOKED },
		.primary = ROLE_GRANTED,
		.unseen_by_stat = true,
		.if_interrupt = "An interrupt starts without access, and a grant in it only raises "
				"the count of the interrupted thread",
	},
	[PKS_RESIDUE] = {
		.name = "residue",
		.meaning = "no window, but access is open: further stray accesses go unseen",
		.sentence = "No window is open, but the key is, at {boundary}",
		.stack = { [ROLE_ACCESSED] = { STACK_FOLLOWED, "Key opened by the stray access" },
			   GRANTED, REVOKED },
		.primary = ROLE_ACCESSED,
		.follows = CLASS_BIT(PKS_STRAY_ACCESS) | CLASS_BIT(PKS_CROSS_THREAD),
	},
	[PKS_INHERITED] = {
		.name = "inherited",
		.meaning = "a thread was created inside a window",
		.sentence = "Window on {window} was open when thread {other} was created{held}",
		.follows = CLASS_BIT(PKS_LEAK),
		.stack = { GRANTED, REVOKED, [ROLE_MOMENT] = { STACK_RECORD, "Thread created by" } },
		.primary = ROLE_GRANTED,
		.other = OTHER_IS_NEW,
	},
	[PKS_LONG_HOLD] = {
		.name = "long-hold",
		.meaning = "the window is open for longer than the threshold",
		.sentence = "Window on {window}{held}",
		.stack = { GRANTED, REVOKED },
		.primary = ROLE_GRANTED,
	},
	[PKS_SLEPT] = {
		.name = "slept",
		.meaning = "the thread was switched out inside a window",
		.sentence = "Window on {window} was open when the thread was switched out{held}",
		.stack = { GRANTED, REVOKED, [ROLE_MOMENT] = { STACK_RECORD, "Switched out by" } },
		.primary = ROLE_GRANTED,
	},
};
_Static_assert(NR(classes) == PKS_NR_CLASSES, "a class without a row");
_Static_assert(PKS_NR_CLASSES <= 32, "a bit for each class");

static const struct cause_row causes[] = {
	[PKS_USE_AFTER_REVOKE] = {
		.name = "use-after-revoke",
		.meaning = "this thread had closed its window on it",
		.of_pgmap = "this thread's last window on this device was closed; whether on this "
			    "page is not known",
		.if_interrupted = "an interrupt had closed this thread's window on it",
	},
	[PKS_OTHER_THREAD_WINDOW] = {
		.name = "other-thread-window",
		.meaning = "another thread holds the window on it",
		.of_pgmap = "another thread holds a window on this device; whether on this page is "
			    "not known",
	},
	[PKS_IRQ_IN_WINDOW] = {
		.name = "irq-in-window",
		.meaning = "an interrupt starts without access, and a grant in it does not open "
			   "any: the count is that of the interrupted thread",
	},
	[PKS_EXCEPTION_IN_WINDOW] = {
		.name = "exception-in-window",
		.meaning = "an exception in a window starts without access, and a grant in it does "
			   "not open any",
	},
	[PKS_POISONED_GRANT] = {
		.name = "poisoned-grant",
		.meaning = "an earlier underflow kept this thread's grant from opening access",
		.follows = CLASS_BIT(PKS_UNDERFLOW) | CLASS_BIT(PKS_CROSS_THREAD),
		.revoked_title = "Poisoned by the revoke (underflow) in",
	},
	[PKS_NEVER_GRANTED] = {
		.name = "never-granted",
		.meaning = "no window on it is known: kmap(), page_address() or a wild pointer",
	},
};
_Static_assert(NR(causes) == PKS_NR_CAUSES, "a cause without a row");

static const struct boundary_row boundaries[] = {
	[PKS_SYSCALL_EXIT] = { "syscall-exit", "return from a system call", OF_SYSCALL },
	[PKS_WORK_END] = { "work-end", "end of a work item", OF_FUNCTION },
	[PKS_SOFTIRQ_END] = { "softirq-end", "end of a softirq", OF_NOTHING },
	[PKS_IRQ_END] = { "irq-end", "end of an interrupt", OF_NOTHING },
	[PKS_EXCEPTION_RETURN] = { "exception-return", "return from a fault to user space",
				   OF_NOTHING },
	[PKS_THREAD_EXIT] = { "thread-exit", "exit of the thread", OF_NOTHING },
	[PKS_NMI_END] = { "nmi-end", "end of an NMI handler", OF_FUNCTION },
};
_Static_assert(NR(boundaries) == PKS_NR_BOUNDARIES, "a boundary without a row");

static const struct word_row contexts[] = {
	[PKS_TASK] = { "task", "this thread" },
	[PKS_SOFTIRQ] = { "softirq", "this softirq" },
	[PKS_HARDIRQ] = { "hardirq", "this interrupt" },
	[PKS_NMI] = { "nmi", "this NMI" },
};
_Static_assert(NR(contexts) == PKS_NR_CONTEXTS, "a context without a row");

static const struct word_row losses[] = {
	[PKS_LOST_RING] = { "ring full", "findings not delivered" },
	[PKS_LOST_SLOT] = { "thread slots full", "events not paired" },
	[PKS_LOST_NESTING] = { "nested too deep", "windows counted, not attributed" },
	[PKS_LOST_SITE] = { "call-site table full", "events counted as \"other\"" },
	[PKS_LOST_STACK] = { "stack not captured", "stacks missing from reports" },
	[PKS_LOST_MISMATCH] = { "count mismatch", "grants or revokes missed" },
	[PKS_LOST_FOLD] = { "fold table full", "repeats not folded" },
	[PKS_LOST_RECURSION] = { "recursion refused", "probe hits skipped by the kernel" },
	[PKS_LOST_STORAGE] = { "storage refused", "events of threads that may not be followed" },
	[PKS_LOST_BLOCKED] = { "probes blocked", "times a thread ran on a CPU where the kernel ran "
						 "no program of a kprobe" },
	[PKS_LOST_INTERRUPT] = { "interrupts unseen", "interrupts hit a program; the windows they "
						      "opened, if any, are not "
						      "counted" },
	[PKS_LOST_PREEMPTION] = { "preemption model changed",
				  "time: the kernel became preemptible, and nothing was traced "
				  "from "
				  "then on; run again" },
	[PKS_LOST_HOOKS] = { "programs off",
			     "time: the kernel stopped calling the programs (ftrace or kprobes "
			     "were "
			     "switched off), and nothing was traced from then on; run again" },
	[PKS_LOST_CALLER] = { "caller not found",
			      "calls made from a place that neither the stack nor "
			      "the kernel's unwinder told" },
	[PKS_LOST_MODULE] = { "modules unseen",
			      "modules came or went; names in their code are missing" },
	[LOSS_READ] = { "reading failed", "reads of counts or findings that failed" },
	[LOSS_ROOM] = { "out of room", "findings or injections not kept" },
	[LOSS_UNTRACED] = { "left running", "threads or processes that the target has left, no "
					    "longer traced" },
};
_Static_assert(NR(losses) == NR_LOSSES, "a loss without a row");

const struct class_row *class__row(unsigned int class)
{
	static const struct class_row unknown = { .name = "?",
						  .meaning = "unknown",
						  .sentence = "{window}{held}",
						  .stack = { GRANTED, REVOKED },
						  .primary = ROLE_GRANTED };

	return class < NR(classes) && classes[class].name ? &classes[class] : &unknown;
}

const struct cause_row *cause__row(unsigned int cause)
{
	static const struct cause_row unknown = { .name = "?", .meaning = "unknown" };

	return cause < NR(causes) && causes[cause].name ? &causes[cause] : &unknown;
}

const struct boundary_row *boundary__row(unsigned int boundary)
{
	static const struct boundary_row unknown = { "?", "unknown", OF_NOTHING };

	return boundary < NR(boundaries) && boundaries[boundary].name ? &boundaries[boundary] :
									&unknown;
}

static const struct word_row unknown_word = { "?", "unknown" };

const struct word_row *context__row(unsigned int context)
{
	return context < NR(contexts) ? &contexts[context] : &unknown_word;
}

const struct word_row *loss__row(unsigned int reason)
{
	return reason < NR(losses) ? &losses[reason] : &unknown_word;
}

unsigned int class__number(const char *name)
{
	for (size_t i = 0; i < NR(classes); i++)
		if (classes[i].name && !strcmp(classes[i].name, name))
			return i;
	return 0;
}

unsigned int cause__number(const char *name)
{
	for (size_t i = 0; i < NR(causes); i++)
		if (causes[i].name && !strcmp(causes[i].name, name))
			return i;
	return 0;
}

bool class__may_follow(unsigned int class, unsigned int cause, unsigned int earlier)
{
	unsigned int follows = cause ? cause__row(cause)->follows : class__row(class)->follows;

	return earlier < NR(classes) && (follows & CLASS_BIT(earlier));
}

bool class__has_consequence(unsigned int class)
{
	unsigned int followed = 0;

	for (size_t i = 0; i < NR(classes); i++)
		followed |= classes[i].follows;
	for (size_t i = 0; i < NR(causes); i++)
		followed |= causes[i].follows;
	return class < NR(classes) && (followed & CLASS_BIT(class));
}

/* "a, b and c": the words of those rows that are unseen. */
static size_t unseen__list(char *text, size_t size)
{
	unsigned int left = 0, nr = 0;
	size_t used = 0;

	for (size_t i = 0; i < NR(classes); i++)
		left += classes[i].unseen_by_stat;
	for (size_t i = 0; i < NR(classes) && used < size; i++) {
		if (!classes[i].unseen_by_stat)
			continue;
		used += snprintf(text + used, size - used, "%s%s",
				 !nr++	    ? "" :
				 --left > 1 ? ", " :
					      " and ",
				 classes[i].name);
	}
	return used;
}

const char *class__stat_words(char *text, size_t size)
{
	size_t used = unseen__list(text, size);

	if (used < size)
		used += snprintf(text + used, size - used, " pass unseen");
	for (size_t i = 0; i < NR(classes) && used < size; i++)
		if (classes[i].stat_class)
			used += snprintf(text + used, size - used, ", %s counts as %s",
					 classes[i].name, class__row(classes[i].stat_class)->name);
	return text;
}
