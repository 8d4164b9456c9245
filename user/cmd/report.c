// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace report: shows what was kept, on any machine. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/format.h"
#include "cmd/options.h"
#include "commands.h"
#include "report/session/merge.h"

enum {
	OPTION_FORCE = 256,
	OPTION_TOP,
};

static const struct argp_option options[] = {
	{ "force", OPTION_FORCE, NULL, 0,
	  "Show what can be read of a file that is damaged, cut short, or of a later version", 0 },
	{ "top", OPTION_TOP, "N", 0, "List the N rows with the most windows (default 20)", 0 },
	{ 0 },
};

struct report_arguments {
	const struct format *format;
	const char **path; /* room for all arguments */
	size_t nr_paths;
	unsigned int top;
	bool force;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_arguments *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->format;
		return 0;
	case OPTION_FORCE:
		a->force = true;
		return 0;
	case OPTION_TOP:
		return OPTION_INTEGER(arg, 1, PKS_SITES, a->top);
	case ARGP_KEY_ARG:
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
	.args_doc = "[FILE...]",
	.doc = "Shows sessions that were kept with -o, from any machine; without FILE, or for -, "
	       "that of standard input. Several are merged: findings of one class, at the same "
	       "functions, are one, with the machines that have seen it."
	       "\vExit status: as of the run: 0 clean and complete, 1 findings, 4 incomplete; 2 "
	       "usage, or a file that is no session or not whole; 5 output not written.\n\n"
	       "EXAMPLES\n"
	       "  pkstrace report fio.pks\n"
	       "  pkstrace report --format json host1.pks host2.pks\n"
	       "  ssh host cat fio.pks | pkstrace report",
};

static enum status report(const struct report_arguments *a)
{
	struct report r = { .out = stdout, .format = a->format, .top = a->top, .verbose = 2 };
	struct merged all;
	enum status status = merged__open(&all, a->path, a->nr_paths, a->force);

	report__find_terminal(&r);
	r.columns = r.rows = 0; /* intervals one after the other */
	if (!status) {
		if (a->format->document)
			a->format->document(&r, &all);
		else if (all.nr == 1)
			session__print(&all.session[0], &r);
		else
			merged__print(&all, &r);
		status = report__status(&r, merged__status(&all));
	}
	merged__close(&all);
	return status;
}

enum status cmd_report(int argc, char **argv)
{
	struct report_arguments a = { .format = format__row(0),
				      .path = calloc(argc + 1, sizeof(char *)),
				      .top = 20 };
	enum status status;
	bool help;

	if (!a.path)
		return status__say(STATUS_CANNOT, "out of memory");
	status = options__parse(&argp, argc, argv, &a, &help);
	if (!status && !help && !a.nr_paths) {
		if (isatty(STDIN_FILENO))
			status = status__say(STATUS_USAGE, "report: no session: give a FILE");
		a.path[a.nr_paths++] = "-";
	}
	if (!status && !help)
		status = report(&a);
	free(a.path);
	return status;
}
