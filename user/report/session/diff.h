/* SPDX-License-Identifier: GPL-2.0-only */
/* What has changed from one session to the next. */
#ifndef PKSTRACE_REPORT_SESSION_DIFF_H
#define PKSTRACE_REPORT_SESSION_DIFF_H

#include "report/session/merge.h"

/*
 * Prints which findings are gone, still there and new, with the reports of the new ones, and
 * the call sites with half as many windows again, or held for twice as long; in text, or as
 * JSON lines if that is the format of r. Returns STATUS_FINDINGS where any is new, or else
 * STATUS_INCOMPLETE where `new` is of a run that was incomplete.
 */
enum status diff__print(const struct merged *old, const struct merged *new, struct report *r);

#endif
