/* SPDX-License-Identifier: GPL-2.0-only */
/* What every renderer gets. A new output format is one new report_*.c. */
#ifndef PKSTRACE_REPORT_H
#define PKSTRACE_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "model.h"

struct dialect;
struct source;
struct symbols;

struct report {
	FILE *out;
	struct symbols *symbols;
	struct source *source; /* NULL: no file:line */
	const struct dialect *dialect;
	unsigned int top; /* call sites to list */
};

/* One finding, as it comes. */
void report_text__finding(const struct report *r, const struct model_finding *f);

/* At the end: repeats, windows by call site, what was lost, and the verdict line. */
void report_text__summary(const struct report *r, const struct model *m, double seconds);

#endif
