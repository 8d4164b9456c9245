// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "cmd/options.h"
#include "cmd/traced.h"
#include "cmd/wish.h"

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "Trace this process, its threads and children", 0 },
	{ "duration", 'd', "TIME", 0, "Stop after this time (10: seconds; 500ms)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tracer_options *o = state->input;
	int64_t pid;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->wish;
		return 0;
	case 'p':
		if (option__integer(arg, 1, OPTION_MAX_PID, &pid))
			return EINVAL;
		o->pid = pid;
		return 0;
	case 'd':
		return option__seconds(arg, &o->seconds);
	case ARGP_KEY_ARG:
		o->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &wish_argp, 0, NULL, 0 }, { 0 } };

const struct argp traced_argp = { .options = options, .parser = parse, .children = children };

enum status traced__check(const char *command, const struct tracer_options *o)
{
	if (o->pid && o->command)
		return status__say(STATUS_USAGE, "%s: give either -p PID or a command, not both",
				   command);
	return wish__check(command, &o->wish);
}

enum status traced__trace(const struct tracer_options *o)
{
	enum status status;
	struct tracer t;

	status = tracer__start(&t, o);
	if (!status)
		status = tracer__loop(&t);
	if (!status)
		status = tracer__finish(&t);
	tracer__close(&t);
	return status;
}
