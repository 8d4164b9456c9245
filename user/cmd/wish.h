/* SPDX-License-Identifier: GPL-2.0-only */
/* Options that choose which functions to trace, the same for every command that traces. */
#ifndef PKSTRACE_CMD_WISH_H
#define PKSTRACE_CMD_WISH_H

#include <argp.h>

#include "kernel/dialect.h"

/* --grant, --revoke and --dialect: a child parser whose input is a struct dialect_wish. */
extern const struct argp wish_argp;

/* Returns STATUS_USAGE after printing one line if the options contradict each other. */
enum status wish__check(const char *command, const struct dialect_wish *wish);

#endif
