/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the text that several renderers have. */
#ifndef PKSTRACE_REPORT_TEXT_H
#define PKSTRACE_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "report.h"

/* A time in the unit that fits. Returns `text`. */
const char *time_text(__u64 ns, char *text, size_t size);

/*
 * A line for an address, and before it one for each function inlined there; at
 * the top of a stack without those of the window API. flags: enum symbol_flags.
 */
void frame__print(const struct report *r, __u64 address, unsigned int flags, bool top);

/* What is no finding: windows from before the trace, closed late, missing source lines. */
void summary__remarks(const struct report *r, const struct model *m);

/* A line for each reason why something was lost. */
void summary__losses(const struct report *r, const struct model *m);

/* The last lines: what became of the findings, how many of which class, complete or not. */
void summary__verdict(const struct report *r, const struct model *m);

#endif
