// SPDX-License-Identifier: GPL-2.0-only
/* JSON of `pkstrace hunt`: "hunt-survey", a "hunt-run" for each, "hunt-summary". */
#include <string.h>

#include "report/json.h"
#include "util/json.h"

/* Text of several lines, such as the frames of a stack. */
static json_t *lines__array(const char *text)
{
	json_t *all = json_array();
	size_t length;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		json_array_append_new(all, json_stringn(text, length));
	}
	return all;
}

static json_t *findings__array(json_t *findings)
{
	return findings ? json_incref(findings) : json_array();
}

static json_t *call__object(const struct report_call *call)
{
	const struct report_site *site = &call->site;
	json_t *object = json_object();

	json__set_text(object, "function", site->function);
	json__set_text(object, "error", call->error);
	json__set_signed(object, "value", call->value);
	json__set_flag(object, "kernel_fault_injection", site->kernel_fault_injection);
	json_object_set_new(object, "site", json_stringn(site->name, strcspn(site->name, "\n")));
	json__set_text(object, "file", site->file);
	if (site->file)
		json__set_number(object, "line", site->line);
	json_object_set_new(object, "stack", lines__array(site->stack));
	return object;
}

static json_t *run__object(const struct report_run *run, const struct report_hunt *hunt)
{
	json_t *object = json__record("hunt-run"), *calls = json_array(), *outcomes = json_array();

	for (unsigned int i = 0; i < run->nr_calls; i++)
		json_array_append_new(calls, call__object(&run->call[i]));
	for (size_t i = 0; i < hunt->nr_outcomes; i++)
		if (run->outcomes & 1u << i)
			json_array_append_new(outcomes, json_string(hunt->outcome[i].name));
	json__set_number(object, "run", run->number);
	json_object_set_new(object, "calls", calls);
	json__set_text(object, "outcome", run->outcome);
	json_object_set_new(object, "outcomes", outcomes);
	json_object_set_new(object, "seconds", json_real(run->seconds));
	if (run->wait_status >= 0)
		json__set_number(object, "status", run->wait_status);
	json_object_set_new(object, "findings", findings__array(run->findings));
	if (run->oops)
		json_object_set_new(object, "oops", lines__array(run->oops));
	return object;
}

void json__survey(struct report *r, const struct report_survey *s)
{
	json_t *object = json__record("hunt-survey"), *sites = json_array();

	for (size_t i = 0; i < s->nr_sites; i++) {
		const struct report_site *site = &s->site[i];
		json_t *one = json_object();

		json__set_text(one, "function", site->function);
		json__set_flag(one, "kernel_fault_injection", site->kernel_fault_injection);
		json__set_count(one, "calls", site->calls);
		json__set_count(one, "in_window", site->in_window);
		json_object_set_new(one, "stack", lines__array(site->stack));
		json_array_append_new(sites, one);
	}
	json_object_set_new(object, "sites", sites);
	json_object_set_new(object, "findings", findings__array(s->findings));
	json__line(r, object);
}

static json_t *places__array(const struct report_hunt *h)
{
	json_t *all = json_array();

	for (size_t i = 0; i < h->nr_places; i++) {
		json_t *one = json_object();

		json__set_text(one, "class", h->place[i].class);
		json__set_text(one, "cause", h->place[i].cause);
		json__set_text(one, "in", h->place[i].in);
		json__set_number(one, "runs", h->place[i].runs);
		json__set_number(one, "first", h->place[i].first);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *hunt__summary(const struct report_hunt *h)
{
	json_t *object = json__record("hunt-summary"), *outcomes = json_object();

	for (size_t i = 0; i < h->nr_outcomes; i++)
		json__set_number(outcomes, h->outcome[i].name, h->outcome[i].runs);
	json__set_number(object, "runs", h->planned);
	json__set_number(object, "walked", h->walked);
	json__set_number(object, "found", h->found);
	json__set_number(object, "survey_findings", h->survey_findings);
	json_object_set_new(object, "seconds", json_real(h->seconds));
	json_object_set_new(object, "outcomes", outcomes);
	json_object_set_new(object, "places", places__array(h));
	json__set_flag(object, "complete", !h->because);
	json__set_text(object, "because", h->because);
	return object;
}

void json__hunt(struct report *r, const struct report_hunt *hunt)
{
	for (size_t i = 0; i < hunt->nr_runs; i++)
		json__line(r, run__object(&hunt->run[i], hunt));
	json__line(r, hunt__summary(hunt));
}
