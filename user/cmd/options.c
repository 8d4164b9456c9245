// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/words.h"

#define MIN_SECONDS 1000000ULL		   /* a millisecond */
#define MAX_SECONDS 1000000000000000000ULL /* some thirty years */

/* The value that was refused, and what it must be; argp has no way to hand them on. */
static const char *refused;
static char wanted[160];

/* What the wrapper around a command's parser sees. */
struct wrapper {
	void *input; /* the command's */
	int next;    /* where parsing stopped on an error */
	bool help;
};

enum { OPTION_USAGE = 2048 }; /* apart from those of any command */

static const struct argp_option wrapper_options[] = {
	{ "help", '?', NULL, 0, NULL, 0 },
	{ NULL, 'h', NULL, 0, NULL, 0 },
	{ "usage", OPTION_USAGE, NULL, 0, NULL, 0 },
	{ 0 },
};

static error_t wrapper__parse(int key, char *arg, struct argp_state *state)
{
	struct wrapper *w = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = w->input;
		return 0;
	case ARGP_KEY_ERROR:
		w->next = state->next;
		return ARGP_ERR_UNKNOWN;
	case '?':
	case 'h':
	case OPTION_USAGE:
		w->help = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* The word that parsing stopped at, with the option before it where it is a value alone. */
static enum status options__refused(int argc, char **argv, int next)
{
	int at = next > argc ? argc - 1 : next > 1 ? next - 1 : argc > 1;

	if (!wanted[0])
		return status__say(STATUS_USAGE,
				   "%s: bad option or value at '%s'; `pkstrace %s --help` lists "
				   "them",
				   argv[0], argv[at], argv[0]);
	if (at > 1 && argv[at] == refused)
		return status__say(STATUS_USAGE, "%s: %s '%s': give %s", argv[0], argv[at - 1],
				   argv[at], wanted);
	return status__say(STATUS_USAGE, "%s: '%s': give %s", argv[0], argv[at], wanted);
}

enum status options__parse(const struct argp *argp, int argc, char **argv, void *input, bool *help)
{
	const struct argp_child children[] = { { argp, 0, NULL, 0 }, { 0 } };
	const struct argp outer = { .options = wrapper_options,
				    .parser = wrapper__parse,
				    .children = children };
	struct wrapper w = { .input = input, .next = 1 };
	enum status status;
	char name[64];
	error_t err;

	*help = false;
	status = words__check(&outer, argc, argv);
	if (status)
		return status;
	wanted[0] = 0;
	err = argp_parse(&outer, argc, argv,
			 ARGP_IN_ORDER | ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &w);
	*help = w.help;
	if (w.help) {
		snprintf(name, sizeof(name), "pkstrace %s", argv[0]);
		argp_help(argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK, name);
		return STATUS_CLEAN;
	}
	if (!err)
		return STATUS_CLEAN;
	if (err == ENOMEM)
		return status__say(STATUS_CANNOT, "out of memory");
	return options__refused(argc, argv, w.next);
}

error_t option__wanted(const char *text, const char *format, ...)
{
	va_list args;

	refused = text;
	va_start(args, format);
	vsnprintf(wanted, sizeof(wanted), format, args);
	va_end(args);
	return EINVAL;
}

error_t option__integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
	if (number__integer(text, min, max, value))
		return 0;
	if (max == INT64_MAX)
		return option__wanted(text, "a whole number, %" PRId64 " or more", min);
	return option__wanted(text, "a whole number from %" PRId64 " to %" PRId64, min, max);
}

error_t option__fraction(const char *text, double min, double max, double *value)
{
	if (number__fraction(text, min, max, value))
		return 0;
	return option__wanted(text, "a number from %g to %g", min, max);
}

error_t option__duration(const char *text, enum duration_unit bare, uint64_t min, uint64_t max,
			 uint64_t *ns)
{
	char from[32], to[32];

	if (duration__parse(text, bare, min, max, ns))
		return 0;
	return option__wanted(text, "a time from %s to %s%s",
			      duration__exact(min, from, sizeof(from)),
			      duration__exact(max, to, sizeof(to)),
			      bare == DURATION_SECONDS ? "; without a unit: seconds" :
							 ", with its unit");
}

error_t option__seconds(const char *text, double *seconds)
{
	error_t err;
	uint64_t ns;

	err = option__duration(text, DURATION_SECONDS, MIN_SECONDS, MAX_SECONDS, &ns);
	if (!err)
		*seconds = ns / 1e9;
	return err;
}

error_t option__choice(const char *text, const char *const *names, unsigned int nr,
		       unsigned int *index)
{
	size_t used = 0;

	for (unsigned int i = 0; i < nr; i++) {
		if (!names[i] || strcmp(names[i], text))
			continue;
		*index = i;
		return 0;
	}
	option__wanted(text, "one of");
	for (unsigned int i = 0; i < nr; i++) {
		used = strlen(wanted);
		if (names[i])
			snprintf(wanted + used, sizeof(wanted) - used, " %s", names[i]);
	}
	return EINVAL;
}

char *const *options__command(struct argp_state *state)
{
	char *const *command = &state->argv[state->next - 1];

	state->next = state->argc;
	return command;
}
