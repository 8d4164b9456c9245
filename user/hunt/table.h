/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hunt prints: the call sites of the survey; at the end a row for each run, and totals. */
#ifndef PKSTRACE_HUNT_TABLE_H
#define PKSTRACE_HUNT_TABLE_H

#include "hunt/plan.h"
#include "report/report.h"

/* Beside the plan. */
struct hunt_summary {
	double seconds;
	const char *survey_report; /* findings of the run in which nothing failed; NULL: none */
	size_t survey_findings;
	const char *because; /* why it is incomplete, in words; NULL: it is not */
};

/* "ENOMEM", "EIO", "NULL", "1". */
void hunt_table__error(const struct hunt_site *site, long value, char *text, size_t size);

/* What the survey saw: the places, by stack; findings: NULL, or an array of them. */
void hunt_table__survey(struct report *report, const struct hunt_plan *plan, json_t *findings);

/* The runs that were made, and what they came to. */
void hunt_table__runs(struct report *report, const struct hunt_plan *plan,
		      const struct hunt_summary *summary);

#endif
