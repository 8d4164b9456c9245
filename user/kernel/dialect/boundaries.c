// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdio.h>

#include "kernel/dialect/boundaries.h"

/* A tracepoint that the kernel does not have is skipped. */
static const struct boundary rows[] = {
	{ "sys_exit", .syscall = true },
	{ "workqueue_execute_end", .begin = false },
	{ "workqueue_execute_start", .begin = true },
	{ "softirq_exit", .interrupt = true },
	{ "irq_handler_exit", .interrupt = true },
	{ "local_timer_exit", .interrupt = true },
	{ "irq_work_exit", .interrupt = true },
	{ "call_function_exit", .interrupt = true },
	{ "call_function_single_exit", .interrupt = true },
	{ "nmi_handler", .interrupt = true },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(NR_ROWS <= BOUNDARIES_MAX, "room for their links");

const struct boundary *boundaries__row(unsigned int i)
{
	return i < NR_ROWS ? &rows[i] : NULL;
}

void boundaries__blind(const struct dialect *d, void (*fn)(void *arg, const char *what), void *arg)
{
	char what[160];

	for (size_t i = 0; i < NR_ROWS; i++) {
		if (rows[i].begin || dialect__has_tracepoint(d, rows[i].tracepoint))
			continue;
		snprintf(what, sizeof(what),
			 "no tracepoint %s in this kernel: a window left open there is found "
			 "later, at its thread's next boundary",
			 rows[i].tracepoint);
		fn(arg, what);
	}
	if (!d->function[PROBE_USER_FAULT])
		fn(arg, "no return from a user fault: a window left open there is found later, at "
			"its thread's next boundary");
	if (!d->function[PROBE_THREAD_END])
		fn(arg, "no end of a thread: a window left open there is not found");
}
