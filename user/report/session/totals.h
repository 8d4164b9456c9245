/* SPDX-License-Identifier: GPL-2.0-only */
/* A summary by the names of what it counts, as it is kept, and back to this program's numbers. */
#ifndef PKSTRACE_REPORT_SESSION_TOTALS_H
#define PKSTRACE_REPORT_SESSION_TOTALS_H

#include "report/session/records.h"

/* Fills *out, which then points to *s and into the arena. Returns 0 or -ENOMEM. */
int totals__keep(const struct resolved_summary *s, struct arena *arena, struct kept_summary *out);

/*
 * The reverse, with *model to hold the numbers; neither is to be freed, for all is the arena's
 * or what *kept points to. What has a name that this program does not know counts as the class
 * "?", or as a record that could not be read. Returns 0 or -ENOMEM.
 */
int totals__restore(const struct kept_summary *kept, struct arena *arena, struct model *model,
		    struct resolved_summary *out);

#endif
