// SPDX-License-Identifier: GPL-2.0-only
/* What a dialect shows and what it hides, in words. */
#include "kernel/dialect/dialect.h"

bool dialect__needs_pks(const struct dialect *d)
{
	return d->facts.count_source == PKS_COUNT_SOURCE_PGMAP || d->facts.key == PKS_KEY_PKEY;
}

bool dialect__has_pgmaps(const struct dialect *d)
{
	return d->facts.count_source == PKS_COUNT_SOURCE_PGMAP;
}

bool dialect__has_faults(const struct dialect *d)
{
	return d->function[PROBE_KEY_FAULT] || d->function[PROBE_KEY_CALLBACK];
}

bool dialect__has_keys(const struct dialect *d)
{
	if (d->function[PROBE_GRANT_PAGE] || d->facts.key == PKS_KEY_PKEY)
		return true;
	return d->function[PROBE_GRANT_ARG] && d->facts.grant_arg != PKS_NO_ARG &&
	       d->facts.revoke_arg != PKS_NO_ARG;
}

const char *fault_mode__name(enum fault_mode mode)
{
	switch (mode) {
	case FAULT_MODE_RELAXED:
		return "relaxed";
	case FAULT_MODE_STRICT:
		return "strict";
	case FAULT_MODE_UNKNOWN:
		break;
	}
	return "unknown";
}

/* What differs if kernel code can be preempted. */
static void blind__preemption(const struct dialect *d, void (*fn)(void *arg, const char *what),
			      void *arg)
{
	if (d->attach != ATTACH_TRAMPOLINE && !d->facts.kprobe_misses)
		fn(arg,
		   "interrupts that hit a running program: this kernel does not count the calls "
		   "it then refuses; such interrupts are counted instead, and are a loss if "
		   "interrupts open windows here");
	if (d->preemption == PREEMPTION_RT)
		fn(arg,
		   "PREEMPT_RT: a softirq runs in a thread and may sleep; waiting for a spinlock "
		   "is no `slept`");
	if (d->preemption == PREEMPTION_RT)
		fn(arg, "PREEMPT_RT: interrupt handlers run in threads of their own, whose only "
			"boundary is their exit: a window left open there is found only then");
	if (d->attach == ATTACH_TRAMPOLINE && preemption__possible(d->preemption))
		fn(arg, "this kernel is preemptible and programs are on trampolines "
			"(PKSTRACE_ATTACH): calls will be missed");
}

void dialect__describe(const struct dialect *d, char *text, size_t size)
{
	if (d->facts.key == PKS_KEY_ARG)
		snprintf(text, size, "grant %s, revoke %s, without cross-check",
			 d->function[PROBE_GRANT_ARG], d->function[PROBE_REVOKE_ARG]);
	else if (d->facts.count_source == PKS_COUNT_SOURCE_KMAP)
		snprintf(text, size, "%s, %s, no PKS", d->name, d->layout);
	else
		snprintf(text, size, "%s, layout %s, fault mode %s", d->name, d->layout,
			 fault_mode__name(d->fault_mode));
}

/* Consequences of who counts the windows. */
static void blind__count_source(const struct dialect *d, void (*fn)(void *arg, const char *what),
				void *arg)
{
	switch (d->facts.count_source) {
	case PKS_COUNT_SOURCE_PGMAP:
		return;
	case PKS_COUNT_SOURCE_KMAP:
		fn(arg, "no PKS here: no stray-access, no ineffective-grant, no residue, no "
			"inherited (a child starts with nothing mapped)");
		return;
	case PKS_COUNT_SOURCE_NONE:
		fn(arg, "the kernel keeps no count of these windows: missed calls go unnoticed, "
			"inherited windows are not seen, and a thread's first revokes may close "
			"windows older than the trace");
		return;
	}
}

void dialect__blind(const struct dialect *d, void (*fn)(void *arg, const char *what), void *arg)
{
	blind__count_source(d, fn, arg);
	blind__preemption(d, fn, arg);
	if (!dialect__has_keys(d) && d->facts.key == PKS_KEY_PAGE)
		fn(arg,
		   "this layout hides the page: no wrong-page, no out-of-order; cross-thread is "
		   "reported as underflow; the cause of a stray access is known by pgmap only");
	if (d->facts.key == PKS_KEY_PKEY)
		fn(arg, "keys, no pages: no underflow, no wrong-page, no out-of-order, no "
			"ineffective-grant, no residue, no cause of a stray access");
	if (d->facts.key == PKS_KEY_ARG && !dialect__has_keys(d))
		fn(arg, "no argument to compare: no wrong-page, no out-of-order, no cross-thread");
	if (d->facts.key == PKS_KEY_ARG)
		fn(arg, "no faults: no stray-access, no ineffective-grant, no residue");
	if (dialect__has_pgmaps(d) && !d->facts.pkey_mask)
		fn(arg,
		   "the pgmaps' protection key was not found: no ineffective-grant, no residue");
	if (d->fault_mode == FAULT_MODE_RELAXED)
		fn(arg, "fault mode relaxed: after a thread's first stray access, further ones go "
			"unseen until its next balanced window");
}
