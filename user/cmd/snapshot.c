// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace snapshot: the threads that are inside a window right now. Attaches to nothing. */
#include <errno.h>
#include <string.h>

#include "cmd/format.h"
#include "cmd/options.h"
#include "commands.h"
#include "kernel/dialect/dialect.h"
#include "trace/iterator.h"
#include "trace/pkey_probe.h"
#include "trace/preflight.h"
#include "kernel/symbols/srcline.h"
#include "kernel/symbols/ksyms.h"

enum { OPTION_VMLINUX = 256 };

struct snapshot_arguments {
	const struct format *format;
	const char *vmlinux;
};

/* A snapshot being taken. */
struct taken {
	struct resolver resolver;
	struct report report;
	struct report_snapshot counts;
	struct resolved_inside thread; /* the one that is shown */
};

static const struct argp_option options[] = {
	{ "vmlinux", OPTION_VMLINUX, "PATH", 0,
	  "Take the kernel's source lines from this file instead of the usual places", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct snapshot_arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->format;
		return 0;
	case OPTION_VMLINUX:
		a->vmlinux = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Lists the threads that are inside a protection window right now, by the kernel's "
	       "own "
	       "count, with their PKRS and their stack; also threads whose count is below zero, "
	       "and "
	       "threads with the key open without a window. Attaches to nothing, and sees threads "
	       "only: neither interrupts nor the idle tasks."
	       "\vExit status: 0 if there are none, 1 if there are some, 2 usage, 3 cannot run "
	       "here, "
	       "4 the list was cut short before any was found, 5 output not written.\n\n"
	       "A thread that is running has no stack, and may have closed its window by the time "
	       "the line is read.",
};

static void on_thread(void *arg, const struct pks_inside *thread)
{
	struct taken *taken = arg;

	resolve__inside(&taken->resolver, thread, &taken->thread);
	taken->counts.in_state[taken->thread.state]++;
	report__thread(&taken->report, &taken->thread);
}

static enum status snapshot__take(struct taken *taken, const struct dialect *dialect)
{
	struct pid_ns pid_ns;
	enum status status = pid_ns__find(&pid_ns);

	status = status ?:
			  iterator__run(&dialect->facts, &pid_ns, on_thread, taken,
					&taken->counts.threads);
	if (status == STATUS_CANNOT)
		return status;
	report__snapshot(&taken->report, &taken->counts);
	for (int i = 0; i < NR_SNAPSHOT_STATES; i++)
		if (taken->counts.in_state[i])
			status = STATUS_FINDINGS;
	return report__status(&taken->report, status);
}

static enum status snapshot(const struct snapshot_arguments *a, struct symbols *symbols)
{
	static struct taken taken; /* large */
	struct dialect dialect = {};
	enum status status;

	taken.report = (struct report){ .out = stdout, .format = a->format };
	taken.resolver = (struct resolver){ .symbols = symbols, .dialect = &dialect };
	taken.resolver.source =
		source__open(&(struct source_options){ .symbols = symbols, .vmlinux = a->vmlinux });
	status = dialect__probe(&dialect, symbols, NULL, false);
	if (!status)
		pkey_probe__find(&dialect, symbols);
	if (!status && dialect.facts.count_source != PKS_COUNT_SOURCE_PGMAP)
		status = status__say(
			STATUS_CANNOT,
			"snapshot: this kernel does not count windows unless it is traced "
			"(dialect %s); use `pkstrace run`",
			dialect.name);
	if (!status)
		status = snapshot__take(&taken, &dialect);
	dialect__close(&dialect);
	source__close(taken.resolver.source);
	return status;
}

enum status cmd_snapshot(int argc, char **argv)
{
	struct snapshot_arguments a = { .format = format__row(0) };
	struct symbols *symbols;
	enum status status;
	bool help;

	status = options__parse(&argp, argc, argv, &a, &help);
	if (status || help)
		return status;
	status = format__needs("snapshot", a.format, a.format->thread);
	if (status)
		return status;
	status = preflight__capabilities();
	if (status)
		return status;
	status = preflight__symbols(&symbols);
	if (status)
		return status;
	status = snapshot(&a, symbols);
	symbols__close(symbols);
	return status;
}
