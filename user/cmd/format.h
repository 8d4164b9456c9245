/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that choose the format of the output, the same for each command. */
#ifndef PKSTRACE_CMD_FORMAT_H
#define PKSTRACE_CMD_FORMAT_H

#include <argp.h>
#include <stdbool.h>

#include "report/report.h"

/* --format NAME, --json; a child parser, its input a const struct format *. */
extern const struct argp format_argp;

/* What a command prints at least: part is false where the format has nothing for it. */
enum status format__needs(const char *command, const struct format *format, bool part);

#endif
