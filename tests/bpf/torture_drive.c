// SPDX-License-Identifier: GPL-2.0-only
/* One worker: events at random, as of a kernel with bugs, and what has to come of them. */
#include <stdlib.h>

#include "draw.h"
#include "scenarios.h"
#include "torture.h"

#define DEPTH 20 /* windows of a thread: some need a block for the deeper ones */

static unsigned int draw(struct torture_worker *w, unsigned int below)
{
	return draw__below(&w->seed, below);
}

static bool chance(struct torture_worker *w, unsigned int percent)
{
	return draw__chance(&w->seed, percent);
}

static void batch__flush(struct torture_worker *w)
{
	struct drive_batch *batch = harness__batch(w->number);

	if (batch->nr && harness__run_batch(w->number))
		w->failed = true;
	batch->nr = 0;
}

static struct drive_op *batch__add(struct torture_worker *w)
{
	struct drive_batch *batch = harness__batch(w->number);

	if (batch->nr == DRIVE_BATCH)
		batch__flush(w);
	return &batch->ops[batch->nr++];
}

/* What the workers do next, they do at one moment. */
static void meet(struct torture_worker *w)
{
	if (w->meetings >= DRIVE_MEETINGS)
		return;
	*batch__add(w) =
		(struct drive_op){ .event = DRIVE_MEET, .key = w->meetings++, .count = w->workers };
}

/*
 * Time differs from worker to worker, and windows grow longer: each is the longest of
 * its site, until another worker's ends.
 */
static void op(struct torture_worker *w, enum drive_event event, int thread, __u8 context, int key,
	       __u64 caller, __u8 boundary)
{
	struct thread *t = &w->threads[thread];

	if (chance(w, 20))
		meet(w);
	w->now += 1000 + 4 * w->events + w->number;
	w->events++;
	*batch__add(w) = (struct drive_op){
		.event = event,
		.task = t->task,
		.tid = t->tid,
		.count = t->count,
		.context = context,
		.key = key < 0 ? 0 : w->pages[key],
		.caller = caller,
		.now = w->now,
		.open = t->open[context],
		.boundary = boundary,
		.page_form = 1,
		.way = w->way,
	};
	w->ref.now = w->now;
}

static void expect(struct torture_worker *w, int thread, const struct ref_expect *expect)
{
	if (w->nr_expect + expect->nr > w->expect_room) {
		w->expect_room = 2 * w->expect_room + REF_EXPECT;
		w->expect = realloc(w->expect, w->expect_room * sizeof(*w->expect));
		if (!w->expect)
			abort();
	}
	for (int i = 0; i < expect->nr; i++)
		w->expect[w->nr_expect++] = (struct torture_expect){
			.time = w->now,
			.tid = w->threads[thread].tid,
			.finding = expect->findings[i],
		};
}

/* Sites come into use one by one, by all workers at once. */
static int caller(struct torture_worker *w)
{
	unsigned int used = w->events / 16 + 1;

	return draw(w, used < TORTURE_CALLERS ? used : TORTURE_CALLERS);
}

static void grant(struct torture_worker *w, int thread, __u8 context, int key)
{
	struct thread *t = &w->threads[thread];

	if (w->ref.threads[thread].nr >= DEPTH)
		return;
	w->ref.caller = caller(w);
	op(w, DRIVE_GRANT, thread, context, key, CALLER(w->ref.caller), 0);
	ref__grant(&w->ref, thread, context, key, t->open[context] || t->count <= 0);
	harness__body(t, BODY_GRANT, context);
}

static void revoke(struct torture_worker *w, int thread, __u8 context, int key)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect found = { 0 };

	op(w, DRIVE_REVOKE, thread, context, key, CALLER(TORTURE_CALLERS + caller(w)), 0);
	ref__revoke(&w->ref, thread, context, key, t->open[context], &found);
	harness__body(t, BODY_REVOKE, context);
	expect(w, thread, &found);
}

/* Closes the context's newest window properly; false where it has none. */
static bool revoke_own(struct torture_worker *w, int thread, __u8 context)
{
	const struct ref_thread *t = &w->ref.threads[thread];

	if (!t->nr || t->windows[t->nr - 1].context != context)
		return false;
	revoke(w, thread, context, t->windows[t->nr - 1].key);
	return true;
}

static void fault(struct torture_worker *w, int thread, __u8 context, int key, bool handled)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect found = { 0 };

	if (t->open[context])
		return;
	op(w, DRIVE_FAULT, thread, context, key, 0xfa017, 0);
	harness__batch(w->number)->ops[harness__batch(w->number)->nr - 1].handled = handled;
	ref__fault(&w->ref, thread, context, key, handled, &found);
	if (handled)
		t->open[context] = true;
	expect(w, thread, &found);
}

static void boundary(struct torture_worker *w, int thread, __u8 context, enum pks_boundary which)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect found = { 0 };

	op(w, DRIVE_BOUNDARY, thread, context, -1, 0, which);
	ref__boundary(&w->ref, thread, context, which, t->open[context], &found);
	expect(w, thread, &found);
	if (which != PKS_THREAD_EXIT)
		return;
	t->count = 0;
	for (int i = 0; i < PKS_NR_CONTEXTS; i++)
		t->open[i] = false;
}

static void step(struct torture_worker *w, int thread, __u8 context)
{
	unsigned int what = draw(w, 100), key = draw(w, REF_KEYS);
	bool half = chance(w, 50), exit = chance(w, 20);

	if (what < 46)
		grant(w, thread, context, key);
	else if (what < 86)
		revoke_own(w, thread, context);
	else if (what < 89)
		fault(w, thread, context, key, half);
	else if (what < 92)
		revoke(w, thread, context, key);
	else if (context == PKS_TASK)
		boundary(w, thread, PKS_TASK, exit ? PKS_THREAD_EXIT : PKS_SYSCALL_EXIT);
}

static void interrupt(struct torture_worker *w, int thread)
{
	const struct ref_thread *t = &w->ref.threads[thread];
	__u8 context = chance(w, 50) ? PKS_SOFTIRQ : PKS_HARDIRQ;

	w->threads[thread].open[context] = false;
	for (int n = draw(w, 5); n > 0; n--)
		step(w, thread, context);
	if (chance(w, 60))
		while (revoke_own(w, thread, context))
			;
	/* An interrupt's end is one only while the newest window is its own. */
	if (w->threads[thread].count && t->nr && t->windows[t->nr - 1].context >= context)
		boundary(w, thread, context,
			 context == PKS_SOFTIRQ ? PKS_SOFTIRQ_END : PKS_IRQ_END);
}

/* Windows that are only counted are balanced ones: the first finding would end that. */
static void step_counted(struct torture_worker *w, int thread)
{
	unsigned int key = draw(w, REF_KEYS);

	if (chance(w, 50) && w->ref.threads[thread].nr < 4)
		grant(w, thread, PKS_TASK, key);
	else
		revoke_own(w, thread, PKS_TASK);
}

void torture__drive(struct torture_worker *w)
{
	while (w->events < w->wanted && !w->failed) {
		int thread = draw(w, REF_THREADS);

		if (w->way == DRIVE_COUNT_ONLY) {
			step_counted(w, thread);
			continue;
		}
		if (chance(w, 10))
			interrupt(w, thread);
		step(w, thread, PKS_TASK);
	}
	for (int i = 0; i < REF_THREADS; i++) {
		if (w->way != DRIVE_COUNT_ONLY)
			boundary(w, i, PKS_TASK, PKS_THREAD_EXIT);
		while (revoke_own(w, i, PKS_TASK))
			;
	}
	batch__flush(w);
}
