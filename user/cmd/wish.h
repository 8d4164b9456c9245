/* SPDX-License-Identifier: GPL-2.0-only */
/* The options that choose what is traced, the same for each command that traces. */
#ifndef PKSTRACE_CMD_WISH_H
#define PKSTRACE_CMD_WISH_H

#include <argp.h>

#include "kernel/dialect.h"

/* --grant, --revoke, --dialect; a child parser, its input a struct dialect_wish. */
extern const struct argp wish_argp;

/* STATUS_USAGE after a line where the options do not go together. */
enum status wish__check(const char *command, const struct dialect_wish *wish);

#endif
