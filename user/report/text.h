/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the text format, for its row in text.c. */
#ifndef PKSTRACE_REPORT_TEXT_H
#define PKSTRACE_REPORT_TEXT_H

#include "report/report.h"

/* One line for a frame, after one for each function inlined there. */
void text__frame(FILE *out, const struct resolved_frame *frame);

/* A hold time of a call site; "-" where none of its windows was timed to its end. */
const char *text__held(const struct resolved_site *site, __u64 ns, char *text, size_t size);

/* The end of every summary: remarks, losses, window counts, the verdict. */
void text__summary_end(struct report *r, const struct resolved_summary *s);

void text__run_summary(struct report *r, const struct resolved_summary *s);
void text__stat_summary(struct report *r, const struct resolved_summary *s);
void text__interval(struct report *r, const struct resolved_summary *s);
void text__injections(struct report *r, const struct report_injections *all);
void text__survey(struct report *r, const struct report_survey *s);
void text__hunt(struct report *r, const struct report_hunt *hunt);

#endif
