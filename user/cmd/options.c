// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-?") ||
		    !strcmp(argv[i], "-h") || !strcmp(argv[i], "--usage"))
			return true;
	return false;
}

/* What the wrapper around a command's parser sees. */
struct wrapper {
	void *input; /* the command's */
	int next;    /* where parsing stopped on an error */
};

static error_t wrapper__parse(int key, char *arg, struct argp_state *state)
{
	struct wrapper *w = state->input;

	(void)arg;
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = w->input;
		return 0;
	}
	if (key == ARGP_KEY_ERROR)
		w->next = state->next;
	return ARGP_ERR_UNKNOWN;
}

enum status arguments__parse(const struct argp *argp, int argc, char **argv, void *input, bool *help)
{
	const struct argp_child children[] = { { argp, 0, NULL, 0 }, { 0 } };
	const struct argp outer = { .parser = wrapper__parse, .children = children };
	struct wrapper w = { .input = input, .next = 1 };
	char name[64];
	error_t err;

	*help = wants_help(argc, argv);
	snprintf(name, sizeof(name), "pkstrace %s", argv[0]);
	if (*help) {
		argp_help(argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
		return STATUS_CLEAN;
	}
	err = argp_parse(&outer, argc, argv,
			 ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &w);
	if (!err)
		return STATUS_CLEAN;
	if (err == ENOMEM)
		return status__say(STATUS_CANNOT, "out of memory");
	if (w.next > argc)
		w.next = argc;
	return status__say(STATUS_USAGE, "%s: bad option or value at '%s'; `%s --help` lists them",
			   argv[0], argv[w.next > 1 ? w.next - 1 : argc > 1], name);
}

bool arguments__number(const char *text, double min, double max, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	return !errno && end != text && !*end && isfinite(*value) && *value >= min && *value <= max;
}

bool arguments__time(const char *text, double min, double max, double *seconds)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 }, { "s", 1 }, { "", 1 } };
	char *end;

	errno = 0;
	*seconds = strtod(text, &end);
	if (errno || end == text || !isfinite(*seconds))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].name))
			continue;
		*seconds *= units[i].seconds;
		return *seconds >= min && *seconds <= max;
	}
	return false;
}
