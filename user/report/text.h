/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the text that several renderers have. */
#ifndef PKSTRACE_REPORT_TEXT_H
#define PKSTRACE_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

#define FUNCTION_TEXT 160

/*
 * The function of an address, its offset and module, in the FUNCTION_TEXT bytes of
 * `name`, which it returns. flags: enum symbol_flags.
 */
const char *function_at(const struct report *r, __u64 address, unsigned int flags, char *name);

/* A time in the unit that fits. Returns `text`. */
const char *time_text(__u64 ns, char *text, size_t size);

/*
 * A line for an address, and before it one for each function inlined there; at
 * the top of a stack without those of the window API. flags: enum symbol_flags.
 */
void frame__print(const struct report *r, __u64 address, unsigned int flags, bool top);

/* How each text summary ends: remarks, losses, the windows counted in `seconds`, the verdict. */
void summary__end(const struct report *r, const struct model *m, double seconds);

/* The whole summary of a trace. */
void summary__print(const struct report *r, const struct model *m, double seconds);

#endif
