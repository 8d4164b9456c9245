/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that say whose windows are traced and for how long, the same for run and stat. */
#ifndef PKSTRACE_CMD_TRACED_H
#define PKSTRACE_CMD_TRACED_H

#include <argp.h>

#include "trace/tracer.h"

/* -p, -d, CMD and the options of wish.h; a child parser, its input a struct tracer_options. */
extern const struct argp traced_argp;

/* STATUS_USAGE after a line where the options do not go together. */
enum status traced__check(const char *command, const struct tracer_options *options);

/* Traces as the options say, from the attach to the summary. */
enum status traced__trace(const struct tracer_options *options);

#endif
