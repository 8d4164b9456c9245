/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that choose what to trace and for how long; the same for every such command. */
#ifndef PKSTRACE_CMD_TARGET_H
#define PKSTRACE_CMD_TARGET_H

#include <argp.h>

#include "trace/tracer.h"

/*
 * How CMD or process PID is run and waited for: --no-wait, --allow-none, --user, --ready-fd. A
 * child parser whose input is a struct tracer_options.
 */
extern const struct argp workload_argp;

/*
 * Those, -p, -d, CMD, --grant, --revoke and --dialect, and those of format.h: a child parser whose
 * input is a struct tracer_options.
 */
extern const struct argp target_argp;

/* For the help of a command with these options. */
#define TARGET_ARGS "[-- CMD [ARGS...]]"
#define TARGET_STATUS                                                                              \
	"Exit status: 0 clean and complete, 1 findings, 2 usage, 3 cannot run here, "              \
	"4 incomplete, 5 output not written. CMD's own status is printed but does not "            \
	"change this.\n\n"

/* Returns STATUS_USAGE after printing one line if the options contradict each other. */
enum status target__check(const char *command, const struct tracer_options *options);

#endif
