// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/document.h"

struct tests {
	struct report *r;
	const struct merged *all;
	test_fn fn; /* NULL: only count */
	void *arg;
	size_t nr;
	bool found[PKS_NR_CLASSES];
};

static void tests__add(struct tests *t, const struct document_test *test)
{
	t->nr++;
	if (t->fn)
		t->fn(t->arg, test);
}

/* Two findings may be of one class and in one function: the number tells them apart. */
static void tests__finding(void *arg, size_t at, const struct resolved_finding *f)
{
	struct document_test test = { .why = f->what[0] ? f->what : f->meaning };
	struct tests *t = arg;
	char *text = t->fn ? finding__text(f) : NULL;
	size_t used;

	finding__name(f, test.name, sizeof(test.name) - 20);
	used = strlen(test.name);
	snprintf(test.name + used, sizeof(test.name) - used, " #%016llx",
		 (unsigned long long)t->all->finding[at].hash);
	test.text = text;
	t->found[class__number(f->class)] = true;
	tests__add(t, &test);
	free(text);
}

static void tests__classes(struct tests *t)
{
	struct document_test test = {};

	for (int i = PKS_CLASS_NONE + 1; i < PKS_NR_CLASSES; i++) {
		if (t->found[i])
			continue;
		snprintf(test.name, sizeof(test.name), "no %s", class__row(i)->name);
		tests__add(t, &test);
	}
}

static void tests__run(struct tests *t, size_t session, const struct report_run *run)
{
	const struct report_call *call = &run->call[0];
	struct document_test test = { .text = run->report };

	if (run->report || run->oopsed)
		test.why = run->outcome;
	snprintf(test.name, sizeof(test.name), "hunt %zu run %zu: %s from %s at %.*s", session + 1,
		 run->number, call->error, run->nr_calls ? call->site.function : "nothing",
		 run->nr_calls ? (int)strcspn(call->site.name, "\n") : 0,
		 run->nr_calls ? call->site.name : "");
	tests__add(t, &test);
}

static void tests__hunts(struct tests *t)
{
	struct session_record record;

	for (size_t i = 0; i < t->all->nr; i++) {
		const struct session *s = &t->all->session[i];
		size_t at = session__last(s, RECORD_HUNT);

		if (at == s->nr)
			continue;
		if (session__record(s, at, &record)) {
			t->r->missing++;
			continue;
		}
		for (size_t n = 0; n < record.hunt->nr_runs; n++)
			tests__run(t, i, &record.hunt->run[n]);
		session_record__free(&record);
	}
}

size_t document__tests(struct report *r, const struct merged *all, test_fn fn, void *arg)
{
	struct tests t = { .r = r, .all = all, .fn = fn, .arg = arg };
	struct document_test complete = { .name = "nothing was lost" };
	char *incomplete = document__incomplete(all);

	document__findings(r, all, tests__finding, &t);
	tests__classes(&t);
	tests__hunts(&t);
	if (!incomplete || incomplete[0]) {
		complete.why = "incomplete: the run cannot be called clean";
		complete.text = incomplete;
	}
	tests__add(&t, &complete);
	free(incomplete);
	return t.nr;
}
