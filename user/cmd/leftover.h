/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs that were killed have left behind on this machine. */
#ifndef PKSTRACE_CMD_LEFTOVER_H
#define PKSTRACE_CMD_LEFTOVER_H

#include <stdbool.h>

/* Called for each thing that is left, in words: "2 settings of ..." */
typedef void (*leftover_fn)(void *arg, const char *what);

/*
 * Looks for what is left; with clean_up, removes it. Tells what is left after that, and in
 * *removed how many things are not any more. Runs at work are left alone. Returns the number
 * of things told.
 */
unsigned int leftover__each(bool clean_up, unsigned int *removed, leftover_fn fn, void *arg);

#endif
