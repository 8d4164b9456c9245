// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace hunt: its command line. The hunt itself is in hunt/hunt.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/format.h"
#include "cmd/keep.h"
#include "cmd/options.h"
#include "cmd/words.h"
#include "commands.h"
#include "hunt/hunt.h"
#include "inject/plan.h"
#include "trace/preflight.h"

enum {
	OPTION_RESUME = 256,
	OPTION_MAX_RUNS,
	OPTION_TIMEOUT,
	OPTION_DEPTH,
	OPTION_FUNCTION,
	OPTION_ERRNO,
	OPTION_KERNEL_FAULTS,
	OPTION_KEEP_GOING,
	OPTION_ALLOW_NONE,
	OPTION_USER,
	OPTION_MODULE,
	OPTION_MODULES,
	OPTION_VMLINUX,
};

static const struct argp_option argp_options[] = {
	{ "resume", OPTION_RESUME, "FILE", 0,
	  "Keep the state in FILE, and continue from there if it exists", 0 },
	{ "max-runs", OPTION_MAX_RUNS, "N", 0,
	  "Make at most N runs besides the survey (default 1000); 0: only the survey", 0 },
	{ "timeout", OPTION_TIMEOUT, "TIME", 0,
	  "End a run after this time, killing CMD with all its children (default: ten times what "
	  "the survey took, and at least ten seconds)",
	  0 },
	{ "depth", OPTION_DEPTH, "N", 0,
	  "2: after each failure, also fail, one at a time, what is called only then (default 1)",
	  0 },
	{ "function", OPTION_FUNCTION, "NAME", OPTION_REPEATED,
	  "Of the error-injection list, fail only this function; may be given more than once", 0 },
	{ "module", OPTION_MODULE, "NAME", OPTION_REPEATED,
	  "Fail only calls with a function of this module on the stack; may be given more than "
	  "once",
	  0 },
	{ "errno", OPTION_ERRNO, "ERRNO", OPTION_REPEATED,
	  "The error for functions that may return any (default EIO); may be given more than "
	  "once, for one run each",
	  0 },
	{ "kernel-faults", OPTION_KERNEL_FAULTS, "WHICH", 0,
	  "Use the kernel's own fault injection through fail-nth: auto (default), for what the "
	  "error-injection list does not reach; all; none",
	  0 },
	{ "keep-going", OPTION_KEEP_GOING, NULL, 0,
	  "Continue even if CMD fails on its own, or if one of its processes can't be killed", 0 },
	{ "user", OPTION_USER, "NAME", 0,
	  "Run CMD as this user (default: under sudo, whoever called it; otherwise as pkstrace)",
	  0 },
	{ "vmlinux", OPTION_VMLINUX, "PATH", 0,
	  "Take the kernel's source lines from this file instead of the usual places", 0 },
	{ "modules", OPTION_MODULES, "DIR", OPTION_REPEATED,
	  "Look here first for modules with debug info; may be given more than once", 0 },
	{ "allow-none", OPTION_ALLOW_NONE, NULL, 0,
	  "Do not call the hunt incomplete if CMD makes no call that could be failed", 0 },
	{ 0 },
};

struct input {
	struct hunt_options hunt;
	struct keep keep;
	/* Room for all arguments there are, and NULL, in each. */
	const char **functions, **modules, **module_dirs;
	size_t nr_functions, nr_modules, nr_module_dirs;
};

static error_t faults__parse(const char *text, enum fault_choice *choice)
{
	static const char *const names[] = {
		[FAULTS_AUTO] = "auto",
		[FAULTS_ALL] = "all",
		[FAULTS_NONE] = "none",
	};

	unsigned int i;

	if (option__choice(text, names, sizeof(names) / sizeof(names[0]), &i))
		return EINVAL;
	*choice = i;
	return 0;
}

static error_t errno__parse(const char *text, struct hunt_options *o)
{
	long value;

	if (o->nr_errors == sizeof(o->errors) / sizeof(o->errors[0]))
		return option__wanted(text, "at most %u of them", o->nr_errors);
	if (!inject_plan__value(text, &value) || value >= 0)
		return option__wanted(text, "an error, such as EIO or -5");
	o->errors[o->nr_errors++] = value;
	return 0;
}

/* What is failed, and where its source is. */
static error_t which__parse(int key, char *arg, struct input *in)
{
	struct hunt_options *o = &in->hunt;

	switch (key) {
	case OPTION_FUNCTION:
		in->functions[in->nr_functions++] = arg;
		return 0;
	case OPTION_MODULE:
		in->modules[in->nr_modules++] = arg;
		return 0;
	case OPTION_ERRNO:
		return errno__parse(arg, o);
	case OPTION_KERNEL_FAULTS:
		return faults__parse(arg, &o->session.faults);
	case OPTION_MODULES:
		in->module_dirs[in->nr_module_dirs++] = arg;
		return 0;
	case OPTION_VMLINUX:
		o->session.vmlinux = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct input *in = state->input;
	struct hunt_options *o = &in->hunt;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->format;
		state->child_inputs[1] = &in->keep;
		return 0;
	case OPTION_RESUME:
		o->resume = arg;
		return 0;
	case OPTION_MAX_RUNS:
		return OPTION_INTEGER(arg, 0, 1000000000, o->max_runs);
	case OPTION_TIMEOUT:
		return option__seconds(arg, &o->timeout);
	case OPTION_DEPTH:
		return OPTION_INTEGER(arg, 1, PKS_HUNT_CALLS, o->depth);
	case OPTION_KEEP_GOING:
		o->keep_going = true;
		return 0;
	case OPTION_USER:
		o->session.user = arg;
		return 0;
	case OPTION_ALLOW_NONE:
		o->allow_none = true;
		return 0;
	case ARGP_KEY_ARG:
		o->session.command = options__command(state);
		return 0;
	}
	return which__parse(key, arg, in);
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 },
					      { &keep_argp, 0, NULL, 0 },
					      { 0 } };

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.children = children,
	.args_doc = "-- CMD [ARGS...]",
	.doc = "Walks the error paths around protection windows. Runs CMD once and notes every "
	       "call "
	       "of a function that can be made to fail, while a window is open or between a "
	       "window's grant and the end of its system call or work item. Then runs CMD once for "
	       "each of these call sites, with the first call from there failing, and watches the "
	       "windows. CMD must do the same thing every time; its input and output are /dev/null."
	       "\vOutcomes, from worst to best: kernel oops, stray access, underflow, leak, other "
	       "(finding), CMD hung, not reached, CMD failed, clean. A run in which CMD merely "
	       "fails "
	       "is not a finding.\n\n"
	       "Exit status: 0 nothing found, 1 findings, 2 usage, 3 cannot run here, 4 "
	       "incomplete: "
	       "interrupted, stopped by --max-runs, something lost, or a call not reached "
	       "again, 5 output not written.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace hunt -- dd if=/mnt/in of=/mnt/out bs=4k count=1\n"
	       "  pkstrace hunt --resume hunt.json --depth 2 -- ./exercise-my-driver",
};

static enum status kept_hunt(struct input *in, int argc, char **argv)
{
	enum status status = format__needs("hunt", in->hunt.format,
					   in->hunt.format->runs || in->hunt.format->document);

	status = status ?: preflight__capabilities();
	status = status ?: keep__open(&in->keep, in->hunt.format, argc, argv);
	in->hunt.keep = in->keep.to;
	return keep__close(&in->keep, status ?: hunt(&in->hunt));
}

static enum status hunt_with_lists(int argc, char **argv, struct input *in)
{
	enum status status;
	bool help;

	in->hunt.session.functions = in->functions;
	in->hunt.session.module_dirs = in->module_dirs;
	in->hunt.modules = in->modules;
	status = options__parse(&argp, argc, argv, in, &help);
	if (status || help)
		return status;
	if (!in->hunt.session.command)
		return status__say(STATUS_USAGE, "hunt: no command: give one after --");
	return kept_hunt(in, argc, argv);
}

enum status cmd_hunt(int argc, char **argv)
{
	struct input in = { .hunt = { .max_runs = 1000, .depth = 1, .format = format__row(0) },
			    .functions = calloc(argc + 1, sizeof(char *)),
			    .modules = calloc(argc + 1, sizeof(char *)),
			    .module_dirs = calloc(argc + 1, sizeof(char *)) };
	enum status status = STATUS_CANNOT;

	if (in.functions && in.modules && in.module_dirs)
		status = hunt_with_lists(argc, argv, &in);
	else
		status__say(status, "out of memory");
	free(in.functions);
	free(in.modules);
	free(in.module_dirs);
	return status;
}
