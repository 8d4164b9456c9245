/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns a captured stack into the frames that a reader wants to see. */
#ifndef PKSTRACE_FINDINGS_CALLCHAIN_H
#define PKSTRACE_FINDINGS_CALLCHAIN_H

#include "findings/model.h"

struct symbols;

/*
 * Drops the frames of BPF, of its trampolines and of the window functions
 * themselves from the top: what stays begins with the function that asked for
 * the grant or revoke. Returns the index of the first frame to show.
 */
unsigned int stack__skip_own(struct symbols *symbols, const struct model_stack *stack);

/*
 * The stack of an exception: drops what handles it, so that the frame at `ip`
 * comes first. Returns the index of the first frame to show.
 */
unsigned int stack__skip_exception(struct symbols *symbols, const struct model_stack *stack,
				   __u64 ip);

#endif
