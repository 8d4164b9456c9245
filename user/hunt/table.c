// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "findings/injections.h"
#include "hunt/found.h"
#include "hunt/table.h"

_Static_assert(PKS_HUNT_CALLS <= REPORT_CALLS, "a run's calls have room in its row");

void hunt_table__error(const struct hunt_site *site, long value, char *text, size_t size)
{
	const char *name = value < 0 ? errno__name(value) : NULL;

	/* What says only that it failed stands for the error that its callers make of it. */
	if (value == 1 && !strcmp(site->function, "should_fail_alloc_page"))
		snprintf(text, size, "ENOMEM");
	else if (name)
		snprintf(text, size, "%s", name);
	else if (!value)
		snprintf(text, size, "NULL");
	else
		snprintf(text, size, "%ld", value);
}

static struct report_site site__row(const struct hunt_site *site)
{
	size_t length;

	return (struct report_site){ .function = site->function,
				     .kernel_fault_injection = site->own,
				     .stack = site->stack,
				     .name = hunt_site__name(site, &length),
				     .file = site->file,
				     .line = site->line,
				     .calls = site->seen,
				     .in_window = site->in_window };
}

/* Without room for it a table is missing, and said to be. */
static void *table__alloc(struct report *report, size_t rows, size_t row)
{
	void *table = calloc(rows + 1, row);

	if (table)
		return table;
	status__note("out of memory: a table is missing");
	report->missing++;
	return NULL;
}

void hunt_table__survey(struct report *report, const struct hunt_plan *plan, json_t *findings)
{
	struct report_survey survey = { .findings = findings };
	struct report_site *sites;

	if (!report__wants_survey(report))
		return;
	sites = table__alloc(report, plan->nr_sites, sizeof(*sites));
	for (size_t i = 0; sites && i < plan->nr_sites; i++)
		if (plan->sites[i].hash)
			sites[survey.nr_sites++] = site__row(&plan->sites[i]);
	survey.site = sites;
	report__survey(report, &survey);
	free(sites);
}

static struct report_run run__row(const struct hunt_plan *plan, size_t number)
{
	const struct hunt_item *item = &plan->items[number];
	struct report_run row = { .number = number + 1,
				  .nr_calls = item->depth,
				  .outcomes = item->result.outcomes,
				  .outcome = hunt_outcome__name(item->result.outcomes),
				  .wait_status = item->result.wait_status,
				  .seconds = item->result.seconds,
				  .report = item->result.report,
				  .findings = item->result.findings,
				  .oopsed = item->result.outcomes & HUNT_BIT(HUNT_KERNEL_OOPS),
				  .oops = item->result.oops };

	for (unsigned int i = 0; i < item->depth; i++) {
		const struct hunt_site *site = &plan->sites[item->site[i]];
		struct report_call *call = &row.call[i];

		call->site = site__row(site);
		call->value = item->value[i];
		hunt_table__error(site, call->value, call->error, sizeof(call->error));
	}
	return row;
}

static size_t plan__count(const struct hunt_plan *plan, enum hunt_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nr_items; i++)
		n += plan->items[i].state == HUNT_DONE &&
		     plan->items[i].result.outcomes & HUNT_BIT(outcome);
	return n;
}

void hunt_table__runs(struct report *report, const struct hunt_plan *plan,
		      const struct hunt_summary *summary)
{
	struct report_outcome outcomes[HUNT_NR_OUTCOMES];
	struct report_hunt sum = { .planned = plan->nr_items,
				   .found = hunt_plan__found(plan),
				   .outcome = outcomes,
				   .nr_outcomes = HUNT_NR_OUTCOMES,
				   .seconds = summary->seconds,
				   .survey_report = summary->survey_report,
				   .survey_findings = summary->survey_findings,
				   .because = summary->because };
	struct report_found *found;
	struct report_run *runs;

	if (!report__wants_runs(report))
		return;
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		outcomes[i] =
			(struct report_outcome){ hunt_outcome__text(i), plan__count(plan, i) };
	/* Error paths that were walked: runs in which the failure did come. */
	sum.walked = hunt_plan__done(plan) - outcomes[HUNT_NOT_REACHED].runs;
	runs = table__alloc(report, plan->nr_items, sizeof(*runs));
	for (size_t i = 0; runs && i < plan->nr_items; i++)
		if (plan->items[i].state == HUNT_DONE)
			runs[sum.nr_runs++] = run__row(plan, i);
	sum.run = runs;
	found = hunt_found(plan, &sum.nr_places);
	if (!found && sum.nr_places) {
		status__note("out of memory: the list of findings is missing");
		report->missing++;
		sum.nr_places = 0;
	}
	sum.place = found;
	report__runs(report, &sum);
	free(found);
	free(runs);
}
