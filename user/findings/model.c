// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "findings/join.h"
#include "findings/model.h"

/* Above the caller of a grant or revoke are frames of whichever program took the stack. */
static unsigned int stack__from(const struct model_stack *stack, __u64 caller)
{
	for (unsigned int i = 0; i < stack->nr; i++)
		if (stack->address[i] == caller)
			return i;
	return 0;
}

/* The callers' callers make no difference: a loop over two walks, a recursion, is one place. */
static bool stack__same(const struct model_stack *a, const struct model_stack *b, __u64 caller)
{
	unsigned int from = stack__from(a, caller), from_b = stack__from(b, caller);
	unsigned int nr = a->nr - from;

	if (a->user && b->user)
		return a->user == b->user;
	return nr == b->nr - from_b &&
	       !memcmp(a->address + from, b->address + from_b, nr * sizeof(a->address[0]));
}

/* True where `raw` says more than `old`: an exact owner stack that the other has not. */
static bool finding__differs(const struct model_finding *old, const struct pks_finding *raw,
			     const struct model_stack *granted, const struct model_stack *revoked)
{
	if ((raw->granted.flags & PKS_STACK_EXACT) &&
	    !stack__same(&old->granted, granted, raw->granted.caller))
		return true;
	return (raw->revoked.flags & PKS_STACK_EXACT) &&
	       !stack__same(&old->revoked, revoked, raw->revoked.caller);
}

static struct model_finding *model__find(struct model *m, const struct pks_finding *raw,
					 const struct model_stack *granted,
					 const struct model_stack *revoked, size_t part_of)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		if (m->findings[i].fold == raw->fold &&
		    (m->findings[i].part_of == part_of || raw->pending) &&
		    !finding__differs(&m->findings[i], raw, granted, revoked))
			return &m->findings[i];
	return NULL;
}

/* Told before as leaked, with more than the count that a child is given. */
static void finding__complete(struct model_finding *f, const struct model_finding *leak)
{
	if (f->raw.class != PKS_INHERITED || leak->raw.class != PKS_LEAK || f->raw.granted.caller)
		return;
	f->raw.granted = leak->raw.granted;
	f->granted = leak->granted;
	f->raw.key = leak->raw.key;
	f->raw.phys = leak->raw.phys;
	f->raw.pgmap = leak->raw.pgmap;
	f->raw.pgmap_start = leak->raw.pgmap_start;
	f->raw.ino = leak->raw.ino;
	f->raw.index = leak->raw.index;
	f->raw.dev = leak->raw.dev;
}

/* The finding that this one is a part of, or it itself: no part has parts. */
static size_t whole__of(const struct model *m, size_t finding)
{
	size_t part_of = m->findings[finding].part_of;

	return part_of ? part_of - 1 : finding;
}

enum model_added model__add_finding(struct model *m, const struct pks_finding *raw,
				    const struct model_stack *granted,
				    const struct model_stack *revoked, struct model_finding **out)
{
	const struct model_recent *cause = join__cause(m, raw);
	/* A thread that is created in a leaked window is one more that is in it. */
	size_t part_of =
		cause && raw->class != PKS_INHERITED ? whole__of(m, cause->finding) + 1 : 0;
	struct model_finding *f = model__find(m, raw, granted, revoked, part_of);
	enum model_added added = f ? MODEL_REPEAT : MODEL_NEW;

	if (f) {
		f->count++;
		f->last = raw->time;
	} else {
		if (m->nr_findings == MODEL_FINDINGS_MAX ||
		    array__grow(&m->findings, &m->findings_room, m->nr_findings, sizeof(*f)))
			return MODEL_NO_ROOM;
		f = &m->findings[m->nr_findings++];
		*f = (struct model_finding){ .raw = *raw,
					     .granted = *granted,
					     .revoked = *revoked,
					     .fold = raw->fold,
					     .part_of = part_of,
					     .held = raw->pending,
					     .count = 1,
					     .first = raw->time,
					     .last = raw->time };
		if (cause) {
			link__set(&f->follows, &m->findings[cause->finding].raw, cause->time);
			finding__complete(f, &m->findings[cause->finding]);
		}
	}
	join__remember(m, f, raw);
	join__settle(m, raw, f);
	*out = f;
	return added;
}

void model__settle(struct model *m, const struct pks_finding *raw)
{
	join__settle(m, raw, NULL);
}

void model__settle_all(struct model *m)
{
	join__settle_all(m);
}

/* A finding as far as its fold describes it. */
static int model__add_unseen(struct model *m, const struct pks_fold *fold,
			     struct model_finding **out)
{
	const struct model_stack none = { .nr = 0 };
	struct pks_finding raw = { .class = fold->class,
				   .cause = fold->cause,
				   .boundary = fold->boundary,
				   .write = fold->write,
				   .fatal = fold->fatal,
				   .outside = fold->outside,
				   .time = fold->first,
				   .fold = fold->key,
				   .ip = fold->ip,
				   .granted = { .caller = fold->granted, .stack = PKS_NO_STACK },
				   .revoked = { .caller = fold->revoked, .stack = PKS_NO_STACK } };

	if (model__add_finding(m, &raw, &none, &none, out) == MODEL_NO_ROOM)
		return -ENOMEM;
	(*out)->unseen = true;
	(*out)->count = fold->count;
	(*out)->last = fold->last;
	return 0;
}

int model__fold(struct model *m, const struct pks_fold *fold, struct model_finding **out)
{
	struct model_finding *takes = NULL;
	__u64 delivered = 0;

	for (size_t i = 0; i < m->nr_findings; i++) {
		struct model_finding *f = &m->findings[i];

		if (f->fold != fold->key)
			continue;
		delivered += f->count;
		if (!takes || (takes->suppressed && !f->suppressed))
			takes = f;
	}
	*out = NULL;
	if (!takes)
		return model__add_unseen(m, fold, out);
	if (fold->count <= delivered)
		return 0;
	takes->count += fold->count - delivered;
	if (fold->first < takes->first)
		takes->first = fold->first;
	if (fold->last > takes->last)
		takes->last = fold->last;
	return 0;
}

static __u64 *found__of(struct model *m, unsigned int class)
{
	return &m->found[class % PKS_NR_CLASSES];
}

/* The programs have counted it as what it looked like. */
static void found__move(struct model *m, struct model_finding *f)
{
	__u64 nr = f->count < *found__of(m, f->taken_for) ? f->count : *found__of(m, f->taken_for);

	*found__of(m, f->taken_for) -= nr;
	*found__of(m, f->raw.class) += nr;
	f->taken_for = 0;
}

static void found__limit(const struct model *m, __u64 *nr)
{
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		if (nr[i] > m->found[i])
			nr[i] = m->found[i];
}

void model__count_suppressed(struct model *m)
{
	memset(m->suppressed, 0, sizeof(m->suppressed));
	memset(m->parts, 0, sizeof(m->parts));
	memset(m->bugs, 0, sizeof(m->bugs));
	m->withdrawn = 0;
	for (size_t i = 0; i < m->nr_findings; i++) {
		struct model_finding *f = &m->findings[i];
		unsigned int class = f->raw.class % PKS_NR_CLASSES;

		if (f->taken_for)
			found__move(m, f);
		if (f->suppressed)
			m->suppressed[class] += f->count;
		else if (f->part_of)
			m->parts[class] += f->count;
		else
			m->bugs[class]++;
		if (f->suppressed == MODEL_WITHDRAWN)
			m->withdrawn += f->count;
	}
	found__limit(m, m->suppressed);
	found__limit(m, m->parts);
}

bool model__doubtful(const struct pks_finding *raw)
{
	return class__row(raw->class)->doubtful && raw->context != PKS_TASK;
}

/* Makes the table of losses reach to this CPU. */
static int losses__reach(struct model *m, unsigned int cpu)
{
	while (m->nr_cpus <= cpu) {
		if (array__grow(&m->lost_on, &m->cpus_room, m->nr_cpus, sizeof(*m->lost_on)))
			return -ENOMEM;
		memset(&m->lost_on[m->nr_cpus++], 0, sizeof(*m->lost_on));
	}
	return 0;
}

int model__add_loss(struct model *m, unsigned int cpu, unsigned int reason, __u64 count)
{
	if (!count)
		return 0;
	m->lost[reason] += count;
	if (cpu == MODEL_NO_CPU)
		return 0;
	if (losses__reach(m, cpu))
		return -ENOMEM;
	m->lost_on[cpu][reason] += count;
	return 0;
}

void model__lose(struct model *m, enum loader_loss reason, __u64 count)
{
	m->lost[reason] += count;
}

int model__add_before(struct model *m, const struct pks_inside *thread)
{
	if (array__grow(&m->before, &m->before_room, m->nr_before, sizeof(*m->before)))
		return -ENOMEM;
	m->before[m->nr_before++] = *thread;
	return 0;
}

void model__finding_before(const struct pks_inside *thread, __u64 time, struct pks_finding *f)
{
	*f = (struct pks_finding){ .class = PKS_PRE_EXISTING,
				   .nr_stack = thread->nr_stack,
				   .time = time,
				   /* Not a fold of the programs': one for each thread. */
				   .fold = thread->tid | 1ULL << 62,
				   .tid = thread->tid,
				   .tgid = thread->tgid,
				   .count = thread->count,
				   .pkrs = thread->pkrs,
				   .granted = { .stack = PKS_NO_STACK },
				   .revoked = { .stack = PKS_NO_STACK } };
	memcpy(f->comm, thread->comm, sizeof(f->comm));
	memcpy(f->stack, thread->stack, sizeof(f->stack));
}

int model__add_left(struct model *m, const struct model_left *left)
{
	struct model_left *same = NULL;

	for (size_t i = 0; i < m->nr_left; i++)
		if (m->left[i].tid == left->tid && m->left[i].caller == left->caller)
			same = &m->left[i];
	if (!same) {
		if (array__grow(&m->left, &m->left_room, m->nr_left, sizeof(*m->left)))
			return -ENOMEM;
		same = &m->left[m->nr_left++];
		*same = *left;
		return 0;
	}
	same->nr += left->nr;
	if (left->since < same->since)
		same->since = left->since;
	return 0;
}

__u64 model__left(const struct model *m)
{
	__u64 nr = 0;

	for (size_t i = 0; i < m->nr_left; i++)
		nr += m->left[i].nr;
	return nr;
}

int model__add_skipped(struct model *m, const char *program, __u64 count)
{
	if (!count)
		return 0;
	m->lost[PKS_LOST_RECURSION] += count;
	if (array__grow(&m->skipped, &m->skipped_room, m->nr_skipped, sizeof(*m->skipped)))
		return -ENOMEM;
	m->skipped[m->nr_skipped++] = (struct model_skipped){ .program = program, .count = count };
	return 0;
}

int model__add_site(struct model *m, __u64 caller, const struct pks_site_stat *stat, __u64 untimed)
{
	struct model_site *s;

	if (array__grow(&m->sites, &m->sites_room, m->nr_sites, sizeof(*s)))
		return -ENOMEM;
	s = &m->sites[m->nr_sites++];
	*s = (struct model_site){
		.caller = caller, .grants = stat->grants, .total = stat->total, .max = stat->max
	};
	memcpy(s->hist, stat->hist, sizeof(s->hist));
	for (int b = 0; b < PKS_BUCKETS; b++)
		s->timed += stat->hist[b];
	s->closed = s->timed + untimed;
	return 0;
}

static struct model_site *site__of(struct model *m, __u64 caller)
{
	for (size_t i = 0; i < m->nr_sites; i++)
		if (m->sites[i].caller == caller)
			return &m->sites[i];
	return NULL;
}

/* One that has closed nothing has held nothing to its end. */
static void site__move_closed(struct model_site *from, struct model_site *to, __u64 count)
{
	if (count > from->closed)
		count = from->closed;
	from->closed -= count;
	to->closed += count;
	if (from->closed)
		return;
	to->timed += from->timed;
	to->total += from->total;
	if (from->max > to->max)
		to->max = from->max;
	for (int b = 0; b < PKS_BUCKETS; b++)
		to->hist[b] += from->hist[b];
	from->timed = from->total = from->max = 0;
	memset(from->hist, 0, sizeof(from->hist));
}

void model__move_closed(struct model *m)
{
	for (size_t i = 0; i < m->nr_findings; i++) {
		const struct model_finding *f = &m->findings[i];
		struct model_site *leaked = site__of(m, f->raw.granted.caller);
		struct model_site *closed = site__of(m, f->raw.sibling.caller);

		if (f->swapped && leaked && closed && leaked != closed)
			site__move_closed(leaked, closed, f->count);
	}
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

static void site__add(struct model_site *to, const struct model_site *site)
{
	to->grants += site->grants;
	to->closed += site->closed;
	to->timed += site->timed;
	to->total += site->total;
	if (site->max > to->max)
		to->max = site->max;
	for (int b = 0; b < PKS_BUCKETS; b++)
		to->hist[b] += site->hist[b];
}

void model__sum_sites(const struct model *m, struct model_site *sum)
{
	*sum = (struct model_site){};
	for (size_t i = 0; i < m->nr_sites; i++)
		site__add(sum, &m->sites[i]);
}

/* now -= before. What was the longest of the two readings' difference, the histogram tells. */
static void site__subtract(struct model_site *now, const struct model_site *before)
{
	__u64 longest = 0;

	now->grants -= before->grants;
	now->closed -= before->closed;
	now->timed -= before->timed;
	now->total -= before->total;
	for (int b = 0; b < PKS_BUCKETS; b++) {
		now->hist[b] -= before->hist[b];
		if (now->hist[b])
			longest = model__bucket_end(b);
	}
	/* A new maximum came between the readings; an old one only bounds it. */
	if (now->max == before->max && longest < now->max)
		now->max = longest;
}

/* The sites of `before` whose place in the table is another's `now`: their counts went to place 0.
 */
static void model__sum_gone(const struct model *before, const struct model *now,
			    struct model_site *gone)
{
	size_t new = 0;

	*gone = (struct model_site){};
	for (size_t old = 0; old < before->nr_sites; old++) {
		const struct model_site *s = &before->sites[old];

		while (new < now->nr_sites && now->sites[new].index < s->index)
			new ++;
		if (new == now->nr_sites || now->sites[new].index != s->index ||
		    now->sites[new].caller != s->caller)
			site__add(gone, s);
	}
}

int model__between(const struct model *before, const struct model *now, struct model *delta)
{
	struct model_site gone;
	size_t old = 0;

	model__sum_gone(before, now, &gone);
	*delta = (struct model){ .nr_sites = 0 };
	delta->sites = calloc(now->nr_sites + 1, sizeof(*delta->sites));
	if (!delta->sites)
		return -ENOMEM;
	delta->sites_room = now->nr_sites + 1;
	for (size_t i = 0; i < now->nr_sites; i++) {
		struct model_site *s = &delta->sites[delta->nr_sites];

		*s = now->sites[i];
		if (!s->index)
			site__subtract(s, &gone);
		while (old < before->nr_sites && before->sites[old].index < s->index)
			old++;
		if (old < before->nr_sites && before->sites[old].index == s->index &&
		    before->sites[old].caller == s->caller)
			site__subtract(s, &before->sites[old]);
		if (s->grants || s->closed)
			delta->nr_sites++;
	}
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		delta->found[i] = now->found[i] - before->found[i];
	return 0;
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

__u64 model__found(const struct model *m, unsigned int class)
{
	__u64 gone = m->suppressed[class] + m->parts[class];

	if (class__row(class)->aside || gone > m->found[class])
		return 0;
	return m->found[class] - gone;
}

__u64 model__total_findings(const struct model *m)
{
	__u64 sum = 0;

	for (int i = 0; i < PKS_NR_CLASSES; i++)
		sum += model__found(m, i);
	return sum;
}

__u64 model__bugs(const struct model *m, unsigned int class)
{
	if (!model__found(m, class))
		return 0;
	/* Where nothing but the count is known, as in stat, each one counts. */
	return m->bugs[class] ?: model__found(m, class);
}

__u64 model__total_bugs(const struct model *m)
{
	__u64 sum = 0;

	for (int i = 0; i < PKS_NR_CLASSES; i++)
		sum += model__bugs(m, i);
	return sum;
}

__u64 model__total_suppressed(const struct model *m)
{
	__u64 sum = 0;

	for (int i = 0; i < PKS_NR_CLASSES; i++)
		sum += class__row(i)->aside ? 0 : m->suppressed[i];
	return sum - (m->withdrawn < sum ? m->withdrawn : sum);
}

__u64 model__used(const struct model *m, unsigned int suppression)
{
	__u64 sum = 0;

	for (size_t i = 0; i < m->nr_findings; i++)
		if (m->findings[i].suppressed == suppression)
			sum += m->findings[i].count;
	return sum;
}

static __u64 faults__sum(const __u64 *by_key)
{
	__u64 sum = 0;

	for (int key = 0; key < PKS_FAULT_KEYS; key++)
		sum += by_key[key];
	return sum;
}

__u64 model__faults(const struct model *m)
{
	return faults__sum(m->faults.asked);
}

__u64 model__faults_seen(const struct model *m)
{
	return faults__sum(m->faults.seen) - faults__sum(m->faults.other);
}

__u64 model__other_faults(const struct model *m)
{
	return faults__sum(m->faults.other);
}

__u64 model__unexplained_faults(const struct model *m)
{
	__u64 sum = 0;

	for (int key = 0; key < PKS_FAULT_KEYS; key++) {
		__u64 seen = m->faults.seen[key];
		__u64 handled = m->faults.asked[key] + m->faults.other[key];

		sum += seen > handled ? seen - handled : handled - seen;
	}
	return sum;
}

bool model__saw_nothing(const struct model *m)
{
	return !model__grants(m) && !m->open_windows && !m->older_windows && !m->made &&
	       !model__faults_seen(m) && !model__total_findings(m);
}

bool model__complete(const struct model *m)
{
	if (m->untested)
		return false;
	for (int i = 0; i < NR_LOSSES; i++)
		if (m->lost[i])
			return false;
	return !model__unexplained_faults(m);
}

bool model__clean(const struct model *m)
{
	return model__complete(m) && !m->nr_left;
}

__u64 model__bucket_end(unsigned int bucket)
{
	unsigned int power;

	if (bucket < 4)
		return bucket;
	power = bucket / 4 + 1;
	return ((4ULL + bucket % 4 + 1) << (power - 2)) - 1;
}

__u64 model__mean(const struct model_site *site)
{
	return site->timed ? site->total / site->timed : 0;
}

/*
 * The longest that a window of the bucket can have been held. The maximum tells
 * more where it lies in the bucket; it may have been read before a longer window ended.
 */
static __u64 bucket__bound(unsigned int bucket, __u64 max)
{
	__u64 end = model__bucket_end(bucket);

	return max < end && (!bucket || max > model__bucket_end(bucket - 1)) ? max : end;
}

__u64 model__quantile(const struct model_site *site, double share)
{
	__u64 seen = 0, wanted;

	if (!site->timed)
		return 0;
	wanted = site->timed * share;
	for (unsigned int b = 0; b < PKS_BUCKETS; b++) {
		seen += site->hist[b];
		if (seen > wanted || seen == site->timed)
			return bucket__bound(b, site->max);
	}
	return site->max;
}

void model__free(struct model *m)
{
	free(m->findings);
	free(m->sites);
	free(m->lost_on);
	free(m->skipped);
	free(m->before);
	free(m->left);
	*m = (struct model){};
}
