/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a command line, before argp sees them: what argp would take without a word. */
#ifndef PKSTRACE_CMD_WORDS_H
#define PKSTRACE_CMD_WORDS_H

#include <argp.h>

#include "util/status.h"

/* Of an argp_option's flags, besides argp's own: it may be given more than once. */
#define OPTION_REPEATED 0x1000

/*
 * STATUS_USAGE after one line that names the option and the reason: there is none of that
 * name, it lacks its value or has one that it does not take, it is given twice, or nothing
 * follows "--". argv[0] is the subcommand.
 */
enum status words__check(const struct argp *argp, int argc, char **argv);

#endif
