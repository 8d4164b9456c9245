// SPDX-License-Identifier: GPL-2.0-only
/* The text of `pkstrace hunt`: what can fail, a row for each run, the sum. */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "report/text.h"
#include "util/escape.h"

#define COLUMN	      24 /* "should_fail_alloc_page" */
#define SHOWN_CALLERS 4

/* Of several lines the first. It may come from a file that a hunt was resumed from. */
static const char *frame__shown(const char *frames)
{
	char frame[256];

	snprintf(frame, sizeof(frame), "%.*s", (int)strcspn(frames, "\n"), frames);
	/* Of a copy that is plain there must be another, which outlives this one. */
	return escaped__copy(frame);
}

/* The place, and who called it. */
static void site__callers(FILE *out, const struct report_site *site)
{
	const char *frame = site->name;

	for (int i = 0; i < SHOWN_CALLERS && *frame; i++) {
		fprintf(out, "%s%s", i ? " < " : "", frame__shown(frame));
		frame += strcspn(frame, "\n");
		frame += *frame == '\n';
	}
	fputc('\n', out);
}

void text__survey(struct report *r, const struct report_survey *s)
{
	fprintf(r->out,
		"Calls that can fail, in a window or after one in the same system call or work "
		"item:\n%10s %10s  %-*s  %s\n",
		"CALLS", "IN WINDOW", COLUMN, "FUNCTION", "CALLED FROM");
	for (size_t i = 0; i < s->nr_sites; i++) {
		const struct report_site *site = &s->site[i];

		fprintf(r->out, "%10" PRIu64 " %10" PRIu64 "  %-*s  ", (uint64_t)site->calls,
			(uint64_t)site->in_window, COLUMN, escaped(site->function));
		site__callers(r->out, site);
	}
	fflush(r->out);
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

static void run__row(FILE *out, const struct report_run *run)
{
	char status[16];

	status__text(run->wait_status, status, sizeof(status));
	for (unsigned int i = 0; i < run->nr_calls; i++) {
		const struct report_call *call = &run->call[i];

		if (!i)
			fprintf(out, "%5zu  %-12s  %-6s", run->number, run->outcome, status);
		else
			fprintf(out, "%5s  %-12s  %-6s", "", "  and then", "");
		fprintf(out, "  %-8s  %-*s  %s", escaped(call->error), COLUMN,
			escaped(call->site.function), frame__shown(call->site.name));
		if (call->site.file)
			fprintf(out, " (%s:%u)", escaped(call->site.file), call->site.line);
		fputc('\n', out);
	}
}

/* It need not be the last thing that goes wrong, but is the last that can be relied on. */
static void run__oops(FILE *out, const struct report_run *run)
{
	size_t length;

	fprintf(out, "The kernel oopsed in this run. %s\n",
		run->oops ? "Its log:" : "Its log could not be read, or has no trace of that.");
	for (const char *line = run->oops ?: ""; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		fprintf(out, "    %s\n", frame__shown(line));
	}
	fprintf(out,
		"Reboot before you rely on this kernel; a hunt with --resume FILE goes on after "
		"that.\n");
}

static void hunt__places(FILE *out, const struct report_hunt *hunt)
{
	if (hunt->nr_places)
		fprintf(out, "\nFindings:\n%5s  %5s  %s\n", "RUNS", "FIRST", "CLASS AND PLACE");
	for (size_t i = 0; i < hunt->nr_places; i++) {
		const struct report_found *one = &hunt->place[i];

		fprintf(out, "%5zu  %5zu  %s%s%s in %s\n", one->runs, one->first,
			escaped(one->class), one->cause ? "/" : "", escaped(one->cause ?: ""),
			escaped(one->in ?: "an unknown function"));
	}
}

static void hunt__reports(FILE *out, const struct report_hunt *hunt)
{
	if (hunt->survey_report)
		fprintf(out, "\nWith nothing failed:\n%s", hunt->survey_report);
	for (size_t i = 0; i < hunt->nr_runs; i++) {
		const struct report_run *run = &hunt->run[i];

		if (run->report || run->oopsed)
			fprintf(out, "\nRun %zu:\n%s", run->number, run->report ?: "");
		if (run->oopsed)
			run__oops(out, run);
	}
}

static void hunt__verdict(FILE *out, const struct report_hunt *h)
{
	fprintf(out,
		"\npkstrace: %zu of %zu error paths walked in %.1f s, %zu of them with findings",
		h->walked, h->planned, h->seconds, h->found);
	if (h->survey_findings)
		fprintf(out, "; %zu findings with nothing failed", h->survey_findings);
	if (h->because)
		fprintf(out, "\npkstrace: %sINCOMPLETE: %s\n", h->found ? "" : "no findings; ",
			h->because);
	else
		fprintf(out, "\npkstrace: %s; complete: nothing was lost\n",
			h->found || h->survey_findings ? "findings" : "no findings");
}

void text__hunt(struct report *r, const struct report_hunt *hunt)
{
	hunt__reports(r->out, hunt);
	fprintf(r->out, "\n%5s  %-12s  %-6s  %-8s  %-*s  %s\n", "RUN", "OUTCOME", "STATUS", "ERROR",
		COLUMN, "FUNCTION", "CALL SITE");
	for (size_t i = 0; i < hunt->nr_runs; i++)
		run__row(r->out, &hunt->run[i]);
	hunt__places(r->out, hunt);
	hunt__verdict(r->out, hunt);
}
