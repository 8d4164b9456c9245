// SPDX-License-Identifier: GPL-2.0-only
/* One page for a browser, with all that it needs: page.html, and what is to be shown as JSON. */
#include <stdlib.h>
#include <string.h>

#include "report/document/document.h"
#include "report/json.h"
#include "util/json.h"

/* page.html as a string, made from it by the Makefile. */
static const char page[] =
#include "page_html.h"
	;

#define PLACE_OF_DATA "@DATA@"

static json_t *frames(const struct resolved_stack *s)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < s->nr; i++) {
		const struct resolved_frame *f = &s->frame[i];
		json_t *frame = json_object(), *inlined = json_array();

		json__set_text(frame, "place", f->place.text);
		json__set_text(frame, "file", f->own.file);
		json__set_number(frame, "line", f->own.line);
		json__set_number(frame, "hidden", f->hidden);
		for (unsigned int n = 0; n < f->nr_inlined; n++) {
			json_t *one = json_object();

			json__set_text(one, "function", f->inlined[n].function);
			json__set_text(one, "file", f->inlined[n].file);
			json__set_number(one, "line", f->inlined[n].line);
			json_array_append_new(inlined, one);
		}
		json_object_set_new(frame, "inlined", inlined);
		json_array_append_new(all, frame);
	}
	return all;
}

static json_t *stacks(const struct resolved_finding *f)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < f->nr_stacks; i++) {
		json_t *stack = json_object();

		json__set_text(stack, "title", f->stack[i].title);
		json__set_text(stack, "remark", f->stack[i].remark);
		json_object_set_new(stack, "frames", frames(&f->stack[i]));
		json_array_append_new(all, stack);
	}
	return all;
}

static void set_words(json_t *object, const struct resolved_finding *f)
{
	const struct resolved_thread *t = &f->thread;
	json_t *remarks = json_array();
	char by[160];

	for (unsigned int i = 0; i < f->nr_remarks; i++) {
		json_t *holder = json_object();

		json__set_text(holder, "text", f->remark[i]);
		json_array_append(remarks, json_object_get(holder, "text"));
		json_decref(holder);
	}
	json_object_set_new(object, "remarks", remarks);
	snprintf(by, sizeof(by), "By %s/%u (tgid %u) on CPU %u, context %s", t->comm, t->tid,
		 t->tgid, t->cpu, t->context ?: "unknown");
	json__set_text(object, "by", by);
}

struct page_findings {
	const struct merged *all;
	json_t *array;
};

static void finding__add(void *arg, size_t at, const struct resolved_finding *f)
{
	const struct page_findings *p = arg;
	json_t *object = json_object(), *whole = json__finding_object(f);
	char id[32];

	snprintf(id, sizeof(id), "f%016llx", (unsigned long long)p->all->finding[at].hash);
	json__set_text(object, "id", id);
	json__set_text(object, "class", f->class);
	json__set_text(object, "cause", f->cause);
	json__set_text(object, "in", f->in.text);
	json__set_text(object, "through", f->through);
	json__set_text(object, "what", f->what);
	json__set_text(object, "meaning", f->meaning);
	json__set_number(object, "count", p->all->finding[at].count);
	set_words(object, f);
	json_object_set(object, "machines", json_object_get(whole, "machines"));
	json_object_set_new(object, "stacks", stacks(f));
	json_array_append_new(p->array, object);
	json_decref(whole);
}

static json_t *sites(const struct resolved_summary *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_sites; i++) {
		const struct resolved_site *site = &s->site[i];
		json_t *object = json_object(), *held = json_array();

		json__set_text(object, "name", site->name);
		json__set_number(object, "grants", site->counts->grants);
		json__set_number(object, "closed", site->counts->closed);
		json__set_number(object, "timed", site->counts->timed);
		json__set_number(object, "mean", site->mean);
		json__set_number(object, "p50", site->p50);
		json__set_number(object, "p99", site->p99);
		json__set_number(object, "max", site->counts->max);
		for (unsigned int b = 0; b < PKS_BUCKETS; b++)
			if (site->counts->hist[b])
				json_array_append_new(held,
						      json_pack("[I, I]",
								(json_int_t)model__bucket_end(b),
								(json_int_t)site->counts->hist[b]));
		json_object_set_new(object, "held", held);
		json_array_append_new(all, object);
	}
	return all;
}

static json_t *run(const struct report_run *from)
{
	json_t *object = json_object();

	json__set_number(object, "number", from->number);
	json__set_text(object, "outcome", from->outcome);
	json__set_flag(object, "finding", from->report || from->oopsed);
	json__set_text(object, "error", from->call[0].error);
	json__set_text(object, "function", from->call[0].site.function ?: "?");
	json__set_text(object, "stack", from->call[0].site.stack ?: "?");
	json__set_text(object, "report", from->report);
	return object;
}

static json_t *hunt(const struct report_hunt *from)
{
	json_t *object = json_object(), *runs = json_array();

	for (size_t i = 0; i < from->nr_runs; i++)
		json_array_append_new(runs, run(&from->run[i]));
	json__set_number(object, "planned", from->planned);
	json__set_number(object, "walked", from->walked);
	json__set_number(object, "found", from->found + from->survey_findings);
	json__set_text(object, "because", from->because);
	json_object_set_new(object, "runs", runs);
	return object;
}

static json_t *hunts(struct report *r, const struct merged *all)
{
	json_t *array = json_array();

	for (size_t i = 0; i < all->nr; i++) {
		const struct session *s = &all->session[i];
		size_t at = session__last(s, RECORD_HUNT);
		struct session_record record;

		if (at == s->nr)
			continue;
		if (session__record(s, at, &record)) {
			r->missing++;
			continue;
		}
		json_array_append_new(array, hunt(record.hunt));
		session_record__free(&record);
	}
	return array;
}

static json_t *sessions(const struct merged *all)
{
	json_t *array = json_array();

	for (size_t i = 0; i < all->nr; i++) {
		const struct session_header *h = &all->session[i].header;
		json_t *one = json_object();

		json__set_text(one, "host", h->host);
		json__set_text(one, "kernel", h->kernel);
		json__set_text(one, "started", h->started);
		json__set_text(one, "command", h->command);
		json__set_text(one, "dialect", h->dialect);
		json_array_append_new(array, one);
	}
	return array;
}

static json_t *page__data(struct report *r, const struct merged *all)
{
	static const char *const titles[PKS_NR_BY] = { "Call sites", "Threads", "Control groups",
						       "All windows" };
	struct page_findings findings = { .all = all, .array = json_array() };
	char *incomplete = document__incomplete(all);
	json_t *data = json_object();

	document__findings(r, all, finding__add, &findings);
	json_object_set_new(data, "sessions", sessions(all));
	json_object_set_new(data, "findings", findings.array);
	json_object_set_new(data, "sites", sites(all->total));
	json_object_set_new(data, "hunts", hunts(r, all));
	json__set_text(data, "by", titles[all->total->by]);
	json__set_text(data, "target", all->total->target);
	json__set_text(data, "incomplete", incomplete ?: "out of memory");
	json__set_number(data, "found", model__total_findings(all->model));
	json__set_number(data, "granted", model__grants(all->model));
	json__set_number(data, "closed", model__closed(all->model));
	json__set_number(data, "open", all->model->open_windows);
	json_object_set_new(data, "seconds", json_real(all->total->seconds));
	free(incomplete);
	return data;
}

/* No text in it may end the element that it is in. */
static void data__print(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '<')
			fputs("\\u003c", out);
		else
			fputc(*text, out);
}

static void html__document(struct report *r, const struct merged *all)
{
	const char *at = strstr(page, PLACE_OF_DATA);
	json_t *data = page__data(r, all);
	char *text = json_dumps(data, JSON_COMPACT);

	json_decref(data);
	if (!text) {
		r->missing++;
		return;
	}
	fwrite(page, 1, at - page, r->out);
	data__print(r->out, text);
	fputs(at + strlen(PLACE_OF_DATA), r->out);
	free(text);
}

const struct format format_html = {
	.name = "html",
	.meaning = "one page for a browser, with findings, call sites and error paths",
	.document = html__document,
};
