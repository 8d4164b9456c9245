// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "findings/aggregate.h"
#include "report/session/totals.h"
#include "util/number.h"

/* --- what is kept ------------------------------------------------------------------ */

/* The classes that were counted. */
static struct kept_count *classes__keep(const __u64 *count, struct arena *a, size_t *nr)
{
	struct kept_count *all = arena__alloc(a, PKS_NR_CLASSES, sizeof(*all));

	for (unsigned int i = 0; all && i < PKS_NR_CLASSES; i++)
		if (count[i])
			all[(*nr)++] = (struct kept_count){ class__row(i)->name, count[i] };
	return all;
}

static struct kept_count *cpus__keep(const struct model *m, int reason, struct arena *a, size_t *nr)
{
	struct kept_count *all = arena__alloc(a, m->nr_cpus, sizeof(*all));
	char *name;

	for (size_t cpu = 0; all && cpu < m->nr_cpus; cpu++) {
		if (!m->lost_on[cpu][reason])
			continue;
		name = arena__alloc(a, 24, 1);
		if (!name)
			return NULL;
		snprintf(name, 24, "cpu%zu", cpu);
		all[(*nr)++] = (struct kept_count){ name, m->lost_on[cpu][reason] };
	}
	return all;
}

static int losses__keep(const struct model *m, struct arena *a, struct kept_summary *out)
{
	out->lost = arena__alloc(a, NR_LOSSES, sizeof(*out->lost));
	for (int i = 0; out->lost && i < NR_LOSSES; i++) {
		struct kept_loss *one = &out->lost[out->nr_lost];

		if (!m->lost[i])
			continue;
		*one = (struct kept_loss){ .reason = loss__row(i)->name, .count = m->lost[i] };
		one->on = cpus__keep(m, i, a, &one->nr_on);
		if (!one->on)
			return -ENOMEM;
		out->nr_lost++;
	}
	out->skipped = m->skipped;
	out->nr_skipped = m->nr_skipped;
	return out->lost ? 0 : -ENOMEM;
}

static int faults__keep(const struct pks_faults *faults, struct arena *a, struct kept_summary *out)
{
	out->faults = arena__alloc(a, PKS_FAULT_KEYS, sizeof(*out->faults));
	if (!out->faults)
		return -ENOMEM;
	for (int key = 0; key < PKS_FAULT_KEYS; key++)
		if (faults->seen[key] || faults->asked[key] || faults->other[key])
			out->faults[out->nr_faults++] =
				(struct kept_faults){ .pkey = key == PKS_NO_PKEY ? -1 : key,
						      .seen = faults->seen[key],
						      .asked = faults->asked[key],
						      .other = faults->other[key] };
	return 0;
}

static int site__keep(const struct resolved_site *site, struct arena *a, struct kept_site *out)
{
	const struct model_site *counts = site->counts;

	*out = (struct kept_site){ .name = site->name,
				   .known = site->known,
				   .grants = counts->grants,
				   .closed = counts->closed,
				   .timed = counts->timed,
				   .total = counts->total,
				   .max = counts->max,
				   .held = arena__alloc(a, PKS_BUCKETS, sizeof(*out->held)) };
	if (!out->held)
		return -ENOMEM;
	for (unsigned int b = 0; b < PKS_BUCKETS; b++)
		if (counts->hist[b])
			out->held[out->nr_held++] =
				(struct kept_bucket){ model__bucket_end(b), counts->hist[b] };
	return 0;
}

static int sites__keep(const struct resolved_summary *s, struct arena *a, struct kept_summary *out)
{
	int err = 0;

	out->site = arena__alloc(a, s->nr_sites, sizeof(*out->site));
	if (!out->site)
		return -ENOMEM;
	for (; !err && out->nr_site < s->nr_sites; out->nr_site++)
		err = site__keep(&s->site[out->nr_site], a, &out->site[out->nr_site]);
	return err;
}

static void scalars__keep(const struct resolved_summary *s, struct kept_summary *out)
{
	const struct model *m = s->model;

	*out = (struct kept_summary){ .counts_only = s->counts_only,
				      .untested = m->untested,
				      .at = s->at,
				      .seconds = s->seconds,
				      .found_so_far = s->found_so_far,
				      .by = aggregate__words[s->by],
				      .target = s->target,
				      .withdrawn = m->withdrawn,
				      .older_windows = m->older_windows,
				      .late_revokes = m->late_revokes,
				      .windows_kept = m->windows_kept,
				      .windows_dropped = m->windows_dropped,
				      .open_windows = m->open_windows,
				      .made = m->made,
				      .delivered = m->delivered,
				      .folded = m->folded,
				      .dropped = m->dropped,
				      .repeat = s->repeat,
				      .nr_repeat = s->nr_repeats,
				      .suppression = s->suppression,
				      .nr_suppression = s->nr_suppressions,
				      .note = (const char **)s->note,
				      .nr_note = s->nr_notes };
}

int totals__keep(const struct resolved_summary *s, struct arena *arena, struct kept_summary *out)
{
	const struct model *m = s->model;
	int err;

	scalars__keep(s, out);
	out->found = classes__keep(m->found, arena, &out->nr_found);
	out->suppressed = classes__keep(m->suppressed, arena, &out->nr_suppressed);
	err = out->found && out->suppressed ? 0 : -ENOMEM;
	err = err ?: losses__keep(m, arena, out);
	err = err ?: faults__keep(&m->faults, arena, out);
	return err ?: sites__keep(s, arena, out);
}

/* --- and restored ------------------------------------------------------------------- */

static void classes__restore(const struct kept_count *all, size_t nr, __u64 *count)
{
	for (size_t i = 0; i < nr; i++)
		count[class__number(all[i].name ?: "")] += all[i].count;
}

static int loss__number(const char *reason)
{
	for (int i = 0; reason && i < NR_LOSSES; i++)
		if (!strcmp(loss__row(i)->name, reason))
			return i;
	return LOSS_READ;
}

#define CPUS_MAX 65536

/* False where it is the name of no CPU. */
static bool cpu__number(const char *name, unsigned int *cpu)
{
	int64_t number;

	if (!name || strncmp(name, "cpu", 3) != 0 ||
	    !number__integer(name + 3, 0, CPUS_MAX - 1, &number))
		return false;
	*cpu = number;
	return true;
}

/* One more than the highest of all CPUs that are named. */
static size_t losses__cpus(const struct kept_summary *kept)
{
	size_t most = 0;
	unsigned int cpu;

	for (size_t i = 0; i < kept->nr_lost; i++)
		for (size_t n = 0; n < kept->lost[i].nr_on; n++)
			if (cpu__number(kept->lost[i].on[n].name, &cpu) && cpu >= most)
				most = cpu + 1;
	return most;
}

static int losses__restore(const struct kept_summary *kept, struct arena *a, struct model *m)
{
	unsigned int cpu;

	m->nr_cpus = losses__cpus(kept);
	m->lost_on = arena__alloc(a, m->nr_cpus, sizeof(*m->lost_on));
	if (!m->lost_on)
		return -ENOMEM;
	for (size_t i = 0; i < kept->nr_lost; i++) {
		const struct kept_loss *one = &kept->lost[i];
		int reason = loss__number(one->reason);

		m->lost[reason] += one->count;
		for (size_t n = 0; n < one->nr_on; n++)
			if (cpu__number(one->on[n].name, &cpu))
				m->lost_on[cpu][reason] += one->on[n].count;
	}
	m->skipped = kept->skipped;
	m->nr_skipped = kept->nr_skipped;
	for (size_t i = 0; i < m->nr_skipped; i++)
		m->skipped[i].program = m->skipped[i].program ?: "?";
	return 0;
}

static void faults__restore(const struct kept_summary *kept, struct pks_faults *faults)
{
	for (size_t i = 0; i < kept->nr_faults; i++) {
		const struct kept_faults *one = &kept->faults[i];
		int key = one->pkey >= 0 && one->pkey < PKS_NO_PKEY ? one->pkey : PKS_NO_PKEY;

		faults->seen[key] += one->seen;
		faults->asked[key] += one->asked;
		faults->other[key] += one->other;
	}
}

static void counts__restore(const struct kept_site *kept, struct model_site *site)
{
	*site = (struct model_site){ .caller = kept->known,
				     .grants = kept->grants,
				     .closed = kept->closed,
				     .timed = kept->timed,
				     .total = kept->total,
				     .max = kept->max };
	for (size_t i = 0; i < kept->nr_held; i++) {
		unsigned int b = 0;

		while (b < PKS_BUCKETS - 1 && model__bucket_end(b) < kept->held[i].end)
			b++;
		site->hist[b] += kept->held[i].count;
	}
}

static void site__restore(const char *name, bool known, const struct model_site *counts,
			  struct resolved_site *out)
{
	snprintf(out->name, sizeof(out->name), "%s", name ?: "");
	out->known = known;
	out->counts = counts;
	out->mean = model__mean(counts);
	out->p50 = model__quantile(counts, 0.5);
	out->p99 = model__quantile(counts, 0.99);
}

static int sites__restore(const struct kept_summary *kept, struct arena *a, struct model *m,
			  struct resolved_summary *out)
{
	m->sites = arena__alloc(a, kept->nr_site, sizeof(*m->sites));
	out->site = arena__alloc(a, kept->nr_site, sizeof(*out->site));
	if (!m->sites || !out->site)
		return -ENOMEM;
	m->nr_sites = out->nr_sites = kept->nr_site;
	for (size_t i = 0; i < kept->nr_site; i++) {
		counts__restore(&kept->site[i], &m->sites[i]);
		site__restore(kept->site[i].name, kept->site[i].known, &m->sites[i], &out->site[i]);
	}
	model__sum_sites(m, &out->all_counts);
	site__restore(out->by == PKS_BY_ALL ? "all threads" : "", false, &out->all_counts,
		      &out->all);
	return 0;
}

static enum pks_by by__number(const char *word)
{
	for (int by = 0; word && by < PKS_NR_BY; by++)
		if (!strcmp(aggregate__words[by], word))
			return by;
	return PKS_BY_SITE;
}

static void repeats__restore(const struct kept_summary *kept, struct resolved_summary *out)
{
	out->repeat = kept->repeat;
	out->nr_repeats = kept->nr_repeat;
	for (size_t i = 0; i < out->nr_repeats; i++)
		out->repeat[i].class = out->repeat[i].class ?: "?";
	out->suppression = kept->suppression;
	out->nr_suppressions = kept->nr_suppression;
	for (size_t i = 0; i < out->nr_suppressions; i++) {
		out->suppression[i].name = out->suppression[i].name ?: "?";
		out->suppression[i].origin = out->suppression[i].origin ?: "?";
	}
	for (size_t i = 0; i < kept->nr_note && i < NOTES_MAX; i++)
		out->note[out->nr_notes++] = kept->note[i];
}

int totals__restore(const struct kept_summary *kept, struct arena *arena, struct model *model,
		    struct resolved_summary *out)
{
	*model = (struct model){ .untested = kept->untested,
				 .withdrawn = kept->withdrawn,
				 .older_windows = kept->older_windows,
				 .late_revokes = kept->late_revokes,
				 .windows_kept = kept->windows_kept,
				 .windows_dropped = kept->windows_dropped,
				 .open_windows = kept->open_windows,
				 .made = kept->made,
				 .delivered = kept->delivered,
				 .folded = kept->folded,
				 .dropped = kept->dropped };
	*out = (struct resolved_summary){ .model = model,
					  .counts_only = kept->counts_only,
					  .at = kept->at,
					  .seconds = kept->seconds,
					  .found_so_far = kept->found_so_far,
					  .by = by__number(kept->by),
					  .target = kept->target ?: "?" };
	out->by_title = aggregate__title(out->by);
	classes__restore(kept->found, kept->nr_found, model->found);
	classes__restore(kept->suppressed, kept->nr_suppressed, model->suppressed);
	faults__restore(kept, &model->faults);
	repeats__restore(kept, out);
	return losses__restore(kept, arena, model) ?: sites__restore(kept, arena, model, out);
}
