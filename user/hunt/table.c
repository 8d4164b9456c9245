// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "hunt/table.h"
#include "inject/plan.h"

#define COLUMN 24 /* "should_fail_alloc_page" */
#define SHOWN_CALLERS 4

void hunt_table__error(const struct hunt_site *site, long value, char *text, size_t size)
{
	const char *name = value < 0 ? inject_plan__errno_name(value) : NULL;

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

/* CMD's end in a few characters. */
static void status__text(int wait_status, char *text, size_t size)
{
	if (wait_status < 0)
		snprintf(text, size, "-");
	else if (WIFSIGNALED(wait_status))
		snprintf(text, size, "SIG %d", WTERMSIG(wait_status));
	else
		snprintf(text, size, "%d", WEXITSTATUS(wait_status));
}

static void row__text(FILE *out, const struct hunt_plan *plan, size_t number)
{
	const struct hunt_item *item = &plan->items[number];
	char error[24], status[16];

	for (unsigned int i = 0; i < item->depth; i++) {
		const struct hunt_site *site = &plan->sites[item->site[i]];
		size_t length;
		const char *name = hunt_site__name(site, &length);

		hunt_table__error(site, item->value[i], error, sizeof(error));
		status__text(item->result.wait_status, status, sizeof(status));
		if (!i)
			fprintf(out, "%5zu  %-12s  %-6s", number + 1,
				hunt_outcome__name(item->result.outcomes), status);
		else
			fprintf(out, "%5s  %-12s  %-6s", "", "  and then", "");
		fprintf(out, "  %-8s  %-*s  %.*s\n", error, COLUMN, site->function, (int)length,
			name);
	}
}

static void reports__text(FILE *out, const struct hunt_plan *plan)
{
	for (size_t i = 0; i < plan->nr_items; i++)
		if (plan->items[i].state == HUNT_DONE && plan->items[i].result.report)
			fprintf(out, "\nRun %zu:\n%s", i + 1, plan->items[i].result.report);
}

static size_t plan__count(const struct hunt_plan *plan, enum hunt_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->nr_items; i++)
		n += plan->items[i].state == HUNT_DONE &&
		     plan->items[i].result.outcomes & HUNT_BIT(outcome);
	return n;
}

/* Error paths that were walked: runs in which the failure did come. */
static size_t plan__walked(const struct hunt_plan *plan)
{
	return hunt_plan__done(plan) - plan__count(plan, HUNT_NOT_REACHED);
}

static void verdict__text(FILE *out, const struct hunt_plan *plan, const struct hunt_summary *s)
{
	size_t found = hunt_plan__found(plan);

	fprintf(out,
		"\npkstrace: %zu of %zu error paths walked in %.1f s, %zu of them with findings",
		plan__walked(plan), plan->nr_items, s->seconds, found);
	if (s->survey_findings)
		fprintf(out, "; %zu findings with nothing failed", s->survey_findings);
	if (s->incomplete)
		fprintf(out, "\npkstrace: %sINCOMPLETE: %s\n", found ? "" : "no finding; ",
			s->because);
	else
		fprintf(out, "\npkstrace: %s; complete: nothing was lost\n",
			found || s->survey_findings ? "findings" : "no finding");
}

/* The place, and who called it. */
static void site__callers(FILE *out, const struct hunt_site *site)
{
	size_t length;
	const char *frame = hunt_site__name(site, &length);

	for (int i = 0; i < SHOWN_CALLERS && *frame; i++) {
		fprintf(out, "%s%.*s", i ? " < " : "", (int)length, frame);
		frame += length + (frame[length] == '\n');
		length = strcspn(frame, "\n");
	}
	fputc('\n', out);
}

void hunt_table__survey_text(FILE *out, const struct hunt_plan *plan)
{
	fprintf(out,
		"Calls that can fail, in a window or after one in the same system call or work "
		"item:\n%10s %10s  %-*s  %s\n",
		"CALLS", "IN WINDOW", COLUMN, "FUNCTION", "CALLED FROM");
	for (size_t i = 0; i < plan->nr_sites; i++) {
		const struct hunt_site *site = &plan->sites[i];

		if (!site->hash)
			continue;
		fprintf(out, "%10" PRIu64 " %10" PRIu64 "  %-*s  ", site->seen, site->in_window,
			COLUMN, site->function);
		site__callers(out, site);
	}
	fflush(out);
}

void hunt_table__text(FILE *out, const struct hunt_plan *plan, const struct hunt_summary *summary)
{
	if (summary->survey_report)
		fprintf(out, "\nWith nothing failed:\n%s", summary->survey_report);
	reports__text(out, plan);
	fprintf(out, "\n%5s  %-12s  %-6s  %-8s  %-*s  %s\n", "RUN", "OUTCOME", "STATUS", "ERROR",
		COLUMN, "FUNCTION", "CALL SITE");
	for (size_t i = 0; i < plan->nr_items; i++)
		if (plan->items[i].state == HUNT_DONE)
			row__text(out, plan, i);
	verdict__text(out, plan, summary);
}

/* --- JSON lines ----------------------------------------------------------- */

static void line__write(FILE *out, json_t *object)
{
	json_dumpf(object, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(object);
}

static json_t *stack__json(const char *stack)
{
	json_t *all = json_array();
	size_t length;

	for (; *stack; stack += length + (stack[length] == '\n')) {
		length = strcspn(stack, "\n");
		json_array_append_new(all, json_stringn(stack, length));
	}
	return all;
}

static json_t *call__json(const struct hunt_site *site, long value)
{
	char error[24];
	size_t length;
	const char *name = hunt_site__name(site, &length);

	hunt_table__error(site, value, error, sizeof(error));
	return json_pack("{s:s, s:s, s:I, s:b, s:s%, s:o}", "function", site->function, "error",
			 error, "value", (json_int_t)value, "kernel_fault_injection", site->own,
			 "site", name, length, "stack", stack__json(site->stack));
}

static json_t *run__json(const struct hunt_plan *plan, size_t number)
{
	const struct hunt_item *item = &plan->items[number];
	json_t *calls = json_array(), *outcomes = json_array(), *run;

	for (unsigned int i = 0; i < item->depth; i++)
		json_array_append_new(calls,
				      call__json(&plan->sites[item->site[i]], item->value[i]));
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		if (item->result.outcomes & HUNT_BIT(i))
			json_array_append_new(outcomes, json_string(hunt_outcome__text(i)));
	run = json_pack("{s:s, s:I, s:o, s:s, s:o, s:f}", "type", "hunt-run", "run",
			(json_int_t)number + 1, "calls", calls, "outcome",
			hunt_outcome__name(item->result.outcomes), "outcomes", outcomes, "seconds",
			item->result.seconds);
	if (item->result.wait_status >= 0)
		json_object_set_new(run, "status", json_integer(item->result.wait_status));
	if (item->result.findings)
		json_object_set(run, "findings", item->result.findings);
	else
		json_object_set_new(run, "findings", json_array());
	return run;
}

void hunt_table__survey_json(FILE *out, const struct hunt_plan *plan, json_t *findings)
{
	json_t *survey = json_pack("{s:s}", "type", "hunt-survey"), *sites = json_array();

	for (size_t i = 0; i < plan->nr_sites; i++) {
		const struct hunt_site *site = &plan->sites[i];

		if (site->hash)
			json_array_append_new(sites,
					      json_pack("{s:s, s:b, s:I, s:I, s:o}", "function",
							site->function, "kernel_fault_injection",
							site->own, "calls", (json_int_t)site->seen,
							"in_window", (json_int_t)site->in_window,
							"stack", stack__json(site->stack)));
	}
	json_object_set_new(survey, "sites", sites);
	json_object_set_new(survey, "findings", findings ? json_incref(findings) : json_array());
	line__write(out, survey);
	fflush(out);
}

void hunt_table__json(FILE *out, const struct hunt_plan *plan, const struct hunt_summary *summary)
{
	json_t *sum, *outcomes = json_object();

	for (size_t i = 0; i < plan->nr_items; i++)
		if (plan->items[i].state == HUNT_DONE)
			line__write(out, run__json(plan, i));
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		json_object_set_new(outcomes, hunt_outcome__text(i),
				    json_integer(plan__count(plan, i)));
	sum = json_pack("{s:s, s:I, s:I, s:I, s:I, s:f, s:o, s:b}", "type", "hunt-summary", "runs",
			(json_int_t)plan->nr_items, "walked", (json_int_t)plan__walked(plan),
			"found", (json_int_t)hunt_plan__found(plan), "survey_findings",
			(json_int_t)summary->survey_findings, "seconds", summary->seconds,
			"outcomes", outcomes, "complete", !summary->incomplete);
	if (summary->because)
		json_object_set_new(sum, "because", json_string(summary->because));
	line__write(out, sum);
}
