// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "report/json.h"
#include "report/session/diff.h"
#include "report/session/identity.h"
#include "report/session/sum.h"
#include "util/escape.h"
#include "util/json.h"
#include "util/number.h"

/* Below these a difference is taken for chance. */
#define MORE_WINDOWS 1.5 /* times as many */
#define LONGER_HOLDS 2.0 /* times as long, on average */
#define FEW_WINDOWS  10

enum change { GONE, STILL_THERE, NEW, NR_CHANGES };

static const char *const words[NR_CHANGES] = {
	[GONE] = "gone",
	[STILL_THERE] = "still there",
	[NEW] = "new",
};

struct diff {
	const struct merged *old, *new;
	struct report *r;
	bool json;
	size_t nr[NR_CHANGES];
};

/* --- findings ---------------------------------------------------------------------- */

static const struct merged_finding *finding__in(const struct merged *m,
						const struct merged_finding *f)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		if (m->finding[i].hash == f->hash && !strcmp(m->finding[i].identity, f->identity))
			return &m->finding[i];
	return NULL;
}

static void finding__json(struct diff *d, enum change change, const struct resolved_finding *f,
			  const __u64 count[2], __u64 hash)
{
	json_t *object = json__record("diff-finding"), *finding = json__finding_object(f);

	json__set_text(object, "change", words[change]);
	json__set_hex(object, "identity", hash);
	json__set_count(object, "old_count", count[0]);
	json__set_count(object, "new_count", count[1]);
	json_object_set_new(object, "finding", finding);
	json__line(d->r, object);
}

static void finding__text(struct diff *d, enum change change, const struct resolved_finding *f,
			  const __u64 count[2])
{
	FILE *out = d->r->out;

	fprintf(out, "%-11s  %8" PRIu64 " -> %-8" PRIu64 "  %s%s%s in %s%s%s\n", words[change],
		(uint64_t)count[0], (uint64_t)count[1], f->class, f->cause ? "/" : "",
		f->cause ?: "", f->in.text[0] ? escaped(f->in.text) : "an unknown function",
		f->through ? ", through " : "", escaped(f->through ?: ""));
}

/* at: of the session that has it, or of the new one if both have. */
static void diff__finding(struct diff *d, enum change change, const struct merged *m, size_t at)
{
	const struct merged_finding *f = &m->finding[at];
	const struct merged_finding *before = change == NEW ? NULL : finding__in(d->old, f);
	const __u64 count[2] = { before ? before->count : 0, change == GONE ? 0 : f->count };
	struct merged_record record;

	d->nr[change]++;
	if (merged__finding(m, at, &record)) {
		d->r->missing++;
		return;
	}
	if (d->json)
		finding__json(d, change, record.finding, count, f->hash);
	else
		finding__text(d, change, record.finding, count);
	merged_record__free(&record);
}

static void diff__findings(struct diff *d)
{
	for (size_t i = 0; i < d->old->nr_findings; i++)
		if (!finding__in(d->new, &d->old->finding[i]))
			diff__finding(d, GONE, d->old, i);
	for (size_t i = 0; i < d->new->nr_findings; i++)
		if (finding__in(d->old, &d->new->finding[i]))
			diff__finding(d, STILL_THERE, d->new, i);
	for (size_t i = 0; i < d->new->nr_findings; i++)
		if (!finding__in(d->old, &d->new->finding[i]))
			diff__finding(d, NEW, d->new, i);
}

/* What somebody will have to read anyway. */
static void diff__reports(struct diff *d)
{
	struct merged_record record;

	for (size_t i = 0; i < d->new->nr_findings; i++) {
		if (finding__in(d->old, &d->new->finding[i]) || merged__finding(d->new, i, &record))
			continue;
		report__finding(d->r, record.finding);
		merged_record__free(&record);
	}
}

/* --- call sites -------------------------------------------------------------------- */

static bool site__grew(const struct resolved_site *old, const struct resolved_site *new)
{
	return new->counts->grants >= FEW_WINDOWS &&new->counts->grants >
	       old->counts->grants *MORE_WINDOWS;
}

static bool site__slowed(const struct resolved_site *old, const struct resolved_site *new)
{
	return old->counts->timed >= FEW_WINDOWS &&
	       new->counts->timed >= FEW_WINDOWS &&new->mean > old->mean *LONGER_HOLDS;
}

static void site__text(FILE *out, const struct resolved_site *old, const struct resolved_site *new)
{
	char from[32], to[32];

	fprintf(out, "%10" PRIu64 " -> %-10" PRIu64 " %10s -> %-10s  %s\n",
		(uint64_t)old->counts->grants, (uint64_t) new->counts->grants,
		old->counts->timed ? duration__text(old->mean, from, sizeof(from)) : "-",
		new->counts->timed ? duration__text(new->mean, to, sizeof(to)) : "-",
		escaped(new->name));
}

static void site__json(struct diff *d, const struct resolved_site *old,
		       const struct resolved_site *new)
{
	json_t *object = json__record("diff-site");

	json__set_text(object, "granted_by", new->name);
	json__set_count(object, "old_grants", old->counts->grants);
	json__set_count(object, "new_grants", new->counts->grants);
	json__set_count(object, "old_mean", old->mean);
	json__set_count(object, "new_mean", new->mean);
	json__line(d->r, object);
}

/*
 * The same call site. Both: the two sessions' sites, merged, so that the names are alike.
 */
static const struct resolved_site *site__in(const struct resolved_summary *s, const char *name)
{
	for (size_t i = 0; i < s->nr_sites; i++)
		if (!strcmp(s->site[i].name, name))
			return &s->site[i];
	return NULL;
}

static void diff__sites(struct diff *d)
{
	static const struct model_site none;
	static const struct resolved_site absent = { .counts = &none };
	bool any = false;

	for (size_t i = 0; i < d->new->total->nr_sites; i++) {
		const struct resolved_site *new = &d->new->total->site[i];
		const struct resolved_site *old = site__in(d->old->total, new->name) ?: &absent;

		if (!site__grew(old, new) && !site__slowed(old, new))
			continue;
		if (!any && !d->json)
			fprintf(d->r->out, "\nMore windows, or longer ones:\n%24s %24s  %s\n",
				"WINDOWS", "MEAN", "GRANTED BY");
		any = true;
		if (d->json)
			site__json(d, old, new);
		else
			site__text(d->r->out, old, new);
	}
}

/* --- the sum ------------------------------------------------------------------------ */

static void diff__sum(struct diff *d, enum status status)
{
	json_t *object;

	if (!d->json) {
		fprintf(d->r->out, "pkstrace: %zu findings gone, %zu still there, %zu new%s\n",
			d->nr[GONE], d->nr[STILL_THERE], d->nr[NEW],
			status == STATUS_INCOMPLETE ?
				"; INCOMPLETE: the later run has lost something" :
				"");
		return;
	}
	object = json__record("diff-summary");
	json__set_number(object, "gone", d->nr[GONE]);
	json__set_number(object, "still_there", d->nr[STILL_THERE]);
	json__set_number(object, "new", d->nr[NEW]);
	json__set_flag(object, "complete", status != STATUS_INCOMPLETE);
	json__line(d->r, object);
}

/* One that found something may have lost something as well. */
static bool merged__complete(const struct merged *m)
{
	for (size_t i = 0; i < m->nr; i++)
		if (m->session[i].damaged || session__status(&m->session[i]) == STATUS_INCOMPLETE)
			return false;
	return model__complete(m->model);
}

enum status diff__print(const struct merged *old, const struct merged *new, struct report *r)
{
	struct diff d = {
		.old = old, .new = new, .r = r, .json = r->format == format__find("json")
	};
	enum status status;

	diff__findings(&d);
	if (!d.json)
		diff__reports(&d);
	diff__sites(&d);
	status = d.nr[NEW]	       ? STATUS_FINDINGS :
		 merged__complete(new) ? STATUS_CLEAN :
					 STATUS_INCOMPLETE;
	diff__sum(&d, status);
	return report__status(r, status);
}
