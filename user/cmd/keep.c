// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/keep.h"
#include "cmd/options.h"

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0,
	  "Also keep what is seen in FILE, for `pkstrace report` and `pkstrace diff`", 9 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct keep *k = state->input;

	if (key != 'o')
		return ARGP_ERR_UNKNOWN;
	if (!arg[0])
		return option__wanted(arg, "the name of a file");
	k->path = arg;
	return 0;
}

const struct argp keep_argp = { .options = options, .parser = parse };

enum status keep__open(struct keep *k, int argc, char *const *argv)
{
	if (!k->path)
		return STATUS_CLEAN;
	k->to = &k->writer;
	return session_writer__open(k->to, k->path, argc, argv);
}

enum status keep__close(struct keep *k, enum status status)
{
	unsigned int missing;

	if (!k->to)
		return status;
	session_writer__end(k->to);
	session_writer__close(k->to, &missing);
	return missing ? STATUS_OUTPUT : status;
}
