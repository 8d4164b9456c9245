/* SPDX-License-Identifier: GPL-2.0-only */
/* What every renderer gets. A new output format is one new report_*.c and its row here. */
#ifndef PKSTRACE_REPORT_H
#define PKSTRACE_REPORT_H

#include <stdio.h>

#include "findings/model.h"

struct dialect;
struct injections;
struct pks_injection;
struct source;
struct suppress;
struct symbols;

struct report {
	FILE *out;
	struct symbols *symbols;
	struct source *source;		 /* NULL: no file:line */
	const struct suppress *suppress; /* NULL: none */
	const struct dialect *dialect;
	unsigned int top; /* call sites to list */
	enum pks_by by;	  /* what the model's call sites are */
	const char *target; /* what is traced, in words */
	const struct injections *injections; /* NULL: nothing is injected */
	/* The name of the function that an injection made fail. */
	const char *(*injected_function)(const struct report *r, const struct pks_injection *one);
	const void *injected_arg; /* for the above */
};

struct renderer {
	/* One finding, as it comes. */
	void (*finding)(const struct report *r, const struct model_finding *f);
	/* At the end: repeats, windows by call site, what was lost, and the verdict. */
	void (*summary)(const struct report *r, const struct model *m, double seconds);
	/*
	 * The counts of the last `seconds`, `time` seconds after the start. NULL where
	 * the renderer has no such lines.
	 */
	void (*interval)(const struct report *r, const struct model *m, double time, double seconds);
};

extern const struct renderer report_text; /* for people */
extern const struct renderer report_stat; /* the same, of counts alone */
extern const struct renderer report_json; /* a JSON object a line */

#endif
