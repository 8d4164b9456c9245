/* SPDX-License-Identifier: GPL-2.0-only */
/* What documents of several forms say in the same words. */
#ifndef PKSTRACE_REPORT_DOCUMENT_H
#define PKSTRACE_REPORT_DOCUMENT_H

#include "report/session/merge.h"

/* "leak/cause in drv_map [drv]", without an offset: the same from run to run. Returns `text`. */
const char *finding__name(const struct resolved_finding *f, char *text, size_t size);

/* Its report as text, the caller's; NULL if out of memory. */
char *finding__text(const struct resolved_finding *f);

/* Calls fn for each finding, with the index it has in `all`. What cannot be read is missing. */
typedef void (*finding_fn)(void *arg, size_t at, const struct resolved_finding *f);
void document__findings(struct report *r, const struct merged *all, finding_fn fn, void *arg);

/* Why the runs cannot be called clean, in a line for each reason, the caller's; "": they can. */
char *document__incomplete(const struct merged *all);

/* --- as tests, for CI ---------------------------------------------------------------- */

/*
 * A test with one name each: of each class without findings that there are none, of each
 * finding that it is none, of each run of a hunt, and that nothing was lost.
 */
struct document_test {
	char name[256];
	const char *why;  /* what failed, in a line; NULL: nothing did */
	const char *text; /* more of it; NULL: nothing */
};

typedef void (*test_fn)(void *arg, const struct document_test *test);

/* Calls fn for each test; fn NULL: only counts them. Returns their number. */
size_t document__tests(struct report *r, const struct merged *all, test_fn fn, void *arg);

#endif
