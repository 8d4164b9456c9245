/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that choose what to trace and for how long; the same for every such command. */
#ifndef PKSTRACE_CMD_TARGET_H
#define PKSTRACE_CMD_TARGET_H

#include <argp.h>

#include "trace/tracer.h"

/*
 * -p, -d, CMD, --grant, --revoke and --dialect: a child parser whose input is a struct
 * tracer_options.
 */
extern const struct argp target_argp;

/* Returns STATUS_USAGE after printing one line if the options contradict each other. */
enum status target__check(const char *command, const struct tracer_options *options);

#endif
