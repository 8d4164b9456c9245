// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace snapshot: the threads that are inside a window now. Attaches to nothing. */
#include <errno.h>
#include <string.h>

#include "cmd/options.h"
#include "commands.h"
#include "kernel/dialect.h"
#include "trace/iterator.h"
#include "trace/preflight.h"
#include "report/snapshot.h"
#include "kernel/srcline.h"
#include "kernel/ksyms.h"

enum { OPTION_JSON = 256, OPTION_VMLINUX };

struct snapshot_arguments {
	const struct snapshot_renderer *renderer;
	const char *vmlinux;
};

/* A snapshot while it is taken. */
struct taken {
	const struct snapshot_renderer *renderer;
	struct report report;
	struct snapshot_counts counts;
};

static const struct argp_option options[] = {
	{ "json", OPTION_JSON, NULL, 0,
	  "Print a JSON object a line: each thread (\"type\": \"thread\"), at the end a "
	  "summary (\"type\": \"summary\")",
	  0 },
	{ "vmlinux", OPTION_VMLINUX, "PATH", 0,
	  "Take the kernel's source lines from this file, not from the usual places", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct snapshot_arguments *a = state->input;

	switch (key) {
	case OPTION_JSON:
		a->renderer = &snapshot_json;
		return 0;
	case OPTION_VMLINUX:
		a->vmlinux = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Lists the threads that are inside a protection window now, by the kernel's own "
	       "count, "
	       "with their PKRS and their stack; also those whose count is below zero, and those "
	       "with the key open without a window. Attaches to nothing, and sees threads only: no "
	       "interrupts, and not the idle tasks."
	       "\vExit status: 0 if there is none, 1 if there are some, 2 usage, 3 cannot run "
	       "here, "
	       "4 the list was cut short before any was found, 5 output not written.\n\n"
	       "A thread that is running has no stack, and may have closed its window by the time "
	       "the line is read.",
};

static void on_thread(void *arg, const struct pks_inside *thread)
{
	struct taken *taken = arg;

	taken->counts.in_state[snapshot__state(thread)]++;
	taken->renderer->thread(&taken->report, thread);
}

static enum status snapshot__take(struct taken *taken, const struct dialect *dialect)
{
	enum status status =
		iterator__run(&dialect->facts, on_thread, taken, &taken->counts.looked_at);

	if (status == STATUS_CANNOT)
		return status;
	taken->renderer->summary(&taken->report, &taken->counts);
	for (int i = 0; i < NR_SNAPSHOT_STATES; i++)
		if (taken->counts.in_state[i])
			return STATUS_FINDINGS;
	return status;
}

static enum status snapshot(const struct snapshot_arguments *a, struct symbols *symbols)
{
	struct taken taken = { .renderer = a->renderer };
	struct dialect dialect = {};
	enum status status;

	taken.report = (struct report){ .out = stdout, .symbols = symbols, .dialect = &dialect };
	taken.report.source =
		source__open(&(struct source_options){ .symbols = symbols, .vmlinux = a->vmlinux });
	status = dialect__probe(&dialect, symbols, NULL, false);
	if (!status && dialect.facts.truth != PKS_TRUTH_PGMAP)
		status = status__say(STATUS_CANNOT,
				     "snapshot: this kernel keeps no count of windows at all times "
				     "(dialect %s); use `pkstrace run`",
				     dialect.name);
	if (!status)
		status = snapshot__take(&taken, &dialect);
	dialect__close(&dialect);
	source__close(taken.report.source);
	return status;
}

enum status cmd_snapshot(int argc, char **argv)
{
	struct snapshot_arguments a = { .renderer = &snapshot_text };
	struct symbols *symbols;
	enum status status;
	bool help;

	status = options__parse(&argp, argc, argv, &a, &help);
	if (status || help)
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
