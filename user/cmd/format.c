// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "cmd/format.h"
#include "cmd/options.h"

enum {
	OPTION_FORMAT = 1100, /* apart from those of any command */
	OPTION_JSON,
};

static const struct argp_option options[] = {
	{ "format", OPTION_FORMAT, "NAME", 0, "Print in this format", 10 },
	{ "json", OPTION_JSON, NULL, 0, "Same as --format json", 10 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const struct format **format = state->input;
	char names[256];

	switch (key) {
	case ARGP_KEY_INIT:
		state->hook = NULL;
		return 0;
	case OPTION_FORMAT:
	case OPTION_JSON:
		/* Of two that are given the last would win, without a word. */
		if (state->hook)
			return option__wanted(arg, "either --json or --format, not both");
		state->hook = state;
		break;
	}
	switch (key) {
	case OPTION_FORMAT:
		*format = format__find(arg);
		if (*format)
			return 0;
		return option__wanted(arg, "one of %s", format__names(names, sizeof(names)));
	case OPTION_JSON:
		*format = format__find("json");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

/* What formats there are, below the options: the table says it. */
static char *help(int key, const char *text, void *input)
{
	char *all = NULL;
	size_t size;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&all, &size);
	if (!out)
		return NULL;
	fputs("FORMATS\n", out);
	for (unsigned int i = 0; format__row(i); i++)
		fprintf(out, "  %-8s %s%s\n", format__row(i)->name, format__row(i)->meaning,
			i ? "" : " (default)");
	fclose(out);
	return all;
}

const struct argp format_argp = {
	.options = options, .parser = parse, .doc = "\v", .help_filter = help
};

enum status format__needs(const char *command, const struct format *format, bool part)
{
	if (part)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "%s: the format %s has no form for what it prints",
			   command, format->name);
}
