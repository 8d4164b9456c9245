// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/document.h"
#include "report/session/identity.h"

const char *finding__name(const struct resolved_finding *f, char *text, size_t size)
{
	char function[PLACE_TEXT];

	snprintf(text, size, "%s%s%s in %s", f->class, f->cause ? "/" : "", f->cause ?: "",
		 f->in.text[0] ? identity__function(f->in.text, function, sizeof(function)) :
				 "an unknown function");
	return text;
}

char *finding__text(const struct resolved_finding *f)
{
	struct report r = { .format = format__find("text") };
	char *text = NULL;
	size_t size;

	r.out = open_memstream(&text, &size);
	if (!r.out)
		return NULL;
	report__finding(&r, f);
	return fclose(r.out) ? NULL : text;
}

void document__findings(struct report *r, const struct merged *all, finding_fn fn, void *arg)
{
	struct merged_record record;

	for (size_t i = 0; i < all->nr_findings; i++) {
		if (merged__finding(all, i, &record)) {
			r->missing++;
			continue;
		}
		fn(arg, i, record.finding);
		merged_record__free(&record);
	}
}

static void session__reasons(FILE *out, const struct session *s)
{
	struct session_record record;
	size_t at = session__last(s, RECORD_HUNT);

	if (s->damaged)
		fprintf(out, "%s: not all of the session could be read\n", s->path);
	if (at == s->nr || session__record(s, at, &record))
		return;
	if (record.hunt->because)
		fprintf(out, "%s\n", record.hunt->because);
	session_record__free(&record);
}

char *document__incomplete(const struct merged *all)
{
	const struct model *m = all->model;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < all->nr; i++)
		session__reasons(out, &all->session[i]);
	if (m->untested)
		fputs("no window was opened: nothing was tested\n", out);
	for (int i = 0; i < NR_LOSSES; i++)
		if (m->lost[i])
			fprintf(out, "%s: %" PRIu64 " %s\n", loss__row(i)->name,
				(uint64_t)m->lost[i], loss__row(i)->meaning);
	if (model__unexplained_faults(m))
		fprintf(out, "%" PRIu64 " protection faults were seen by one witness only\n",
			(uint64_t)model__unexplained_faults(m));
	return fclose(out) ? NULL : text;
}
