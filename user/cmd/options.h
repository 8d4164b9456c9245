/* SPDX-License-Identifier: GPL-2.0-only */
/* argp, with one line instead of three when something is wrong. */
#ifndef PKSTRACE_CMD_OPTIONS_H
#define PKSTRACE_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>

#include "util/status.h"

/*
 * Parses with argp. argv[0] is the subcommand's name. Sets *help where only
 * help was asked for and given. STATUS_USAGE after one line that names what
 * could not be understood.
 */
enum status arguments__parse(const struct argp *argp, int argc, char **argv, void *input,
			     bool *help);

/* A number within [min, max] out of an option's text. False where it is none. */
bool arguments__number(const char *text, double min, double max, double *value);

/* A time like 500us, 20ms, 1.5s or (seconds) 2, in seconds. False where it is none. */
bool arguments__time(const char *text, double min, double max, double *seconds);

#endif
