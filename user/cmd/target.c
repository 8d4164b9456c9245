// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "cmd/format.h"
#include "cmd/options.h"
#include "cmd/target.h"

enum {
	OPTION_GRANT = 1024, /* apart from those of any command */
	OPTION_REVOKE,
	OPTION_DIALECT,
	OPTION_NO_WAIT,
	OPTION_ALLOW_NONE,
	OPTION_USER,
	OPTION_READY_FD,
};

static const struct argp_option workload_options[] = {
	{ "no-wait", OPTION_NO_WAIT, NULL, 0,
	  "Stop when CMD or process PID ends, even if children of it live on (default: trace them "
	  "until the last has ended)",
	  0 },
	{ "allow-none", OPTION_ALLOW_NONE, NULL, 0,
	  "Do not call the run incomplete if CMD or process PID opens no window", 0 },
	{ "user", OPTION_USER, "NAME", 0,
	  "Run CMD as this user (default: under sudo, whoever called it; otherwise as pkstrace)",
	  0 },
	{ "ready-fd", OPTION_READY_FD, "N", 0,
	  "Write a newline to file descriptor N and close it when tracing has begun, before CMD is "
	  "started",
	  0 },
	{ 0 },
};

/* Ours from now on: CMD must not hold it open, for somebody may wait for its end. */
static error_t parse_ready_fd(const char *arg, int *to)
{
	error_t err = OPTION_INTEGER(arg, STDERR_FILENO + 1, INT_MAX, *to);
	int flags;

	if (err)
		return err;
	flags = fcntl(*to, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return option__wanted(arg, "a file descriptor that is open for writing");
	return fcntl(*to, F_SETFD, FD_CLOEXEC) ? errno : 0;
}

static error_t parse_workload(int key, char *arg, struct argp_state *state)
{
	struct tracer_options *o = state->input;

	switch (key) {
	case OPTION_NO_WAIT:
		o->no_wait = true;
		return 0;
	case OPTION_USER:
		o->user = arg;
		return 0;
	case OPTION_ALLOW_NONE:
		o->allow_none = true;
		return 0;
	case OPTION_READY_FD:
		return parse_ready_fd(arg, &o->ready_fd);
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp workload_argp = { .options = workload_options, .parser = parse_workload };

static const struct argp_option options[] = {
	{ "pid", 'p', "PID", 0, "Trace this process, its threads and children", 0 },
	{ "duration", 'd', "TIME", 0, "Stop after this time (10: seconds; 500ms)", 0 },
	{ "grant", OPTION_GRANT, "FUNC[:argN]", 0,
	  "With --revoke: trace calls of this function as grants, in place of the kernel's own; "
	  "argument N (from 0) identifies the window",
	  0 },
	{ "revoke", OPTION_REVOKE, "FUNC[:argN]", 0,
	  "With --grant: trace calls of this function as revokes", 0 },
	{ "dialect", OPTION_DIALECT, "NAME", 0,
	  "Use this dialect if a kernel has several (see `pkstrace check`)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct tracer_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->format;
		state->child_inputs[1] = o;
		return 0;
	case 'p':
		return OPTION_INTEGER(arg, 1, OPTION_MAX_PID, o->pid);
	case 'd':
		return option__seconds(arg, &o->seconds);
	case OPTION_GRANT:
		o->dialect.grant = arg;
		return 0;
	case OPTION_REVOKE:
		o->dialect.revoke = arg;
		return 0;
	case OPTION_DIALECT:
		o->dialect.name = arg;
		return 0;
	case ARGP_KEY_ARG:
		o->command = options__command(state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 },
					      { &workload_argp, 0, NULL, 0 },
					      { 0 } };

const struct argp target_argp = { .options = options, .parser = parse, .children = children };

enum status target__check(const char *command, const struct tracer_options *o)
{
	if (o->pid && o->command)
		return status__say(STATUS_USAGE, "%s: give either -p PID or a command, not both",
				   command);
	if (!o->dialect.grant != !o->dialect.revoke)
		return status__say(STATUS_USAGE, "%s: --grant and --revoke go together", command);
	if (o->dialect.grant && o->dialect.name)
		return status__say(STATUS_USAGE,
				   "%s: give either --dialect or --grant and --revoke, not both",
				   command);
	return STATUS_CLEAN;
}
