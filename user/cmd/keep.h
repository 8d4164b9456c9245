/* SPDX-License-Identifier: GPL-2.0-only */
/* -o FILE: what the run is kept in, the same for every command that traces. */
#ifndef PKSTRACE_CMD_KEEP_H
#define PKSTRACE_CMD_KEEP_H

#include <argp.h>

#include "report/session/writer.h"

/* A child parser whose input is a struct keep. */
extern const struct argp keep_argp;

struct keep {
	const char *path;	     /* NULL: none was given */
	const struct format *format; /* the output's; a document is made of what is kept */
	struct session_writer writer;
	struct session_writer *to; /* &writer where something is to be kept; NULL */
};

/*
 * Once the command line is read; argv: the command's, format: the output's. A line was printed
 * if not STATUS_CLEAN.
 */
enum status keep__open(struct keep *k, const struct format *format, int argc, char *const *argv);

/*
 * After the run, which has ended with `status`: prints the document, if that is the format.
 * Returns the status, or STATUS_OUTPUT.
 */
enum status keep__close(struct keep *k, enum status status);

#endif
