// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "cmd/keep.h"
#include "cmd/options.h"
#include "report/session/merge.h"

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

enum status keep__open(struct keep *k, const struct format *format, int argc, char *const *argv)
{
	k->format = format;
	if (!k->path && !format->document)
		return STATUS_CLEAN;
	k->to = &k->writer;
	return session_writer__open(k->to, k->path, argc, argv);
}

/* A run that never began has nothing to show. */
static enum status keep__print(const struct keep *k, enum status status)
{
	struct report r = { .out = stdout, .format = k->format, .top = 20 };
	struct session session;
	struct merged all = {};
	enum status read;

	if (!k->format->document || k->writer.fd < 0)
		return status;
	read = session_writer__read(&k->writer, &session);
	if (read)
		session__close(&session);
	else
		read = merged__take(&all, &session);
	if (!read)
		k->format->document(&r, &all);
	merged__close(&all);
	return read ?: report__status(&r, status);
}

enum status keep__close(struct keep *k, enum status status)
{
	unsigned int missing;

	if (!k->to)
		return status;
	session_writer__end(k->to);
	status = keep__print(k, status);
	session_writer__close(k->to, &missing);
	return missing ? STATUS_OUTPUT : status;
}
