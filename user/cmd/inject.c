// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace inject: a tracing run in which chosen calls are skipped, delayed or failed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/format.h"
#include "cmd/keep.h"
#include "cmd/options.h"
#include "cmd/target.h"
#include "cmd/words.h"
#include "commands.h"
#include "inject/session.h"
#include "trace/preflight.h"
#include "trace/tracer.h"

enum {
	OPTION_SKIP_GRANT = 256,
	OPTION_SKIP_REVOKE,
	OPTION_EXTRA_REVOKE,
	OPTION_DELAY_REVOKE,
	OPTION_FAIL,
	OPTION_PROBABILITY,
	OPTION_INTERVAL,
	OPTION_TIMES,
	OPTION_SPACE,
	OPTION_TASK_FILTER,
	OPTION_REQUIRE_START,
	OPTION_REQUIRE_END,
	OPTION_REJECT_START,
	OPTION_REJECT_END,
	OPTION_FAIL_NTH,
	OPTION_SEED,
	OPTION_TID,
	OPTION_COMM,
	OPTION_CGROUP,
	OPTION_CALL_SITE,
	OPTION_IN_WINDOW,
	OPTION_WHOLE_SYSTEM,
	OPTION_DRY_RUN,
	OPTION_TIMEOUT,
	OPTION_MAX_REPORTS,
};

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "What to break", 1 },
	{ "skip-grant", OPTION_SKIP_GRANT, 0, 0, "Skip the call that opens a window", 1 },
	{ "skip-revoke", OPTION_SKIP_REVOKE, 0, 0, "Skip the call that closes a window", 1 },
	{ "extra-revoke", OPTION_EXTRA_REVOKE, 0, 0,
	  "Revoke once more than necessary, if the kernel allows it", 1 },
	{ "delay-revoke", OPTION_DELAY_REVOKE, "TIME", 0,
	  "Keep the CPU busy for this time before a window is closed: 10us, 5ms, at most 1s", 1 },
	{ "fail", OPTION_FAIL, "FUNCTION=-ERRNO", OPTION_REPEATED,
	  "Fail calls of a function on the kernel's error-injection list; may be given more than "
	  "once",
	  1 },
	{ 0, 0, 0, 0,
	  "How often (names and meanings are those of the kernel's own fault injection)", 2 },
	{ "probability", OPTION_PROBABILITY, "PERCENT", 0, "Default 100", 2 },
	{ "interval", OPTION_INTERVAL, "N", 0, "Every Nth call only", 2 },
	{ "times", OPTION_TIMES, "N", 0, "At most N times; -1: no limit (default 1)", 2 },
	{ "space", OPTION_SPACE, "N", 0, "Let N calls pass first", 2 },
	{ "verbose", 'v', "LEVEL", 0,
	  "0: only count; 1: a line for each; 2: with its stack (default)", 2 },
	{ "task-filter", OPTION_TASK_FILTER, 0, 0, "Only tasks with /proc/PID/make-it-fail set",
	  2 },
	{ "require-start", OPTION_REQUIRE_START, "ADDRESS", 0,
	  "Only calls with a caller at or above this address or function", 2 },
	{ "require-end", OPTION_REQUIRE_END, "ADDRESS", 0, "... and below this one", 2 },
	{ "reject-start", OPTION_REJECT_START, "ADDRESS", 0,
	  "No calls with a caller at or above this address or function", 2 },
	{ "reject-end", OPTION_REJECT_END, "ADDRESS", 0, "... and below this one", 2 },
	{ "fail-nth", OPTION_FAIL_NTH, "N", 0,
	  "The Nth call of a thread that passes the filters; the other attributes are ignored", 2 },
	{ "seed", OPTION_SEED, "N", 0,
	  "Seed for --probability: the same seed hits the same calls again", 2 },
	{ 0, 0, 0, 0, "Whose calls", 3 },
	{ "pid", 'p', "PID", 0, "This process and its children", 3 },
	{ "tid", OPTION_TID, "TID", 0, "This thread", 3 },
	{ "comm", OPTION_COMM, "NAME", 0, "Threads with this name", 3 },
	{ "cgroup", OPTION_CGROUP, "PATH", 0, "Threads in this cgroup", 3 },
	{ "call-site", OPTION_CALL_SITE, "FUNCTION[+OFFSET]", 0, "Calls made directly from there",
	  3 },
	{ "in-window", OPTION_IN_WINDOW, 0, 0, "Calls made while a window is open", 3 },
	{ "whole-system", OPTION_WHOLE_SYSTEM, 0, 0,
	  "Everybody's; required if nothing else says whose", 3 },
	{ 0, 0, 0, 0, "The run", 4 },
	{ "dry-run", OPTION_DRY_RUN, 0, 0,
	  "Break nothing; say how many calls would be hit, and where they come from", 4 },
	{ "timeout", OPTION_TIMEOUT, "TIME", 0,
	  "Stop after this time, and kill CMD with all its children", 4 },
	{ "max-reports", OPTION_MAX_REPORTS, "N", 0,
	  "Print at most N reports and count the rest (default 100)", 4 },
	{ 0 },
};

struct input {
	struct inject_plan plan;
	struct tracer_options run;
	struct keep keep;
	bool dry;
};

static error_t parse_fail(struct inject_plan *plan, const char *text)
{
	int err = inject_plan__fail(plan, text);

	if (err == -ENOSPC)
		return option__wanted(text, "at most %d functions", PLAN_CALLS);
	return err ? option__wanted(text, "FUNCTION=-ERRNO, such as should_failslab=-ENOMEM") : 0;
}

static error_t parse_probability(struct inject_plan *plan, const char *text)
{
	double percent;

	if (option__fraction(text, 0, 100, &percent))
		return EINVAL;
	inject_plan__probability(plan, percent);
	return 0;
}

static error_t parse_delay(struct inject_plan *plan, const char *text)
{
	uint64_t ns;

	if (option__duration(text, DURATION_UNIT_NEEDED, 1, PLAN_MAX_DELAY, &ns))
		return EINVAL;
	plan->revoke = PKS_DELAY_REVOKE;
	plan->rule.delay = ns;
	return 0;
}

/* What to break, and how often. */
static error_t parse_fault(int key, char *arg, struct input *in)
{
	struct inject_plan *p = &in->plan;

	switch (key) {
	case OPTION_SKIP_GRANT:
		p->grant = PKS_SKIP_GRANT;
		return 0;
	case OPTION_SKIP_REVOKE:
		p->revoke = PKS_SKIP_REVOKE;
		return 0;
	case OPTION_EXTRA_REVOKE:
		p->extra_revoke = true;
		return 0;
	case OPTION_DELAY_REVOKE:
		return parse_delay(p, arg);
	case OPTION_FAIL:
		return parse_fail(p, arg);
	case OPTION_PROBABILITY:
		return parse_probability(p, arg);
	case OPTION_INTERVAL:
		return OPTION_INTEGER(arg, 1, 1000000000, p->rule.interval);
	case OPTION_TIMES:
		return OPTION_INTEGER(arg, -1, INT64_MAX, p->rule.times);
	case OPTION_SPACE:
		return OPTION_INTEGER(arg, 0, INT64_MAX, p->rule.space);
	case OPTION_FAIL_NTH:
		return OPTION_INTEGER(arg, 1, 1000000000, p->rule.fail_nth);
	case OPTION_SEED:
		return OPTION_INTEGER(arg, 0, INT64_MAX, p->rule.seed);
	}
	return ARGP_ERR_UNKNOWN;
}

/* Whose calls. */
static error_t parse_filter(int key, char *arg, struct input *in)
{
	struct inject_plan *p = &in->plan;

	switch (key) {
	case OPTION_TASK_FILTER:
		p->rule.filters |= PKS_FILTER_MARK;
		return 0;
	case OPTION_REQUIRE_START:
		p->require_start = arg;
		return 0;
	case OPTION_REQUIRE_END:
		p->require_end = arg;
		return 0;
	case OPTION_REJECT_START:
		p->reject_start = arg;
		return 0;
	case OPTION_REJECT_END:
		p->reject_end = arg;
		return 0;
	case OPTION_TID:
		p->rule.filters |= PKS_FILTER_TID;
		return OPTION_INTEGER(arg, 1, OPTION_MAX_PID, p->rule.tid);
	case OPTION_COMM:
		if (!arg[0] || strlen(arg) >= PKS_COMM)
			return option__wanted(arg, "a name of 1 to %d characters", PKS_COMM - 1);
		strncpy(p->rule.comm, arg, PKS_COMM);
		p->rule.filters |= PKS_FILTER_COMM;
		return 0;
	case OPTION_CGROUP:
		p->cgroup = arg;
		return 0;
	case OPTION_CALL_SITE:
		p->call_site = arg;
		return 0;
	case OPTION_IN_WINDOW:
		p->rule.filters |= PKS_FILTER_WINDOW;
		return 0;
	case OPTION_WHOLE_SYSTEM:
		p->whole_system = true;
		return 0;
	}
	return parse_fault(key, arg, in);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct input *in = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->run.format;
		state->child_inputs[1] = &in->keep;
		state->child_inputs[2] = &in->run;
		return 0;
	case 'v':
		return OPTION_INTEGER(arg, 0, 2, in->plan.verbose);
	case 'p':
		return OPTION_INTEGER(arg, 1, OPTION_MAX_PID, in->run.pid);
	case OPTION_DRY_RUN:
		in->dry = true;
		return 0;
	case OPTION_TIMEOUT:
		return option__seconds(arg, &in->run.seconds);
	case OPTION_MAX_REPORTS:
		return OPTION_INTEGER(arg, 0, 1000000000, in->run.max_reports);
	case ARGP_KEY_ARG:
		in->run.command = options__command(state);
		return 0;
	}
	return parse_filter(key, arg, in);
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 },
					      { &keep_argp, 0, NULL, 0 },
					      { &workload_argp, 0, NULL, 4 },
					      { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[-- CMD [ARGS...]]",
	.doc = "Breaks protection windows on purpose, once unless told otherwise, and reports what "
	       "follows as `pkstrace run` does; each finding names the injection it follows. Only "
	       "calls in task context are affected. When pkstrace ends, however it ends, injection "
	       "is off."
	       "\vExit status: as `pkstrace run`: 0 nothing found, 1 findings, 2 usage, 3 cannot "
	       "run "
	       "here, 4 incomplete, 5 output not written.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace inject --skip-revoke -- dd if=/mnt/file of=/dev/null\n"
	       "  pkstrace inject --fail should_failslab=-ENOMEM --in-window --times 5 -- CMD\n"
	       "  pkstrace inject --skip-grant --probability 1 --times -1 --seed 7 -- CMD\n"
	       "  pkstrace inject --delay-revoke 5ms --comm postgres --dry-run --timeout 10",
};

static enum status check(const struct input *in)
{
	const struct inject_plan *p = &in->plan;

	if (!inject_plan__any(p))
		return status__say(STATUS_USAGE, "inject: nothing to break: give --skip-revoke, "
						 "--skip-grant, --delay-revoke or --fail");
	if (in->run.pid && in->run.command)
		return status__say(STATUS_USAGE,
				   "inject: give either -p PID or a command, not both");
	if (!in->run.command && !in->run.pid && !inject_plan__filtered(p) && !p->whole_system)
		return status__say(STATUS_USAGE,
				   "inject: whose calls? give a command, a filter (such "
				   "as -p PID or --comm NAME), or --whole-system");
	return STATUS_CLEAN;
}

static enum status inject__run(struct input *in, struct inject_session *session, struct tracer *t)
{
	enum status status = tracer__start(t, &in->run);

	status = status ?: tracer__loop(t);
	if (!status) {
		status = tracer__finish(t);
		inject_session__report(session, &t->report);
		status = report__status(&t->report, status);
	}
	return status;
}

static enum status inject(struct input *in)
{
	struct inject_session session;
	struct tracer t;
	enum status status;

	tracer__init(&t);
	status = inject_session__open(&session, &in->plan, in->dry, &t);
	in->run.extension = &session.extension;
	in->run.no_cgroup = in->plan.cgroup;
	in->run.by_number = in->plan.rule.filters & PKS_FILTER_TID;
	in->run.injections = &session.injections;
	in->run.show_injections = true;
	in->run.verbose = in->plan.verbose;
	status = status ?: inject__run(in, &session, &t);
	tracer__close(&t);
	inject_session__close(&session);
	return status;
}

enum status cmd_inject(int argc, char **argv)
{
	struct input in = { .run = { .max_reports = 100, .format = format__row(0) } };
	enum status status;
	bool help;

	inject_plan__init(&in.plan);
	status = options__parse(&argp, argc, argv, &in, &help);
	if (status || help)
		return status;
	status = check(&in)			   ?:
			 preflight__capabilities() ?:
						     keep__open(&in.keep, in.run.format, argc, argv);
	in.run.keep = in.keep.to;
	return keep__close(&in.keep, status ?: inject(&in));
}
