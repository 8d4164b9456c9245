// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON lines: an object for each finding as it comes ("type": "finding"), one
 * at the end ("type": "summary"). Names are those of the text. Addresses are
 * strings in hex, for a double does not hold them; times are in ns.
 */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "findings/class.h"
#include "kernel/dialect.h"
#include "findings/finding.h"
#include "findings/aggregate.h"
#include "util/json_set.h"
#include "kernel/inode_path.h"
#include "kernel/physaddr.h"
#include "report/report.h"
#include "report/injection_json.h"
#include "report/json.h"
#include "report/note.h"
#include "kernel/srcline.h"
#include "util/status.h"
#include "findings/suppress.h"
#include "kernel/ksyms.h"
#include "kernel/syscalls.h"

static void set_place(const struct report *r, json_t *object, const char *key, __u64 address,
		      unsigned int flags)
{
	char name[160];

	if (!address)
		return;
	symbols__format(r->symbols, address, flags, name, sizeof(name));
	set_text(object, key, name);
}

void line__write(const struct report *r, json_t *object)
{
	if (!object || json_dumpf(object, r->out, JSON_COMPACT | JSON_PRESERVE_ORDER))
		status__note("out of memory, or a write error: a JSON line is missing");
	fputc('\n', r->out);
	fflush(r->out);
	json_decref(object);
}

static void line__set(json_t *object, const struct source_line *line)
{
	set_text(object, "file", line->file);
	if (line->line)
		set_number(object, "line", line->line);
}

/* Source lines of a frame: its own, and the functions inlined there, innermost first. */
static void frame__lines(const struct report *r, json_t *frame, __u64 address, unsigned int flags)
{
	struct source_line lines[16];
	json_t *inlined = NULL, *one;
	int n = r->source ? source__lines(r->source, address, flags, lines, 16) : 0;

	for (int i = 0; i < n; i++) {
		if (!lines[i].inlined) {
			line__set(frame, &lines[i]);
			continue;
		}
		inlined = inlined ? inlined : json_array();
		one = json_object();
		set_text(one, "function", lines[i].function);
		line__set(one, &lines[i]);
		json_array_append_new(inlined, one);
	}
	if (inlined)
		json_object_set_new(frame, "inlined", inlined);
}

json_t *frame__json(const struct report *r, __u64 address, unsigned int flags)
{
	json_t *frame = json_object();
	struct symbol sym;

	set_hex(frame, "address", address);
	if (!symbols__find(r->symbols, address, flags, &sym)) {
		set_text(frame, "function", sym.name);
		set_number(frame, "offset", sym.offset);
		set_number(frame, "size", sym.size);
		set_text(frame, "module", sym.module);
	}
	frame__lines(r, frame, address, flags);
	return frame;
}

static json_t *stack__json(const struct report *r, const struct finding_stack *stack)
{
	json_t *object = json_object(), *frames = json_array();

	for (unsigned int i = 0; i < stack->frames.nr; i++) {
		__u64 address = stack->frames.address[i];

		json_array_append_new(frames, frame__json(r, address, address == stack->exact ?
								      0 : SYMBOL_RETURN));
	}
	set_flag(object, "earlier_call", stack->earlier);
	set_flag(object, "another_window", stack->another);
	json_object_set_new(object, "frames", frames);
	return object;
}

static json_t *finding__stacks(const struct report *r, const struct model_finding *f)
{
	static const char *const keys[NR_FINDING_ROLES] = {
		[FINDING_ACCESSED] = "accessed_by",
		[FINDING_GRANTED] = "granted_by",
		[FINDING_REVOKED] = "revoked_by",
		[FINDING_MOMENT] = "at",
	};
	json_t *stacks = json_object();
	struct finding_stack stack;

	for (int role = 0; role < NR_FINDING_ROLES; role++)
		if (finding__stack(r->symbols, f, role, &stack))
			json_object_set_new(stacks, keys[role], stack__json(r, &stack));
	return stacks;
}

static json_t *finding__page(const struct pks_finding *f)
{
	__u64 phys = f->phys ? f->phys + (f->address & 0xfff) : f->pgmap_start;
	json_t *page = json_object();
	char where[64];

	if (!phys)
		return page;
	pmem__describe(phys, where, sizeof(where));
	set_text(page, "where", where);
	set_hex(page, "physical", phys);
	set_flag(page, "whole_pgmap", !f->phys);
	return page;
}

static json_t *finding__file(const struct pks_finding *f)
{
	unsigned int major = finding__dev_major(f), minor = finding__dev_minor(f);
	char path[PATH_MAX], device[64], number[32];
	json_t *file = json_object();

	paths__device(major, minor, device, sizeof(device));
	snprintf(number, sizeof(number), "%u:%u", major, minor);
	if (paths__find("/proc", f->tgid, major, minor, f->ino, path, sizeof(path)))
		set_text(file, "path", path);
	set_number(file, "inode", f->ino);
	set_text(file, "device", device[0] ? device : NULL);
	set_text(file, "device_number", number);
	set_number(file, "page", f->index);
	return file;
}

static json_t *finding__thread(const struct pks_finding *f)
{
	json_t *thread = json_object();
	char comm[PKS_COMM + 1];

	snprintf(comm, sizeof(comm), "%.*s", PKS_COMM, f->comm);
	set_text(thread, "comm", comm);
	set_number(thread, "tid", f->tid);
	set_number(thread, "tgid", f->tgid);
	set_number(thread, "cpu", f->cpu);
	set_text(thread, "context", context__row(f->context)->name);
	set_number(thread, "count", f->count);
	return thread;
}

static void finding__boundary(const struct report *r, json_t *object, const struct pks_finding *f)
{
	if (!f->boundary)
		return;
	set_text(object, "boundary", boundary__row(f->boundary)->name);
	if (f->boundary == PKS_SYSCALL_EXIT)
		set_text(object, "boundary_of", syscall__name(f->arg));
	else if (f->boundary == PKS_WORK_END || f->boundary == PKS_NMI_END)
		set_place(r, object, "boundary_of", f->arg, 0);
}

static void finding__access(const struct report *r, json_t *object, const struct pks_finding *f)
{
	__u32 mask = r->dialect->facts.pkey_mask;

	if (f->class == PKS_STRAY_ACCESS) {
		set_text(object, "access", f->write ? "write" : "read");
		set_hex(object, "address", f->address);
		set_text(object, "fault_mode", f->fatal ? "strict" : "relaxed");
	} else if (f->address) {
		set_hex(object, "address", f->address);
	}
	if (f->pkrs && mask && finding__pkrs_fits(f, mask)) {
		set_hex(object, "pkrs", f->pkrs);
		set_number(object, "pkey", finding__pkey(mask));
		set_text(object, "rights", finding__rights(f->pkrs, mask));
	}
}

static void finding__follows(const struct report *r, json_t *object, const struct model_link *link)
{
	json_t *follows = json_object();

	set_number(follows, "time", link->time);
	set_text(follows, "class", class__row(link->class)->name);
	set_place(r, follows, "in", link->place,
		  link->class == PKS_STRAY_ACCESS ? 0 : SYMBOL_RETURN);
	json_object_set_new(object, "follows_from", follows);
}

static void finding__kind(const struct report *r, json_t *object, const struct model_finding *f)
{
	unsigned int flags;
	__u64 culprit = finding__culprit(f, &flags);

	set_text(object, "class", class__row(f->raw.class)->name);
	if (f->raw.cause)
		set_text(object, "cause", cause__row(f->raw.cause)->name);
	set_place(r, object, "in", culprit, flags);
}

static void json__finding(const struct report *r, const struct model_finding *f)
{
	__u64 expected = finding__expected_phys(&f->raw, r->dialect->page_struct);
	json_t *object = json_object();

	set_text(object, "type", "finding");
	set_number(object, "time", f->raw.time);
	finding__kind(r, object, f);
	set_text(object, "meaning", f->raw.cause ? cause__row(f->raw.cause)->meaning :
						   class__row(f->raw.class)->meaning);
	finding__boundary(r, object, &f->raw);
	finding__access(r, object, &f->raw);
	if (r->dialect->facts.key == PKS_KEY_PAGE || f->raw.class == PKS_STRAY_ACCESS)
		json_object_set_new(object, "page", finding__page(&f->raw));
	else
		set_hex(object, "key", f->raw.key);
	set_hex(object, "newest_window_physical", expected);
	if (f->raw.ino)
		json_object_set_new(object, "file", finding__file(&f->raw));
	if (f->raw.held)
		set_number(object, "open_for", f->raw.held);
	if (f->raw.other_tid)
		set_number(object, "other_tid", f->raw.other_tid);
	if (f->follows.time)
		finding__follows(r, object, &f->follows);
	json_object_set_new(object, "injection", report_injection_json__cause(r, &f->raw));
	set_flag(object, "unsure", f->raw.unsure);
	json_object_set_new(object, "thread", finding__thread(&f->raw));
	json_object_set_new(object, "stacks", finding__stacks(r, f));
	line__write(r, object);
}

static json_t *summary__repeats(const struct report *r, const struct model *m)
{
	json_t *all = json_array();
	char name[256];

	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];
		json_t *one;

		if (f->suppressed)
			continue;
		one = json_object();
		finding__kind(r, one, f);
		if (r->by != PKS_BY_SITE)
			set_text(one, "in", group__culprit(r, m, f, name, sizeof(name)));
		set_flag(one, "reported", !f->unseen);
		set_number(one, "count", f->count);
		set_number(one, "first", f->first);
		set_number(one, "last", f->last);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *summary__classes(const struct model *m)
{
	json_t *classes = json_object();

	for (unsigned int i = 0; i < PKS_NR_CLASSES; i++)
		if (model__found(m, i))
			set_number(classes, class__row(i)->name, model__found(m, i));
	return classes;
}

static json_t *summary__suppressions(const struct report *r, const struct model *m)
{
	json_t *all = json_array();

	for (unsigned int i = 1; i <= suppress__count(r->suppress); i++) {
		json_t *one = json_object();

		set_text(one, "name", suppress__name(r->suppress, i));
		set_text(one, "origin", suppress__origin(r->suppress, i));
		set_number(one, "used", model__used(m, i));
		json_array_append_new(all, one);
	}
	return all;
}

/* How long windows were held: [[upper end in ns, windows], ...] */
static json_t *site__histogram(const struct model_site *s)
{
	json_t *all = json_array();

	for (unsigned int b = 0; b < PKS_BUCKETS; b++)
		if (s->hist[b])
			json_array_append_new(all, json_pack("[I, I]",
							     (json_int_t)model__bucket_end(b),
							     (json_int_t)s->hist[b]));
	return all;
}

static void site__name(const struct report *r, json_t *object, const struct model_site *s)
{
	static const char *const keys[PKS_NR_BY] = {
		[PKS_BY_SITE] = "granted_by",
		[PKS_BY_THREAD] = "thread",
		[PKS_BY_CGROUP] = "cgroup",
		[PKS_BY_ALL] = "of",
	};
	char name[256];

	if (s->caller)
		set_text(object, keys[r->by], group__name(r, s, name, sizeof(name)));
}

static void site__times(json_t *object, const struct model_site *s)
{
	set_number(object, "closed", s->closed);
	set_number(object, "timed", s->timed);
	set_number(object, "total", s->total);
	set_number(object, "p50", model__quantile(s, 0.5));
	set_number(object, "p99", model__quantile(s, 0.99));
	set_number(object, "max", s->max);
	json_object_set_new(object, "held", site__histogram(s));
}

static json_t *summary__sites(const struct report *r, const struct model *m)
{
	json_t *all = json_array();

	for (size_t i = 0; i < m->nr_sites; i++) {
		const struct model_site *s = &m->sites[i];
		json_t *one = json_object();

		site__name(r, one, s);
		set_number(one, "grants", s->grants);
		site__times(one, s);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *loss__json(const struct model *m, int reason)
{
	json_t *loss = json_object(), *cpus = json_object(), *programs = json_object();
	char key[16];

	set_text(loss, "reason", loss__row(reason)->name);
	set_number(loss, "count", m->lost[reason]);
	set_text(loss, "meaning", loss__row(reason)->meaning);
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		snprintf(key, sizeof(key), "cpu%u", cpu);
		if (m->lost_on[cpu * PKS_NR_LOSSES + reason])
			set_number(cpus, key, m->lost_on[cpu * PKS_NR_LOSSES + reason]);
	}
	for (size_t i = 0; reason == PKS_LOST_RECURSION && i < m->nr_skipped; i++)
		set_number(programs, m->skipped[i].program, m->skipped[i].count);
	json_object_set_new(loss, "cpus", cpus);
	json_object_set_new(loss, "programs", programs);
	return loss;
}

static json_t *summary__losses(const struct model *m)
{
	json_t *all = json_array();

	for (int i = 0; i < PKS_NR_LOSSES; i++)
		if (m->lost[i])
			json_array_append_new(all, loss__json(m, i));
	return all;
}

static void note__add(void *notes, const char *why)
{
	json_array_append_new(notes, json_string(why));
}

static void json__summary(const struct report *r, const struct model *m, double seconds)
{
	json_t *object = json_object(), *notes = json_array();

	set_text(object, "type", "summary");
	json_object_set_new(object, "seconds", json_real(seconds));
	set_number(object, "granted", model__grants(m));
	set_number(object, "closed", model__closed(m));
	set_number(object, "open", m->open_windows);
	set_number(object, "faults", m->fault_calls);
	set_number(object, "faults_by_tracepoint", m->fault_witness);
	set_number(object, "older_windows", m->older_windows);
	set_number(object, "late_revokes", m->late_revokes);
	set_number(object, "findings", model__total_findings(m));
	set_number(object, "suppressed", model__total_suppressed(m));
	set_number(object, "made", m->made);
	set_number(object, "delivered", m->delivered);
	set_number(object, "folded", m->folded);
	set_number(object, "dropped", m->dropped);
	set_number(object, "withdrawn", m->withdrawn);
	set_flag(object, "complete", model__complete(m));
	json_object_set_new(object, "classes", summary__classes(m));
	json_object_set_new(object, "repeats", summary__repeats(r, m));
	json_object_set_new(object, "suppressions", summary__suppressions(r, m));
	json_object_set_new(object, "sites", summary__sites(r, m));
	json_object_set_new(object, "losses", summary__losses(m));
	report_note__source(r, m, note__add, notes);
	json_object_set_new(object, "notes", notes);
	line__write(r, object);
}

static void json__interval(const struct report *r, const struct model *m, double time,
			   double seconds)
{
	json_t *object = json_object();
	struct model_site sum;

	model__sum_sites(m, &sum);
	set_text(object, "type", "interval");
	json_object_set_new(object, "at", json_real(time));
	json_object_set_new(object, "seconds", json_real(seconds));
	set_number(object, "granted", sum.grants);
	site__times(object, &sum);
	set_number(object, "open", m->open_windows);
	json_object_set_new(object, "classes", summary__classes(m));
	json_object_set_new(object, "sites", summary__sites(r, m));
	line__write(r, object);
}

const struct renderer report_json = { .finding = json__finding,
				      .summary = json__summary,
				      .interval = json__interval };
