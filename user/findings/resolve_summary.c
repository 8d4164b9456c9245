// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings/aggregate.h"
#include "findings/finding.h"
#include "findings/resolve_summary.h"
#include "kernel/symbols/srcline.h"

/* --- what is counted ------------------------------------------------------------- */

static void site__resolve(const struct resolver *r, const struct model_site *site,
			  struct resolved_site *out)
{
	aggregate__name(r->symbols, r->by, site, out->name, sizeof(out->name));
	out->known = site->caller;
	out->counts = site;
	out->mean = model__mean(site);
	out->p50 = model__quantile(site, 0.5);
	out->p99 = model__quantile(site, 0.99);
}

static int summary__sites(const struct resolver *r, struct resolved_summary *out)
{
	const struct model *m = out->model;

	model__sum_sites(m, &out->all_counts);
	site__resolve(r, &out->all_counts, &out->all);
	if (!m->nr_sites)
		return 0;
	out->site = calloc(m->nr_sites, sizeof(*out->site));
	if (!out->site)
		return -ENOMEM;
	for (; out->nr_sites < m->nr_sites; out->nr_sites++)
		site__resolve(r, &m->sites[out->nr_sites], &out->site[out->nr_sites]);
	return 0;
}

/* --- what was found ---------------------------------------------------------------- */

static const struct model_site *site__by_caller(const struct model *m, __u64 caller)
{
	for (size_t i = 0; i < m->nr_sites; i++)
		if (m->sites[i].caller == caller)
			return &m->sites[i];
	return NULL;
}

/* Counted by thread, a grant is known by its thread alone. */
static void repeat__place(const struct resolver *r, const struct model *m,
			  const struct model_finding *f, struct resolved_repeat *out)
{
	const struct model_site *site = NULL;
	struct resolved_place place;
	unsigned int flags;

	if (r->by != PKS_BY_SITE && class__row(f->raw.class)->primary == ROLE_GRANTED)
		site = site__by_caller(m, finding__culprit(f, &flags));
	if (site) {
		aggregate__name(r->symbols, r->by, site, out->in, sizeof(out->in));
		return;
	}
	resolve__culprit(r, f, &place, &out->through);
	snprintf(out->in, sizeof(out->in), "%s", place.text);
}

static int summary__repeats(const struct resolver *r, struct resolved_summary *out)
{
	const struct model *m = out->model;

	if (!m->nr_findings)
		return 0;
	out->repeat = calloc(m->nr_findings, sizeof(*out->repeat));
	if (!out->repeat)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];
		struct resolved_repeat *one = &out->repeat[out->nr_repeats];

		if (f->suppressed)
			continue;
		*one = (struct resolved_repeat){
			.class = class__row(f->raw.class)->name,
			.cause = f->raw.cause ? cause__row(f->raw.cause)->name : NULL,
			.reported = !f->unseen,
			.report = f->unseen ? 0 : f->raw.time,
			.count = f->count,
			.first = f->first,
			.last = f->last,
		};
		repeat__place(r, m, f, one);
		out->nr_repeats++;
	}
	return 0;
}

static int summary__suppressions(const struct resolver *r, struct resolved_summary *out)
{
	unsigned int nr = suppress__count(r->suppress);

	if (!nr)
		return 0;
	out->suppression = calloc(nr, sizeof(*out->suppression));
	if (!out->suppression)
		return -ENOMEM;
	out->nr_suppressions = nr;
	for (unsigned int i = 0; i < nr; i++)
		out->suppression[i] = (struct resolved_suppression){
			.name = suppress__name(r->suppress, i + 1),
			.origin = suppress__origin(r->suppress, i + 1),
			.used = model__used(out->model, i + 1),
		};
	return 0;
}

/* --- why source lines are missing ---------------------------------------------------- */

/* The modules that shown stacks are in, as many as there is room for: most reasons are alike. */
struct modules {
	const char *name[NOTES_MAX - 1];
	unsigned int nr;
};

static void modules__add(void *arg, const char *name)
{
	struct modules *m = arg;

	for (unsigned int i = 0; i < m->nr; i++)
		if (!strcmp(m->name[i], name))
			return;
	if (m->nr < NOTES_MAX - 1)
		m->name[m->nr++] = name;
}

static void note__add(struct resolved_summary *out, const char *why)
{
	if (why)
		out->note[out->nr_notes++] = why;
}

static void summary__notes(const struct resolver *r, struct resolved_summary *out)
{
	const struct model *m = out->model;
	struct modules modules = { .nr = 0 };

	if (!r->source)
		return;
	for (size_t i = 0; i < m->nr_findings; i++)
		if (!m->findings[i].suppressed)
			resolve__modules(r, &m->findings[i], modules__add, &modules);
	note__add(out, source__why(r->source, NULL));
	for (unsigned int i = 0; i < modules.nr; i++)
		note__add(out, source__why(r->source, modules.name[i]));
}

int resolve__summary(const struct resolver *r, const struct model *m, struct resolved_summary *out)
{
	*out = (struct resolved_summary){
		.model = m, .by = r->by, .by_title = aggregate__title(r->by), .target = r->target
	};
	summary__notes(r, out);
	return summary__sites(r, out) ?: summary__repeats(r, out) ?: summary__suppressions(r, out);
}

void resolved_summary__free(struct resolved_summary *summary)
{
	free(summary->suppression);
	free(summary->repeat);
	free(summary->site);
	*summary = (struct resolved_summary){};
}
