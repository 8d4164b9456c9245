/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that say whose windows to trace and for how long, the same for run and stat. */
#ifndef PKSTRACE_CMD_TRACED_H
#define PKSTRACE_CMD_TRACED_H

#include <argp.h>

#include "trace/tracer.h"

/* -p, -d, CMD and the options of wish.h: a child parser whose input is a struct tracer_options. */
extern const struct argp traced_argp;

/* Returns STATUS_USAGE after printing one line if the options contradict each other. */
enum status traced__check(const char *command, const struct tracer_options *options);

/* Traces as the options say, from attach to summary. */
enum status traced__trace(const struct tracer_options *options);

#endif
