// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON lines: an object for each finding as it comes ("type": "finding"), one
 * at the end ("type": "summary"). Names are those of the text. Addresses are
 * strings in hex, counts and times (in ns) are strings in decimal, for a double does not
 * hold 64 bits. user/doc/output.schema.json says what there is.
 */
#include <ctype.h>
#include <string.h>

#include "report/json.h"
#include "util/json.h"

json_t *json__record(const char *type)
{
	json_t *object = json_object();

	json__set_text(object, "type", type);
	json__set_number(object, "version", JSON_VERSION);
	return object;
}

void json__line(struct report *r, json_t *object)
{
	r->missing += !json__write_line(r->out, object);
}

static void set_place(json_t *object, const char *key, const struct resolved_place *place)
{
	json__set_text(object, key, place->text[0] ? place->text : NULL);
}

/* --- stacks --------------------------------------------------------------------------- */

static void line__set(json_t *object, const struct resolved_line *line)
{
	json__set_text(object, "file", line->file);
	if (line->line)
		json__set_number(object, "line", line->line);
}

static json_t *frame__inlined(const struct resolved_frame *frame)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < frame->nr_inlined; i++) {
		json_t *one = json_object();

		json__set_text(one, "function", frame->inlined[i].function);
		line__set(one, &frame->inlined[i]);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *frame__object(const struct resolved_frame *frame)
{
	json_t *object = json_object();

	json__set_hex(object, "address", frame->address);
	if (frame->function) {
		json__set_text(object, "function", frame->function);
		json__set_number(object, "offset", frame->offset);
		json__set_number(object, "size", frame->size);
		json__set_text(object, "module", frame->module);
	}
	line__set(object, &frame->own);
	if (frame->nr_inlined)
		json_object_set_new(object, "inlined", frame__inlined(frame));
	return object;
}

static json_t *frames__array(const struct resolved_frame *frame, unsigned int nr)
{
	json_t *all = json_array();

	for (unsigned int i = 0; i < nr; i++)
		json_array_append_new(all, frame__object(&frame[i]));
	return all;
}

static json_t *stacks__object(const struct resolved_finding *f)
{
	json_t *stacks = json_object();

	for (unsigned int i = 0; i < f->nr_stacks; i++) {
		const struct resolved_stack *stack = &f->stack[i];
		json_t *one = json_object();

		json__set_flag(one, "earlier_call", stack->earlier);
		json__set_flag(one, "another_window", stack->another);
		if (stack->cut)
			json__set_flag(one, "cut", true);
		json_object_set_new(one, "frames", frames__array(stack->frame, stack->nr));
		json_object_set_new(stacks, stack->key, one);
	}
	return stacks;
}

/* --- a finding -------------------------------------------------------------------------- */

static json_t *page__object(const struct resolved_page *page)
{
	json_t *object = json_object();

	if (!page->known)
		return object;
	json__set_text(object, "where", page->where);
	json__set_hex(object, "physical", page->physical);
	json__set_flag(object, "whole_pgmap", page->whole_pgmap);
	return object;
}

static json_t *file__object(const struct resolved_file *file)
{
	json_t *object = json_object();

	json__set_text(object, "path", file->path[0] ? file->path : NULL);
	json__set_count(object, "inode", file->inode);
	json__set_text(object, "device", file->device[0] ? file->device : NULL);
	json__set_text(object, "device_number", file->number);
	json__set_count(object, "page", file->page);
	return object;
}

static json_t *thread__object(const struct resolved_thread *t)
{
	json_t *object = json_object();

	json__set_text(object, "comm", t->comm);
	json__set_number(object, "tid", t->tid);
	json__set_number(object, "tgid", t->tgid);
	json__set_number(object, "cpu", t->cpu);
	json__set_text(object, "context", t->context);
	json__set_number(object, "count", t->count);
	return object;
}

static void set_pkrs(json_t *object, const struct resolved_pkrs *pkrs)
{
	if (!pkrs->known || !pkrs->fits)
		return;
	json__set_hex(object, "pkrs", pkrs->value);
	json__set_number(object, "pkey", pkrs->pkey);
	json__set_text(object, "rights", pkrs->rights);
}

static json_t *link__object(const struct resolved_link *link)
{
	json_t *object = json_object();

	json__set_count(object, "time", link->time);
	json__set_text(object, "class", link->class);
	set_place(object, "in", &link->in);
	return object;
}

/* What was done, and where. */
static void set_injection(json_t *object, const struct resolved_injection *one)
{
	json__set_number(object, "serial", one->serial);
	json__set_text(object, "kind", one->kind);
	json__set_text(object, "caller", one->caller.text);
	json__set_text(object, "function", one->function);
	if (one->function)
		json__set_signed(object, "value", one->value);
	json__set_text(object, "error", one->error);
	if (one->delay)
		json__set_count(object, "delay", one->delay);
}

static json_t *cause__object(const struct resolved_finding *f)
{
	json_t *object = json_object();

	set_injection(object, &f->injection);
	json__set_flag(object, "same_thread", f->injected_thread);
	json__set_count(object, "before", f->injected_before);
	return object;
}

static void finding__what(json_t *object, const struct resolved_finding *f)
{
	json__set_count(object, "time", f->time);
	json__set_text(object, "class", f->class);
	json__set_text(object, "cause", f->cause);
	if (f->by_device)
		json__set_flag(object, "cause_by_device", true);
	set_place(object, "in", &f->in);
	json__set_text(object, "through", f->through);
	json__set_text(object, "meaning", f->meaning);
	json__set_text(object, "boundary", f->boundary);
	set_place(object, "boundary_of", &f->boundary_of);
	json__set_text(object, "access", f->access);
	json__set_hex(object, "address", f->address);
	json__set_text(object, "fault_mode", f->fault_mode);
	if (f->access)
		json__set_flag(object, "let_through", f->let_through);
	set_pkrs(object, &f->pkrs);
}

static void finding__where(json_t *object, const struct resolved_finding *f)
{
	if (f->by_page)
		json_object_set_new(object, "page", page__object(&f->page));
	else
		json__set_hex(object, "key", f->key);
	json__set_hex(object, "newest_window_physical", f->expected);
	if (f->file.inode)
		json_object_set_new(object, "file", file__object(&f->file));
	if (f->held)
		json__set_count(object, "open_for", f->held);
	if (f->other_tid)
		json__set_number(object, "other_tid", f->other_tid);
}

static json_t *machines__array(const struct resolved_finding *f)
{
	json_t *all = json_array();

	for (size_t i = 0; i < f->nr_seen; i++) {
		json_t *one = json_object();

		json__set_text(one, "host", f->seen[i].host);
		json__set_text(one, "kernel", f->seen[i].kernel);
		json__set_count(one, "count", f->seen[i].count);
		json_array_append_new(all, one);
	}
	return all;
}

json_t *json__finding_object(const struct resolved_finding *f)
{
	json_t *object = json__record("finding");

	finding__what(object, f);
	finding__where(object, f);
	if (f->follows.time)
		json_object_set_new(object, "follows_from", link__object(&f->follows));
	if (f->injected)
		json_object_set_new(object, "injection", cause__object(f));
	json__set_flag(object, "unsure", f->unsure);
	json_object_set_new(object, "thread", thread__object(&f->thread));
	json_object_set_new(object, "stacks", stacks__object(f));
	if (f->nr_seen)
		json_object_set_new(object, "machines", machines__array(f));
	return object;
}

static void json__finding(struct report *r, const struct resolved_finding *f)
{
	json__line(r, json__finding_object(f));
}

/* --- an injection, a snapshot, a check ------------------------------------------------------ */

static void json__injection(struct report *r, const struct resolved_injection *one)
{
	json_t *object = json__record("injection"), *thread = json_object(), *stack = json_array();

	json__set_count(object, "time", one->time);
	json__set_flag(object, "dry", one->dry);
	json__set_count(object, "call", one->nth);
	json__set_number(thread, "tid", one->thread.tid);
	json__set_number(thread, "tgid", one->thread.tgid);
	json__set_text(thread, "comm", one->thread.comm);
	json_object_set_new(object, "thread", thread);
	for (unsigned int i = 0; i < one->nr_stack; i++)
		json_array_append_new(stack, json_string(one->stack[i].text));
	json_object_set_new(object, "stack", stack);
	set_injection(object, one);
	json__line(r, object);
}

static void json__thread(struct report *r, const struct resolved_inside *t)
{
	json_t *object = json__record("thread");

	json__set_text(object, "comm", t->thread.comm);
	json__set_number(object, "tid", t->thread.tid);
	json__set_number(object, "tgid", t->thread.tgid);
	json__set_text(object, "state", snapshot__state_name(t->state));
	json__set_number(object, "depth", t->thread.count);
	set_pkrs(object, &t->pkrs);
	json__set_flag(object, "running", t->running);
	json_object_set_new(object, "stack", frames__array(t->frame, t->nr));
	json__line(r, object);
}

static void json__snapshot(struct report *r, const struct report_snapshot *all)
{
	json_t *object = json__record("summary");

	json__set_count(object, "threads", all->threads);
	for (int i = 0; i < NR_SNAPSHOT_STATES; i++)
		json__set_count(object, snapshot__state_name(i), all->in_state[i]);
	json__line(r, object);
}

static void json__window(struct report *r, const struct resolved_window *w)
{
	json_t *object = json__record("window"), *thread = json_object();

	json__set_count(object, "granted", w->granted);
	json__set_count(object, "revoked", w->revoked);
	json__set_number(object, "depth", w->thread.count);
	json__set_text(object, "granted_by", w->granted_by);
	json__set_text(object, "revoked_by", w->revoked_by);
	json__set_hex(object, "page", w->page);
	json__set_text(thread, "comm", w->thread.comm);
	json__set_number(thread, "tid", w->thread.tid);
	json__set_number(thread, "tgid", w->thread.tgid);
	json__set_text(thread, "context", w->thread.context);
	json_object_set_new(object, "thread", thread);
	json__line(r, object);
}

static void json__message(struct report *r, const struct report_message *m)
{
	json_t *object = json__record("message");

	json__set_text(object, "text", m->text);
	json__line(r, object);
}

/* "type info" becomes "type_info". */
static void fact__key(const char *name, char *key, size_t size)
{
	snprintf(key, size, "%s", name);
	for (; *key; key++)
		*key = *key == ' ' ? '_' : tolower((unsigned char)*key);
}

static void json__check(struct report *r, const struct report_check *check)
{
	json_t *object = json__record("check"), *list;
	char key[64];

	for (size_t i = 0; i < check->nr; i++) {
		const struct report_fact *fact = &check->fact[i];

		fact__key(fact->name, key, sizeof(key));
		if (!fact->list) {
			json__set_text(object, key, fact->value);
			continue;
		}
		list = json_object_get(object, key);
		if (!list) {
			list = json_array();
			json_object_set_new(object, key, list);
		}
		json_array_append_new(list, json_string(fact->value));
	}
	json__line(r, object);
}

const struct format format_json = {
	.name = "json",
	.meaning = "one JSON object per line, for programs",
	.finding = json__finding,
	.injection = json__injection,
	.interval = json__interval,
	.thread = json__thread,
	.survey = json__survey,
	.window = json__window,
	.message = json__message,
	.summary = json__summary,
	.injections = json__injections,
	.snapshot = json__snapshot,
	.runs = json__hunt,
	.check = json__check,
};
