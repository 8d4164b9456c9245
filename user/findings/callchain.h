/* SPDX-License-Identifier: GPL-2.0-only */
/* Reduces a captured stack to the frames worth showing. */
#ifndef PKSTRACE_FINDINGS_CALLCHAIN_H
#define PKSTRACE_FINDINGS_CALLCHAIN_H

#include "findings/model.h"

struct symbols;

/*
 * Skips the frames of BPF, of its trampolines and of the window functions
 * themselves at the top, so that the stack begins with the function that made the
 * grant or revoke. Returns the index of the first frame to show.
 */
unsigned int stack__skip_own(struct symbols *symbols, const struct model_stack *stack);

/* Takes the frames of tracers' programs and trampolines out, wherever they are. */
void stack__drop_tracers(struct symbols *symbols, struct model_stack *stack);

/*
 * For the stack of an exception: skips the frames that handle it, so that the frame
 * at `ip` comes first. Returns the index of the first frame to show.
 */
unsigned int stack__skip_exception(struct symbols *symbols, const struct model_stack *stack,
				   __u64 ip);

#endif
