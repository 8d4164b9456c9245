// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace diff: what has changed from one kept run to the next. */
#include "cmd/format.h"
#include "cmd/options.h"
#include "commands.h"
#include "report/session/diff.h"

enum { OPTION_FORCE = 256 };

static const struct argp_option options[] = {
	{ "force", OPTION_FORCE, NULL, 0,
	  "Compare what can be read of a file that is damaged, cut short, or of a later version",
	  0 },
	{ 0 },
};

struct diff_arguments {
	const struct format *format;
	const char *path[2];
	unsigned int nr_paths;
	bool force;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct diff_arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->format;
		return 0;
	case OPTION_FORCE:
		a->force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (a->nr_paths == 2)
			return option__wanted(arg, "two sessions, no more");
		a->path[a->nr_paths++] = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "OLD NEW",
	.doc = "Compares two sessions that were kept with -o: which findings are gone, still "
	       "there and new, with reports of the new ones, and which call sites have opened "
	       "more windows or held them for longer. Findings are compared by class and by the "
	       "functions of their stacks, not by addresses: the sessions may be of two kernels."
	       "\vThe formats are text and json.\n\n"
	       "Exit status: 0 no new finding, 1 some, 2 usage, or a file that is no session or "
	       "not whole, 4 none, but the later run was incomplete, 5 output not written.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace diff before.pks after.pks\n"
	       "  git bisect run sh -c 'make && ./boot-and-run -o new.pks && pkstrace diff "
	       "good.pks new.pks'",
};

static enum status diff(const struct diff_arguments *a)
{
	struct report r = { .out = stdout, .format = a->format };
	struct merged old = {}, new = {};
	enum status status = merged__open(&old, &a->path[0], 1, a->force);

	report__find_terminal(&r);
	status = status ?: merged__open(&new, &a->path[1], 1, a->force);
	if (!status && merged__align(&old, &new))
		status = status__say(STATUS_CANNOT, "out of memory");
	status = status ?: diff__print(&old, &new, &r);
	merged__close(&old);
	merged__close(&new);
	return status;
}

enum status cmd_diff(int argc, char **argv)
{
	struct diff_arguments a = { .format = format__row(0) };
	enum status status;
	bool help;

	status = options__parse(&argp, argc, argv, &a, &help);
	if (status || help)
		return status;
	if (a.nr_paths < 2)
		return status__say(STATUS_USAGE, "diff: give two sessions, OLD and NEW");
	status = format__needs("diff", a.format, a.format->finding);
	return status ?: diff(&a);
}
