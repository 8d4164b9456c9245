// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace stat: counts and hold times only, cheap enough to leave running. */
#include <errno.h>
#include <string.h>

#include "cmd/format.h"
#include "cmd/keep.h"
#include "cmd/options.h"
#include "commands.h"
#include "cmd/target.h"
#include "findings/aggregate.h"

enum {
	OPTION_BY = 256,
	OPTION_TOP,
};

static const struct argp_option options[] = {
	{ "interval", 'I', "MS", 0, "Also print the counts every MS milliseconds (10 or more)", 0 },
	{ "by", OPTION_BY, "WHAT", 0,
	  "Count by site (the code that opened the window), thread or cgroup; the default, all, "
	  "costs least",
	  0 },
	{ "top", OPTION_TOP, "N", 0, "List the N rows with the most windows (default 20)", 0 },
	{ 0 },
};

static error_t parse_by(const char *text, enum pks_by *by)
{
	unsigned int i;

	if (option__choice(text, aggregate__words, PKS_NR_BY, &i))
		return EINVAL;
	*by = i;
	return 0;
}

struct stat_arguments {
	struct tracer_options tracer;
	struct keep keep;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat_arguments *a = state->input;
	struct tracer_options *o = &a->tracer;
	int64_t value;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		state->child_inputs[1] = &a->keep;
		return 0;
	case 'I':
		if (option__integer(arg, 10, 1000000000, &value))
			return EINVAL;
		o->interval = value / 1e3;
		return 0;
	case OPTION_BY:
		return parse_by(arg, &o->by);
	case OPTION_TOP:
		return OPTION_INTEGER(arg, 1, PKS_SITES, o->top);
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
	.doc = "Counts protection windows and how long they are held, as perf stat counts events. "
	       "Leaks, underflows and stray accesses are counted too, by place, without stacks. "
	       "With CMD, runs it and follows its threads and children; otherwise traces process "
	       "PID, or the whole system."
	       "\v" TARGET_STATUS "EXAMPLES\n"
	       "  pkstrace stat                          the whole system, until Ctrl-C\n"
	       "  pkstrace stat -I 1000 --by thread      who opens windows, second by second\n"
	       "  pkstrace stat -- fio job.fio           a command, until it ends",
};

enum status cmd_stat(int argc, char **argv)
{
	struct stat_arguments a = {
		.tracer = { .counts_only = true, .by = PKS_BY_ALL, .format = format__row(0) }
	};
	struct tracer_options *o = &a.tracer;
	enum status status;
	bool help;

	status = options__parse(&argp, argc, argv, &a, &help);
	if (status || help)
		return status;
	status = format__needs("stat", o->format, o->format->summary || o->format->document);
	status = status ?: target__check("stat", o) ?: keep__open(&a.keep, o->format, argc, argv);
	o->keep = a.keep.to;
	return keep__close(&a.keep, status ?: tracer__run(o));
}
