// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace run: a live trace; each finding as it happens, a summary at the end. */
#include <stdlib.h>
#include <string.h>

#include "cmd/format.h"
#include "cmd/keep.h"
#include "cmd/options.h"
#include "cmd/words.h"
#include "commands.h"
#include "findings/suppress.h"
#include "kernel/helper.h"
#include "cmd/target.h"

enum {
	OPTION_MAX_REPORTS = 256,
	OPTION_SLEPT,
	OPTION_STACKS,
	OPTION_LONG_HOLD,
	OPTION_HELPER,
	OPTION_MODULES,
	OPTION_STACK_DEPTH,
	OPTION_SUPPRESSIONS,
	OPTION_VMLINUX,
	OPTION_WINDOWS_LOG,
};

/* The command line: options of the tracer, and the lists that they point to. */
struct run_arguments {
	struct tracer_options tracer;
	struct keep keep;
	const char **modules; /* has room for all arguments, and NULL */
	const char **suppressions;
	size_t nr_modules, nr_suppressions;
};

static const struct argp_option options[] = {
	{ "windows-log", OPTION_WINDOWS_LOG, NULL, 0,
	  "Also keep each window that has ended, with its times and places (with -o, or --json)",
	  0 },
	{ "slept", OPTION_SLEPT, NULL, 0,
	  "Also report threads that are switched out inside a window", 0 },
	{ "long-hold", OPTION_LONG_HOLD, "TIME", 0,
	  "Also report windows that stay open longer than TIME (20ms, 1.5s), while they are open",
	  0 },
	{ "stacks", OPTION_STACKS, "WHICH", 0,
	  "Take the stack of the first windows of each call site and of a sample (sampled, the "
	  "default), or of every grant (grants), which costs many times as much",
	  0 },
	{ "stack-depth", OPTION_STACK_DEPTH, "N", 0,
	  "Keep N frames of each stack (1 to 96, default 40); one that is longer is marked", 0 },
	{ "helper", OPTION_HELPER, "PATTERN", 0,
	  "Functions that match PATTERN only open and close windows for their callers: name those "
	  "instead; may be given more than once",
	  0 },
	{ "max-reports", OPTION_MAX_REPORTS, "N", 0,
	  "Print at most N reports and count the rest (default 100)", 0 },
	{ "suppressions", OPTION_SUPPRESSIONS, "FILE", OPTION_REPEATED,
	  "Hide the findings that FILE describes (see below); may be given more than once", 0 },
	{ "vmlinux", OPTION_VMLINUX, "PATH", 0,
	  "Take the kernel's source lines from this file instead of the usual places", 0 },
	{ "modules", OPTION_MODULES, "DIR", OPTION_REPEATED,
	  "Look here first for modules with debug info; may be given more than once", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_arguments *a = state->input;
	struct tracer_options *o = &a->tracer;
	static const char *const stacks[] = { "sampled", "grants" };
	unsigned int which;
	uint64_t ns;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		state->child_inputs[1] = &a->keep;
		return 0;
	case OPTION_WINDOWS_LOG:
		o->window_log = true;
		return 0;
	case OPTION_SLEPT:
		o->slept = true;
		return 0;
	case OPTION_STACK_DEPTH:
		return OPTION_INTEGER(arg, 1, STACK_DEPTH_MAX, o->stack_depth);
	case OPTION_STACKS:
		if (option__choice(arg, stacks, 2, &which))
			return EINVAL;
		o->grant_stacks = which;
		return 0;
	case OPTION_LONG_HOLD:
		if (option__duration(arg, DURATION_SECONDS, 1000, 1000000ULL * 1000000000, &ns))
			return EINVAL;
		o->long_hold = ns / 1e9;
		return 0;
	case OPTION_HELPER:
		return helper__add(arg) ? 0 : EINVAL;
	case OPTION_MAX_REPORTS:
		return OPTION_INTEGER(arg, 0, 1000000000, o->max_reports);
	case OPTION_VMLINUX:
		o->vmlinux = arg;
		return 0;
	case OPTION_MODULES:
		a->modules[a->nr_modules++] = arg;
		return 0;
	case OPTION_SUPPRESSIONS:
		a->suppressions[a->nr_suppressions++] = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 },
					      { &keep_argp, 0, NULL, 0 },
					      { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = TARGET_ARGS,
	.doc = "Traces protection windows and reports each finding as it happens. With CMD, runs "
	       "it and "
	       "follows its threads and children; otherwise traces process PID, or the whole "
	       "system."
	       "\v" TARGET_STATUS "SUPPRESSIONS\n"
	       "A file of blocks; # starts a comment. The lines of a block: {, a name, CLASS or "
	       "CLASS/CAUSE, the innermost functions of the stack to blame (of the access, the "
	       "grant "
	       "or the revoke) as fun:PATTERN, or ... for any number of functions, then }.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace run                      the whole system, until Ctrl-C\n"
	       "  pkstrace run -d 10 -p 1234        one process, for ten seconds\n"
	       "  pkstrace run -- fio job.fio       a command, until it ends\n"
	       "  pkstrace run -o fio.pks -- fio job.fio\n"
	       "                                    the same, kept in a file",
};

/* Reads the suppressions before anything is attached: a typo in one must not cost a run. */
static enum status suppressions__load(const struct run_arguments *a, struct suppress *s)
{
	enum status status = s ? STATUS_CLEAN : status__say(STATUS_CANNOT, "out of memory");

	for (size_t i = 0; !status && i < a->nr_suppressions; i++)
		status = suppress__load(s, a->suppressions[i]);
	return status;
}

/* Windows that nobody gets would only cost. */
static enum status run__check_log(const struct run_arguments *a)
{
	if (!a->tracer.window_log || a->tracer.keep || a->tracer.format->window)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "run: --windows-log: nothing keeps the windows: give -o "
					 "FILE, or --json");
}

static enum status run_with_lists(int argc, char **argv, struct run_arguments *a)
{
	struct suppress *suppress;
	enum status status;
	bool help;

	status = options__parse(&argp, argc, argv, a, &help);
	if (status || help)
		return status;
	status = target__check("run", &a->tracer);
	if (status)
		return status;
	suppress = suppress__new();
	status = suppressions__load(a, suppress) ?:
						   keep__open(&a->keep, a->tracer.format, argc, argv);
	a->tracer.suppress = suppress;
	a->tracer.module_dirs = a->modules;
	a->tracer.keep = a->keep.to;
	status = status ?: run__check_log(a);
	status = keep__close(&a->keep, status ?: tracer__run(&a->tracer));
	suppress__free(suppress);
	return status;
}

enum status cmd_run(int argc, char **argv)
{
	struct run_arguments a = { .tracer = { .max_reports = 100, .format = format__row(0) },
				   .modules = calloc(argc + 1, sizeof(char *)),
				   .suppressions = calloc(argc + 1, sizeof(char *)) };
	enum status status = STATUS_CANNOT;

	if (a.modules && a.suppressions)
		status = run_with_lists(argc, argv, &a);
	else
		status__say(status, "out of memory");
	free(a.modules);
	free(a.suppressions);
	return status;
}
