/* SPDX-License-Identifier: GPL-2.0-only */
/* The summaries of several sessions as one. */
#ifndef PKSTRACE_REPORT_SESSION_SUM_H
#define PKSTRACE_REPORT_SESSION_SUM_H

#include "report/session/merge.h"

/*
 * Fills m->model and m->total from the summaries and findings of the sessions. exact: false
 * where call sites in one function are one, for their offsets have no meaning. Returns 0 or
 * -ENOMEM.
 */
int sum__summaries(struct merged *m, bool exact);

/* True if all sessions of both are of one build of one kernel: then an offset names a place. */
bool sum__same_kernel(const struct merged *m, const struct merged *other);

#endif
