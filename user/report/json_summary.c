// SPDX-License-Identifier: GPL-2.0-only
/* What a run has come to, in JSON: intervals, the summary, what was injected. */
#include <stdio.h>

#include "report/json.h"
#include "util/json.h"

static json_t *summary__repeats(const struct resolved_summary *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_repeats; i++) {
		const struct resolved_repeat *one = &s->repeat[i];
		json_t *object = json_object();

		json__set_text(object, "class", one->class);
		json__set_text(object, "cause", one->cause);
		json__set_text(object, "in", one->in[0] ? one->in : NULL);
		json__set_text(object, "through", one->through);
		json__set_flag(object, "reported", one->reported);
		json__set_count(object, "count", one->count);
		json__set_count(object, "first", one->first);
		json__set_count(object, "last", one->last);
		json_array_append_new(all, object);
	}
	return all;
}

static json_t *summary__classes(const struct model *m)
{
	json_t *classes = json_object();

	for (unsigned int i = 0; i < PKS_NR_CLASSES; i++)
		if (model__found(m, i))
			json__set_count(classes, class__row(i)->name, model__found(m, i));
	return classes;
}

static json_t *summary__suppressions(const struct resolved_summary *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_suppressions; i++) {
		json_t *one = json_object();

		json__set_text(one, "name", s->suppression[i].name);
		json__set_text(one, "origin", s->suppression[i].origin);
		json__set_count(one, "used", s->suppression[i].used);
		json_array_append_new(all, one);
	}
	return all;
}

/* How long windows were held: [[upper end in ns, windows], ...] */
static json_t *site__histogram(const struct model_site *site)
{
	json_t *all = json_array();

	for (unsigned int b = 0; b < PKS_BUCKETS; b++)
		if (site->hist[b])
			json_array_append_new(all,
					      json_pack("[o, o]", json__count(model__bucket_end(b)),
							json__count(site->hist[b])));
	return all;
}

static void set_times(json_t *object, const struct resolved_site *site)
{
	const struct model_site *counts = site->counts;

	json__set_count(object, "closed", counts->closed);
	json__set_count(object, "timed", counts->timed);
	json__set_count(object, "total", counts->total);
	if (counts->timed) {
		json__set_count(object, "p50", site->p50);
		json__set_count(object, "p99", site->p99);
		json__set_count(object, "max", counts->max);
	}
	json_object_set_new(object, "held", site__histogram(counts));
}

static json_t *summary__sites(const struct resolved_summary *s)
{
	static const char *const keys[PKS_NR_BY] = {
		[PKS_BY_SITE] = "granted_by",
		[PKS_BY_THREAD] = "thread",
		[PKS_BY_CGROUP] = "cgroup",
		[PKS_BY_ALL] = "of",
	};
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_sites; i++) {
		const struct resolved_site *site = &s->site[i];
		json_t *one = json_object();

		json__set_text(one, keys[s->by], site->known ? site->name : NULL);
		json__set_count(one, "grants", site->counts->grants);
		set_times(one, site);
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *loss__object(const struct model *m, int reason)
{
	json_t *loss = json_object(), *cpus = json_object(), *programs = json_object();
	char key[16];

	json__set_text(loss, "reason", loss__row(reason)->name);
	json__set_count(loss, "count", m->lost[reason]);
	json__set_text(loss, "meaning", loss__row(reason)->meaning);
	for (unsigned int cpu = 0; cpu < m->nr_cpus; cpu++) {
		snprintf(key, sizeof(key), "cpu%u", cpu);
		if (m->lost_on[cpu][reason])
			json__set_count(cpus, key, m->lost_on[cpu][reason]);
	}
	for (size_t i = 0; reason == PKS_LOST_RECURSION && i < m->nr_skipped; i++)
		json__set_count(programs, m->skipped[i].program, m->skipped[i].count);
	json_object_set_new(loss, "cpus", cpus);
	json_object_set_new(loss, "programs", programs);
	return loss;
}

static json_t *summary__losses(const struct model *m)
{
	json_t *all = json_array();

	for (int i = 0; i < NR_LOSSES; i++)
		if (m->lost[i])
			json_array_append_new(all, loss__object(m, i));
	return all;
}

/* Key by key, what each of the witnesses saw. */
static json_t *summary__faults(const struct model *m)
{
	json_t *all = json_array();

	for (int key = 0; key < PKS_FAULT_KEYS; key++) {
		json_t *one;

		if (!m->faults.seen[key] && !m->faults.asked[key] && !m->faults.other[key])
			continue;
		one = json_object();
		if (key != PKS_NO_PKEY)
			json__set_number(one, "pkey", key);
		json__set_count(one, "by_tracepoint", m->faults.seen[key]);
		json__set_count(one, "by_callback", m->faults.asked[key]);
		json__set_count(one, "on_another_key", m->faults.other[key]);
		json_array_append_new(all, one);
	}
	return all;
}

static void set_counts(json_t *object, const struct model *m)
{
	json__set_count(object, "granted", model__grants(m));
	json__set_count(object, "closed", model__closed(m));
	json__set_count(object, "open", m->open_windows);
	json__set_count(object, "faults", model__faults(m));
	json__set_count(object, "faults_by_tracepoint", model__faults_seen(m));
	json__set_count(object, "faults_on_other_keys", model__other_faults(m));
	json_object_set_new(object, "faults_by_key", summary__faults(m));
	json__set_flag(object, "untested", model__saw_nothing(m));
	json__set_count(object, "older_windows", m->older_windows);
	json__set_count(object, "late_revokes", m->late_revokes);
	json__set_count(object, "windows_logged", m->windows_kept);
	json__set_count(object, "windows_dropped", m->windows_dropped);
	json__set_count(object, "findings", model__total_findings(m));
	json__set_count(object, "suppressed", model__total_suppressed(m));
	json__set_count(object, "made", m->made);
	json__set_count(object, "delivered", m->delivered);
	json__set_count(object, "folded", m->folded);
	json__set_count(object, "dropped", m->dropped);
	json__set_count(object, "withdrawn", m->withdrawn);
	json__set_flag(object, "complete", model__complete(m));
}

void json__summary(struct report *r, const struct resolved_summary *s)
{
	json_t *object = json__record("summary"), *notes = json_array();

	json_object_set_new(object, "seconds", json_real(s->seconds));
	set_counts(object, s->model);
	json_object_set_new(object, "classes", summary__classes(s->model));
	json_object_set_new(object, "repeats", summary__repeats(s));
	json_object_set_new(object, "suppressions", summary__suppressions(s));
	json_object_set_new(object, "sites", summary__sites(s));
	json_object_set_new(object, "losses", summary__losses(s->model));
	for (unsigned int i = 0; i < s->nr_notes; i++)
		json_array_append_new(notes, json_string(s->note[i]));
	json_object_set_new(object, "notes", notes);
	json__line(r, object);
}

void json__interval(struct report *r, const struct resolved_summary *s)
{
	json_t *object = json__record("interval");

	json_object_set_new(object, "at", json_real(s->at));
	json_object_set_new(object, "seconds", json_real(s->seconds));
	json__set_count(object, "granted", s->all_counts.grants);
	set_times(object, &s->all);
	json__set_count(object, "open", s->model->open_windows);
	json_object_set_new(object, "classes", summary__classes(s->model));
	json_object_set_new(object, "sites", summary__sites(s));
	json__line(r, object);
}

/* --- what was injected -------------------------------------------------------------------- */

static json_t *place__object(const struct report_place *place)
{
	json_t *object = json_object(), *stack = json_array();

	json__set_count(object, "calls", place->calls);
	json__set_count(object, "in_window", place->in_window);
	for (unsigned int i = 0; i < place->nr; i++)
		json_array_append_new(stack, json_string(place->stack[i].text));
	json_object_set_new(object, "stack", stack);
	return object;
}

void json__injections(struct report *r, const struct report_injections *all)
{
	json_t *object = json__record("injections"), *places = json_array();

	json__set_flag(object, "dry", all->dry);
	json__set_count(object, "passed", all->passed);
	json__set_count(object, "hits", all->hits);
	json__set_count(object, "returned_0", all->zeros);
	json__set_count(object, "seed", all->seed);
	for (size_t i = 0; i < all->nr_places; i++)
		json_array_append_new(places, place__object(&all->place[i]));
	json_object_set_new(object, "places", places);
	json__set_count(object, "places_lost", all->places_lost);
	json__line(r, object);
}
