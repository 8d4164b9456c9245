// SPDX-License-Identifier: GPL-2.0-only
/* SARIF 2.1.0, as code scanning reads it: a rule for each class, a result for each finding. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/document.h"
#include "util/json.h"

/* { "text": ... } */
static json_t *message(const char *text)
{
	json_t *object = json_object();

	json__set_text(object, "text", text);
	return object;
}

static void rule__id(const char *class, char *id, size_t size)
{
	snprintf(id, size, "pkstrace/%s", class);
}

static json_t *rules(void)
{
	json_t *all = json_array();
	char id[64];

	for (int i = PKS_CLASS_NONE + 1; i < PKS_NR_CLASSES; i++) {
		json_t *rule = json_object();

		rule__id(class__row(i)->name, id, sizeof(id));
		json__set_text(rule, "id", id);
		json__set_text(rule, "name", class__row(i)->name);
		json_object_set_new(rule, "shortDescription", message(class__row(i)->meaning));
		json_array_append_new(all, rule);
	}
	return all;
}

/* Paths of debug info are relative to the tree that was built, or not known to be in one. */
static json_t *physical(const struct resolved_line *line)
{
	json_t *artifact = json_object(), *region, *object = json_object();
	char uri[PATH_MAX + 16];

	if (line->file[0] == '/')
		snprintf(uri, sizeof(uri), "file://%s", line->file);
	else
		snprintf(uri, sizeof(uri), "%s", line->file);
	json__set_text(artifact, "uri", uri);
	if (line->file[0] != '/')
		json__set_text(artifact, "uriBaseId", "%SRCROOT%");
	json_object_set_new(object, "artifactLocation", artifact);
	if (line->line) {
		region = json_object();
		json__set_number(region, "startLine", line->line);
		json_object_set_new(object, "region", region);
	}
	return object;
}

static json_t *location(const struct resolved_frame *frame)
{
	json_t *object = json_object(), *logical = json_object();

	if (frame->own.file)
		json_object_set_new(object, "physicalLocation", physical(&frame->own));
	json__set_text(logical, "name", frame->function ?: frame->place.text);
	json__set_text(logical, "fullyQualifiedName", frame->place.text);
	json__set_text(logical, "kind", "function");
	json_object_set_new(object, "logicalLocations", json_pack("[o]", logical));
	return object;
}

static json_t *stack(const struct resolved_stack *s)
{
	json_t *object = json_object(), *frames = json_array();

	json_object_set_new(object, "message", message(s->title));
	for (unsigned int i = 0; i < s->nr; i++) {
		json_t *frame = json_object();

		json_object_set_new(frame, "location", location(&s->frame[i]));
		json__set_text(frame, "module", s->frame[i].module);
		json_array_append_new(frames, frame);
	}
	json_object_set_new(object, "frames", frames);
	return object;
}

/* The frame that the title names, which is at the top of one of the stacks. */
static const struct resolved_frame *culprit(const struct resolved_finding *f)
{
	for (unsigned int i = 0; i < f->nr_stacks; i++)
		for (unsigned int n = 0; n < f->stack[i].nr; n++)
			if (!strcmp(f->stack[i].frame[n].place.text, f->in.text))
				return &f->stack[i].frame[n];
	return NULL;
}

struct results {
	const struct merged *all;
	json_t *array;
};

static void result__add(void *arg, size_t at, const struct resolved_finding *f)
{
	json_t *result = json_object(), *stacks = json_array(), *prints = json_object();
	const struct resolved_frame *frame = culprit(f);
	const struct results *results = arg;
	const struct merged_finding *merged = &results->all->finding[at];
	char text[64], *what;

	rule__id(f->class, text, sizeof(text));
	json__set_text(result, "ruleId", text);
	json__set_text(result, "level", "error");
	if (asprintf(&what, "%s in %s: %s", f->class, f->in.text[0] ? f->in.text : "?",
		     f->what[0] ? f->what : f->meaning) >= 0) {
		json_object_set_new(result, "message", message(what));
		free(what);
	}
	if (frame)
		json_object_set_new(result, "locations", json_pack("[o]", location(frame)));
	for (unsigned int i = 0; i < f->nr_stacks; i++)
		json_array_append_new(stacks, stack(&f->stack[i]));
	json_object_set_new(result, "stacks", stacks);
	snprintf(text, sizeof(text), "%016" PRIx64, (uint64_t)merged->hash);
	json__set_text(prints, "pkstraceIdentity/v1", text);
	json_object_set_new(result, "partialFingerprints", prints);
	json__set_number(result, "occurrenceCount", merged->count ?: 1);
	json_array_append_new(results->array, result);
}

/* One for each session: what was run, and what is to be known of it. */
static json_t *invocations(const struct merged *all)
{
	char *incomplete = document__incomplete(all);
	json_t *array = json_array(), *notes = json_array();

	for (size_t i = 0; i < all->nr; i++) {
		const struct session_header *h = &all->session[i].header;
		json_t *one = json_object();

		json__set_text(one, "commandLine", h->command);
		json__set_text(one, "machine", h->host);
		json__set_text(one, "startTimeUtc", h->started);
		json__set_flag(one, "executionSuccessful", !incomplete || !incomplete[0]);
		json_array_append_new(array, one);
	}
	if (incomplete && incomplete[0]) {
		json_array_append_new(notes, json_pack("{s:s, s:o}", "level", "warning", "message",
						       message(incomplete)));
		json_object_set(json_array_get(array, 0), "toolExecutionNotifications", notes);
	}
	json_decref(notes);
	free(incomplete);
	return array;
}

static void sarif__document(struct report *r, const struct merged *all)
{
	struct results results = { .all = all, .array = json_array() };
	json_t *driver, *run, *log;

	document__findings(r, all, result__add, &results);
	driver = json_pack("{s:s, s:s, s:o}", "name", "pkstrace", "version", PKSTRACE_VERSION,
			   "rules", rules());
	run = json_pack("{s:{s:o}, s:o, s:s, s:o}", "tool", "driver", driver, "invocations",
			invocations(all), "columnKind", "utf16CodeUnits", "results", results.array);
	log = json_pack("{s:s, s:s, s:[o]}", "$schema",
			"https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
			run);
	r->missing += !json__write_line(r->out, log);
}

const struct format format_sarif = {
	.name = "sarif",
	.meaning = "SARIF 2.1.0, for code scanning",
	.document = sarif__document,
};
