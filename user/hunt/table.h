/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hunt shows at its end: reports, a row for each run, the sum; as text or JSON lines. */
#ifndef PKSTRACE_HUNT_TABLE_H
#define PKSTRACE_HUNT_TABLE_H

#include <stdio.h>

#include "hunt/plan.h"

/* Beside the plan. */
struct hunt_summary {
	double seconds;
	const char *survey_report; /* findings of the run in which nothing failed; NULL: none */
	size_t survey_findings;
	bool incomplete;     /* something was lost, or left out */
	const char *because; /* why, in words; NULL: not incomplete */
};

/* "ENOMEM", "EIO", "NULL", "1". */
void hunt_table__error(const struct hunt_site *site, long value, char *text, size_t size);

/* What the survey saw: the places, by stack. */
void hunt_table__survey_text(FILE *out, const struct hunt_plan *plan);
void hunt_table__survey_json(FILE *out, const struct hunt_plan *plan, json_t *findings);

void hunt_table__text(FILE *out, const struct hunt_plan *plan, const struct hunt_summary *summary);
void hunt_table__json(FILE *out, const struct hunt_plan *plan, const struct hunt_summary *summary);

#endif
