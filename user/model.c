// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* Makes room for one more element. Returns 0 or -ENOMEM. */
static int array__grow(void **array, size_t *room, size_t used, size_t element)
{
	size_t more = *room ? *room * 2 : 16;
	void *grown;

	if (used < *room)
		return 0;
	grown = realloc(*array, more * element);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = more;
	return 0;
}

static bool stack__same(const struct model_stack *a, const struct model_stack *b)
{
	return a->nr == b->nr && !memcmp(a->address, b->address, a->nr * sizeof(a->address[0]));
}

/* True where `raw` says more than `old`: an exact owner stack that the other has not. */
static bool finding__differs(const struct model_finding *old, const struct pks_finding *raw,
			     const struct model_stack *granted, const struct model_stack *revoked)
{
	if ((raw->granted.flags & PKS_STACK_EXACT) && !stack__same(&old->granted, granted))
		return true;
	return (raw->revoked.flags & PKS_STACK_EXACT) && !stack__same(&old->revoked, revoked);
}

static struct model_finding *model__find(struct model *m, const struct pks_finding *raw,
					 const struct model_stack *granted,
					 const struct model_stack *revoked)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		if (m->findings[i].raw.fold == raw->fold &&
		    !finding__differs(&m->findings[i], raw, granted, revoked))
			return &m->findings[i];
	return NULL;
}

enum model_added model__add_finding(struct model *m, const struct pks_finding *raw,
				    const struct model_stack *granted,
				    const struct model_stack *revoked, struct model_finding **out)
{
	struct model_finding *f = model__find(m, raw, granted, revoked);

	if (f) {
		f->count++;
		f->last = raw->time;
		*out = f;
		return MODEL_REPEAT;
	}
	if (array__grow((void **)&m->findings, &m->findings_room, m->nr_findings, sizeof(*f)))
		return MODEL_NO_MEMORY;
	f = &m->findings[m->nr_findings++];
	*f = (struct model_finding){ .raw = *raw,
				     .granted = *granted,
				     .revoked = *revoked,
				     .count = 1,
				     .first = raw->time,
				     .last = raw->time };
	*out = f;
	return MODEL_NEW;
}

void model__fold(struct model_finding *finding, const struct pks_fold *fold)
{
	if (fold->count <= finding->count)
		return;
	finding->count = fold->count;
	finding->first = fold->first;
	finding->last = fold->last;
}

int model__add_site(struct model *m, __u64 caller, const struct pks_site_stat *stat)
{
	struct model_site *s;

	if (array__grow((void **)&m->sites, &m->sites_room, m->nr_sites, sizeof(*s)))
		return -ENOMEM;
	s = &m->sites[m->nr_sites++];
	*s = (struct model_site){ .caller = caller,
				  .grants = stat->grants,
				  .total = stat->total,
				  .max = stat->max };
	memcpy(s->hist, stat->hist, sizeof(s->hist));
	for (int b = 0; b < PKS_BUCKETS; b++)
		s->closed += stat->hist[b];
	return 0;
}

static int site__compare(const void *a, const void *b)
{
	const struct model_site *x = a, *y = b;

	if (x->grants != y->grants)
		return x->grants < y->grants ? 1 : -1;
	return x->caller < y->caller ? -1 : x->caller > y->caller;
}

void model__sort_sites(struct model *m)
{
	if (m->nr_sites)
		qsort(m->sites, m->nr_sites, sizeof(*m->sites), site__compare);
}

__u64 model__grants(const struct model *m)
{
	__u64 sum = 0;

	for (size_t i = 0; i < m->nr_sites; i++)
		sum += m->sites[i].grants;
	return sum;
}

__u64 model__closed(const struct model *m)
{
	__u64 sum = 0;

	for (size_t i = 0; i < m->nr_sites; i++)
		sum += m->sites[i].closed;
	return sum;
}

__u64 model__total_findings(const struct model *m)
{
	__u64 sum = 0;

	for (int i = 0; i < PKS_NR_CLASSES; i++)
		sum += m->found[i];
	return sum;
}

__u64 model__unexplained_faults(const struct model *m)
{
	return m->fault_witness > m->fault_calls ? m->fault_witness - m->fault_calls :
						   m->fault_calls - m->fault_witness;
}

bool model__complete(const struct model *m)
{
	for (int i = 0; i < PKS_NR_LOSSES; i++)
		if (m->lost[i])
			return false;
	return !model__unexplained_faults(m);
}

__u64 model__bucket_end(unsigned int bucket)
{
	unsigned int power;

	if (bucket < 4)
		return bucket;
	power = bucket / 4 + 1;
	return ((4ULL + bucket % 4 + 1) << (power - 2)) - 1;
}

__u64 model__quantile(const struct model_site *site, double share)
{
	__u64 seen = 0, wanted;

	if (!site->closed)
		return 0;
	wanted = site->closed * share;
	for (unsigned int b = 0; b < PKS_BUCKETS; b++) {
		seen += site->hist[b];
		if (seen > wanted || seen == site->closed) {
			__u64 end = model__bucket_end(b);

			return end < site->max ? end : site->max;
		}
	}
	return site->max;
}

void model__free(struct model *m)
{
	free(m->findings);
	free(m->sites);
	*m = (struct model){};
}
