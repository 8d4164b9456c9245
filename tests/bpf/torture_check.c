// SPDX-License-Identifier: GPL-2.0-only
/* What has to hold when all workers have stopped, in whatever order their events came. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"
#include "torture.h"

static struct pks_finding *records;
static size_t nr_records, records_room;

/* Stacks that callers make, as hashes. */
static __u64 *known;
static size_t nr_known;

void torture__record(const struct pks_finding *finding)
{
	if (nr_records == records_room) {
		records_room = 2 * records_room + 1024;
		records = realloc(records, records_room * sizeof(*records));
		if (!records)
			abort();
	}
	records[nr_records++] = *finding;
}

/* FNV-1a, of words. */
static __u64 stack__hash(const __u64 *address, __u64 nr)
{
	__u64 hash = 0xcbf29ce484222325ULL ^ nr;

	for (__u64 i = 0; i < nr && i < PKS_STACK_DEPTH; i++)
		hash = (hash ^ address[i]) * 0x100000001b3ULL;
	return hash;
}

static bool stack__known(__u64 hash)
{
	for (size_t i = 0; i < nr_known; i++)
		if (known[i] == hash)
			return true;
	return false;
}

static void stack__learn(const __u64 *address, __u64 nr)
{
	__u64 hash = stack__hash(address, nr);

	if (stack__known(hash))
		return;
	known = realloc(known, (nr_known + 1) * sizeof(*known));
	if (!known)
		abort();
	known[nr_known++] = hash;
}

void torture__learn(void)
{
	struct pks_stack stack;

	for (unsigned int place = 0; place < PKS_STACKS; place++)
		if (harness__stack(place, &stack))
			stack__learn(stack.address, stack.nr);
	for (size_t i = 0; i < nr_records; i++)
		stack__learn(records[i].stack, records[i].nr_stack);
	nr_records = 0;
}

void torture__forget(void)
{
	free(known);
	free(records);
	known = NULL;
	records = NULL;
	nr_known = nr_records = records_room = 0;
}

/* No stack that no caller made, and none under another's reference. */
static void check_stacks(void)
{
	struct pks_stack stack;

	for (unsigned int place = 0; place < PKS_STACKS; place++) {
		if (!harness__stack(place, &stack))
			continue;
		CHECK(stack__known(stack__hash(stack.address, stack.nr)));
		if (place < PKS_STACK_HOMES)
			CHECK_EQ(stack.id, place + 1);
		else
			CHECK_EQ((stack.id - 1 - PKS_STACK_HOMES) % PKS_STACK_RING,
				 place - PKS_STACK_HOMES);
	}
	for (size_t i = 0; i < nr_records; i++)
		CHECK(stack__known(stack__hash(records[i].stack, records[i].nr_stack)));
}

static void check_homes(const struct pks_site *sites, unsigned int first)
{
	struct pks_stack stack;

	for (unsigned int i = 0; i < PKS_SITES; i++) {
		if (!sites[i].home_stack)
			continue;
		CHECK_EQ(sites[i].home_stack, first + i + 1);
		CHECK(harness__stack(first + i, &stack));
	}
}

static void sum_sites(struct ref_site *sum, const struct torture_worker *workers, unsigned int nr,
		      unsigned int caller)
{
	*sum = (struct ref_site){ 0 };
	for (unsigned int w = 0; w < nr; w++) {
		const struct ref_site *s = &workers[w].ref.sites[caller];

		sum->grants += s->grants;
		sum->closed += s->closed;
		sum->held += s->held;
		if (s->longest > sum->longest)
			sum->longest = s->longest;
	}
}

/* Place of the site in the table; there must not be two. */
static int site_of(__u64 caller)
{
	int at = -1;

	for (int i = 0; i < PKS_SITES; i++) {
		if (harness__grant_sites()[i].caller != caller)
			continue;
		CHECK_EQ(at, -1);
		at = i;
	}
	return at;
}

static __u64 timed(const struct pks_site_stat *stat)
{
	__u64 sum = 0;

	for (int b = 0; b < PKS_BUCKETS; b++)
		sum += stat->hist[b];
	return sum;
}

/* grants = closed + leaked + open, site by site, and each hold time in its bucket. */
static void check_sites(const struct torture_worker *workers, unsigned int nr)
{
	for (int caller = 0; caller < TORTURE_CALLERS; caller++) {
		const struct pks_site_stat *stat;
		struct ref_site want;
		int at = site_of(CALLER(caller));

		sum_sites(&want, workers, nr, caller);
		CHECK_EQ(at < 0, !want.grants);
		if (at < 0)
			continue;
		stat = &harness__stats()[at];
		CHECK_EQ(harness__grants(at), want.grants);
		CHECK_EQ(timed(stat) + harness__grant_sites()[at].closed, want.closed);
		CHECK(stat->total <= want.held && stat->max <= want.longest);
		if (workers[0].way == DRIVE_CORE) {
			CHECK_EQ(stat->total, want.held);
			CHECK_EQ(stat->max, want.longest);
		}
	}
}

/* As above, of windows that are counted all together, by the count-only path and by the core. */
static void check_counted(const struct torture_worker *workers, unsigned int nr)
{
	const struct pks_site_stat *tallied = harness__tallied(), *core = &harness__stats()[0];
	struct ref_site want, all = { 0 };

	for (int caller = 0; caller < TORTURE_CALLERS; caller++) {
		sum_sites(&want, workers, nr, caller);
		all.grants += want.grants;
		all.closed += want.closed;
		all.held += want.held;
		if (want.longest > all.longest)
			all.longest = want.longest;
	}
	CHECK(harness__fastpath_open());
	CHECK_EQ(harness__count_only_open(), 0);
	CHECK_EQ(all.grants, all.closed);
	CHECK_EQ(timed(tallied) + timed(core), all.closed);
	CHECK_EQ(timed(tallied) + core->grants, all.grants);
	CHECK_EQ(tallied->total + core->total, all.held);
	CHECK_EQ(tallied->max > core->max ? tallied->max : core->max, all.longest);
	CHECK_EQ(harness__older(), 0);
}

/* All threads have ended: nothing is held. */
static void check_tables_empty(void)
{
	for (int i = 0; i < PKS_SLOTS; i++) {
		const struct pks_slot *s = &harness__slots()[i];

		if (s->owner || s->displaced || s->depth || s->off || s->special)
			CHECK_EQ(i, -1);
	}
	for (int i = 0; i < PKS_OVERFLOWS; i++)
		CHECK_EQ(harness__overflows()[i].owner, 0);
	CHECK_EQ(harness__hidden(), 0);
	for (int i = 0; i < PKS_NR_LOSSES; i++)
		CHECK_EQ(harness__lost(i), 0);
}

static struct torture_worker *worker_of(struct torture_worker *workers, unsigned int nr, __u32 tid)
{
	for (unsigned int w = 0; w < nr; w++)
		for (int i = 0; i < REF_THREADS; i++)
			if (workers[w].threads[i].tid == tid)
				return &workers[w];
	return NULL;
}

static __u64 key_of(const struct torture_worker *w, int key)
{
	return key < 0 ? 0 : w->pages[key];
}

/*
 * Where another thread has used the slot meanwhile, what this one had closed is
 * forgotten. What was not closed is never said to have been.
 */
static bool cause_allowed(enum pks_cause got, enum pks_cause want)
{
	return got == want || (want == PKS_USE_AFTER_REVOKE &&
			       (got == PKS_OTHER_THREAD_WINDOW || got == PKS_NEVER_GRANTED));
}

static bool other_allowed(const struct torture_worker *w, __u32 tid, __u32 threads)
{
	if (!threads)
		return !tid;
	for (int i = 0; i < REF_THREADS; i++)
		if ((threads & 1u << i) && w->threads[i].tid == tid)
			return true;
	return false;
}

static bool allowed(const struct torture_worker *w, const struct pks_finding *f,
		    const struct torture_expect *e)
{
	const struct ref_finding *want = &e->finding;

	return !e->seen && e->time == f->time && e->tid == f->tid && f->class == want->class &&
	       cause_allowed(f->cause, want->cause) && f->key == key_of(w, want->key) &&
	       f->key2 == key_of(w, want->key2) &&
	       (f->cause != want->cause || other_allowed(w, f->other_tid, want->others));
}

/* The first of what is expected at this time or later: in the order of time. */
static size_t expected_at(const struct torture_worker *w, __u64 time)
{
	size_t low = 0, high = w->nr_expect;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (w->expect[mid].time < time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* No finding that the reference model does not allow. */
static void check_record(struct torture_worker *workers, unsigned int nr,
			 const struct pks_finding *f)
{
	struct torture_worker *w = worker_of(workers, nr, f->tid);

	if (!CHECK(w))
		return;
	for (size_t i = expected_at(w, f->time); i < w->nr_expect; i++) {
		if (w->expect[i].time != f->time)
			break;
		if (!allowed(w, f, &w->expect[i]))
			continue;
		w->expect[i].seen = true;
		return;
	}
	if (!CHECK(!"a finding that the model does not allow"))
		printf("#   of thread %u at %llu: class %d, cause %d, key %llx, key2 %llx, of "
		       "thread %u\n",
		       f->tid, f->time, f->class, f->cause, f->key, f->key2, f->other_tid);
	for (size_t i = expected_at(w, f->time); i < w->nr_expect && w->expect[i].time == f->time;
	     i++)
		printf("#   allowed%s: class %d, cause %d, key %llx, key2 %llx, of threads %x\n",
		       w->expect[i].seen ? ", but was there" : "", w->expect[i].finding.class,
		       w->expect[i].finding.cause, key_of(w, w->expect[i].finding.key),
		       key_of(w, w->expect[i].finding.key2), w->expect[i].finding.others);
}

static void check_findings(struct torture_worker *workers, unsigned int nr)
{
	__u64 want[PKS_NR_CLASSES] = { 0 }, all = 0, missing = 0, folds = 0, delivered = 0;

	for (unsigned int w = 0; w < nr; w++)
		for (size_t i = 0; i < workers[w].nr_expect; i++)
			want[workers[w].expect[i].finding.class]++;
	for (int class = 0; class < PKS_NR_CLASSES; class ++) {
		CHECK_EQ(harness__found(class), want[class]);
		all += want[class];
	}
	for (size_t i = 0; i < nr_records; i++)
		check_record(workers, nr, &records[i]);
	for (unsigned int w = 0; w < nr; w++)
		for (size_t i = 0; i < workers[w].nr_expect; i++)
			missing += !workers[w].expect[i].seen;
	for (int i = 0; i < PKS_FOLDS; i++) {
		__u64 count = harness__folds()[i].count;

		folds += count;
		delivered += count < PKS_FOLD_DELIVER ? count : PKS_FOLD_DELIVER;
	}
	CHECK_EQ(folds, all);
	CHECK_EQ(nr_records, delivered);
	CHECK_EQ(nr_records + harness__folded() + harness__dropped(), all);
	CHECK_EQ(missing, harness__folded() + harness__dropped());
}

void torture__check(struct torture_worker *workers, unsigned int nr)
{
	__u64 unpaired = 0;

	for (unsigned int w = 0; w < nr; w++)
		unpaired += workers[w].ref.unpaired;
	CHECK_EQ(harness__older() + harness__late(), unpaired);
	check_findings(workers, nr);
	check_tables_empty();
	if (workers[0].way == DRIVE_COUNT_ONLY) {
		check_counted(workers, nr);
	} else {
		check_sites(workers, nr);
		check_stacks();
		check_homes(harness__grant_sites(), 0);
		check_homes(harness__revoke_sites(), PKS_SITES);
	}
	nr_records = 0;
}
