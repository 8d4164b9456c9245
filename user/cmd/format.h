/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that choose the output format, the same for every command. */
#ifndef PKSTRACE_CMD_FORMAT_H
#define PKSTRACE_CMD_FORMAT_H

#include <argp.h>
#include <stdbool.h>

#include "report/report.h"

/* --format NAME and --json: a child parser whose input is a const struct format *. */
extern const struct argp format_argp;

/* Refuses a format in which part of the output has no form; part: whether it has one. */
enum status format__needs(const char *command, const struct format *format, bool part);

#endif
