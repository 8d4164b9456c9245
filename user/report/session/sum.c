// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings/aggregate.h"
#include "report/session/identity.h"
#include "report/session/sum.h"

static bool kernel__is(const struct merged *m, const struct session_header *of)
{
	for (size_t i = 0; i < m->nr; i++)
		if (strcmp(m->session[i].header.kernel, of->kernel) ||
		    strcmp(m->session[i].header.build ?: "", of->build ?: ""))
			return false;
	return true;
}

bool sum__same_kernel(const struct merged *m, const struct merged *other)
{
	return !m->nr ||
	       (kernel__is(m, &m->session[0].header) && kernel__is(other, &m->session[0].header));
}

static void faults__add(struct pks_faults *to, const struct pks_faults *from)
{
	for (int key = 0; key < PKS_FAULT_KEYS; key++) {
		to->seen[key] += from->seen[key];
		to->asked[key] += from->asked[key];
		to->other[key] += from->other[key];
	}
}

/* What was lost on which CPU has no meaning for several machines. */
static void model__add(struct model *to, const struct model *from)
{
	for (int i = 0; i < PKS_NR_CLASSES; i++) {
		to->found[i] += from->found[i];
		to->suppressed[i] += from->suppressed[i];
	}
	for (int i = 0; i < NR_LOSSES; i++)
		to->lost[i] += from->lost[i];
	faults__add(&to->faults, &from->faults);
	to->untested |= from->untested;
	to->withdrawn += from->withdrawn;
	to->older_windows += from->older_windows;
	to->late_revokes += from->late_revokes;
	to->windows_kept += from->windows_kept;
	to->windows_dropped += from->windows_dropped;
	to->open_windows += from->open_windows;
	to->made += from->made;
	to->delivered += from->delivered;
	to->folded += from->folded;
	to->dropped += from->dropped;
}

/* --- call sites ----------------------------------------------------------------------- */

static const char *site__key(const struct resolved_site *site, bool exact, char *key, size_t size)
{
	if (exact)
		snprintf(key, size, "%s", site->name);
	else
		identity__function(site->name, key, size);
	return key;
}

static void counts__add(struct model_site *to, const struct model_site *from)
{
	to->grants += from->grants;
	to->closed += from->closed;
	to->timed += from->timed;
	to->total += from->total;
	to->max = from->max > to->max ? from->max : to->max;
	for (int b = 0; b < PKS_BUCKETS; b++)
		to->hist[b] += from->hist[b];
}

static void sites__add(struct merged *m, const struct resolved_summary *from, bool exact)
{
	struct resolved_summary *to = m->total;
	char key[AGGREGATE_TEXT];
	size_t at;

	for (size_t i = 0; i < from->nr_sites; i++) {
		site__key(&from->site[i], exact, key, sizeof(key));
		for (at = 0; at < to->nr_sites; at++)
			if (!strcmp(to->site[at].name, key))
				break;
		if (at == to->nr_sites) {
			snprintf(to->site[at].name, sizeof(to->site[at].name), "%s", key);
			to->site[at].known = from->site[i].known;
			to->site[at].counts = &m->model->sites[at];
			m->model->sites[at].caller = from->site[i].known;
			m->model->nr_sites = ++to->nr_sites;
		}
		counts__add(&m->model->sites[at], from->site[i].counts);
	}
}

static void site__finish(struct resolved_site *site)
{
	site->mean = model__mean(site->counts);
	site->p50 = model__quantile(site->counts, 0.5);
	site->p99 = model__quantile(site->counts, 0.99);
}

static int site__compare(const void *a, const void *b)
{
	const struct resolved_site *x = a, *y = b;

	if (x->counts->grants != y->counts->grants)
		return x->counts->grants < y->counts->grants ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void sites__finish(struct merged *m)
{
	struct resolved_summary *to = m->total;

	for (size_t i = 0; i < to->nr_sites; i++)
		site__finish(&to->site[i]);
	qsort(to->site, to->nr_sites, sizeof(*to->site), site__compare);
	model__sum_sites(m->model, &to->all_counts);
	to->all.counts = &to->all_counts;
	site__finish(&to->all);
}

/* --- findings ---------------------------------------------------------------------------- */

static int repeats__fill(struct merged *m)
{
	struct resolved_summary *to = m->total;

	to->repeat = arena__alloc(&m->arena, m->nr_findings, sizeof(*to->repeat));
	if (!to->repeat)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct merged_finding *f = &m->finding[i];
		struct resolved_repeat *one = &to->repeat[to->nr_repeats];
		struct merged_record record;
		int err = merged__finding(m, i, &record);

		if (err)
			return err;
		*one = (struct resolved_repeat){ .reported = f->line < m->session[f->session].nr,
						 .report = record.finding->time,
						 .count = f->count,
						 .first = f->first,
						 .last = f->last };
		one->class = arena__text(&m->arena, record.finding->class);
		one->cause = arena__text(&m->arena, record.finding->cause);
		one->through = arena__text(&m->arena, record.finding->through);
		snprintf(one->in, sizeof(one->in), "%s", record.finding->in.text);
		merged_record__free(&record);
		if (!one->class)
			return -ENOMEM;
		to->nr_repeats++;
	}
	return 0;
}

/* --- all -------------------------------------------------------------------------------- */

static int sum__alloc(struct merged *m)
{
	size_t sites = 0;
	char *target;

	for (size_t i = 0; i < m->nr; i++)
		sites += m->summary[i].summary ? m->summary[i].summary->nr_sites : 0;
	m->model = arena__alloc(&m->arena, 1, sizeof(*m->model));
	m->total = arena__alloc(&m->arena, 1, sizeof(*m->total));
	target = arena__alloc(&m->arena, 1, 32);
	if (!m->model || !m->total || !target)
		return -ENOMEM;
	m->total->model = m->model;
	snprintf(target, 32, "%zu sessions", m->nr);
	m->total->target = m->nr == 1 ? m->session[0].header.target ?: "?" : target;
	m->model->sites = arena__alloc(&m->arena, sites, sizeof(*m->model->sites));
	m->total->site = arena__alloc(&m->arena, sites, sizeof(*m->total->site));
	return m->model->sites && m->total->site ? 0 : -ENOMEM;
}

int sum__summaries(struct merged *m, bool exact)
{
	bool first = true;
	int err = sum__alloc(m);

	for (size_t i = 0; !err && i < m->nr; i++) {
		const struct resolved_summary *s = m->summary[i].summary;

		if (!s)
			continue;
		model__add(m->model, s->model);
		m->total->seconds += s->seconds;
		m->total->counts_only |= s->counts_only;
		if (first)
			m->total->by = s->by;
		first = false;
		sites__add(m, s, exact || s->by != PKS_BY_SITE);
	}
	if (err)
		return err;
	m->total->by_title = aggregate__title(m->total->by);
	sites__finish(m);
	return repeats__fill(m);
}
