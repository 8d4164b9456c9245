// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace run: live trace, each finding at once, a summary at the end. */
#include <stdlib.h>

#include "arguments.h"
#include "commands.h"
#include "tracer.h"

enum { OPTION_MAX_REPORTS = 256, OPTION_SLEPT, OPTION_LONG_HOLD };

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "Trace this process, its threads and children", 0 },
	{ "duration", 'd', "SECONDS", 0, "Stop after this time", 0 },
	{ "slept", OPTION_SLEPT, NULL, 0, "Report threads that sleep inside a window", 0 },
	{ "long-hold", OPTION_LONG_HOLD, "TIME", 0,
	  "Report windows open for longer than TIME (20ms, 1.5s), also while they are open", 0 },
	{ "max-reports", OPTION_MAX_REPORTS, "N", 0,
	  "Show at most N reports, count the rest (default 100)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tracer_options *o = state->input;
	double value;

	switch (key) {
	case 'p':
		if (!arguments__number(arg, 1, 1 << 22, &value))
			return EINVAL;
		o->pid = value;
		return 0;
	case 'd':
		if (!arguments__number(arg, 0.001, 1e9, &value))
			return EINVAL;
		o->seconds = value;
		return 0;
	case OPTION_SLEPT:
		o->slept = true;
		return 0;
	case OPTION_LONG_HOLD:
		return arguments__time(arg, 1e-6, 1e6, &o->long_hold) ? 0 : EINVAL;
	case OPTION_MAX_REPORTS:
		if (!arguments__number(arg, 0, 1e9, &value))
			return EINVAL;
		o->max_reports = value;
		return 0;
	case ARGP_KEY_ARG:
		o->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[-- CMD [ARGS...]]",
	.doc = "Traces protection windows and reports each finding at once. With CMD it runs CMD and "
	       "follows its threads and children; else the whole system, or process PID."
	       "\vExit status: 0 clean and complete, 1 findings, 2 usage, 3 cannot run here, "
	       "4 incomplete. CMD's own status is shown, not mixed in.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace run                      the whole system, until Ctrl-C\n"
	       "  pkstrace run -d 10 -p 1234        one process, for ten seconds\n"
	       "  pkstrace run -- fio job.fio       a command, until it ends",
};

enum status cmd_run(int argc, char **argv)
{
	struct tracer_options o = { .max_reports = 100 };
	enum status status;
	struct tracer t;
	bool help;

	status = arguments__parse(&argp, argc, argv, &o, &help);
	if (status || help)
		return status;
	if (o.pid && o.command)
		return status__say(STATUS_USAGE, "run: give either -p PID or a command, not both");
	status = tracer__start(&t, &o);
	if (!status)
		status = tracer__loop(&t);
	if (!status)
		status = tracer__finish(&t);
	tracer__close(&t);
	return status;
}
