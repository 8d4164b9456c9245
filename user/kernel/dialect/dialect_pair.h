/* SPDX-License-Identifier: GPL-2.0-only */
/* A pair of functions that the user names in place of the kernel's grants and revokes. */
#ifndef PKSTRACE_DIALECT_PAIR_H
#define PKSTRACE_DIALECT_PAIR_H

#include "kernel/dialect/dialect.h"

/*
 * Makes choice->grant and choice->revoke the dialect. STATUS_USAGE after a line where
 * one is missing, or names no function or argument that there is; STATUS_CANNOT
 * where nothing can be attached to it.
 */
enum status pair__choose(struct dialect *d, const struct dialect_choice *choice,
			 struct symbols *symbols);

#endif
