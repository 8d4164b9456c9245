// SPDX-License-Identifier: GPL-2.0-only
/* Rounds of several workers, each on a CPU of its own as far as there are so many. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"
#include "scenarios.h"
#include "torture.h"

#define ROUND 2048 /* events of each worker */
#define LEARN 8192 /* events of one worker, for the stacks that there are */
#define NEAR  16   /* slots: threads with homes further apart never meet */
#define SHOWN 5
#define POLL  10 /* ms */

static struct torture_worker workers[DRIVE_WORKERS];
static int running;

/* Threads that share their home with one of each other worker, and with no more. */
static void choose_threads(unsigned int nr)
{
	struct torture_worker *first = &workers[0];
	int found = 0;

	for (int n = 1; found < REF_THREADS; n++) {
		struct thread t = harness__thread(n);
		bool near = false;

		harness__place(&t);
		for (int i = 0; i < found; i++)
			near |= abs(first->threads[i].home - t.home) < NEAR;
		if (!near)
			first->threads[found++] = t;
	}
	for (unsigned int w = 1; w < nr; w++)
		for (int i = 0; i < REF_THREADS; i++)
			workers[w].threads[i] =
				harness__neighbour(&first->threads[i], w * 100 * PKS_SLOTS);
}

static void choose_pages(unsigned int nr, enum drive_way way)
{
	__u64 pages[DRIVE_WORKERS * REF_KEYS];

	/* Where windows are only counted there is no such table. */
	for (unsigned int i = 0; i < nr * REF_KEYS; i++)
		pages[i] = PAGE(i + 1);
	if (way != DRIVE_COUNT_ONLY)
		harness__pages(pages, nr * REF_KEYS);
	for (unsigned int i = 0; i < nr * REF_KEYS; i++)
		workers[i / REF_KEYS].pages[i % REF_KEYS] = pages[i];
}

static void worker__begin(struct torture_worker *w, enum drive_way way, __u64 seed, unsigned int nr,
			  unsigned long events)
{
	w->seed = draw__seed(seed);
	w->meetings = 0;
	w->workers = nr;
	w->failed = false;
	w->drive = torture__drive;
	w->way = way;
	w->wanted = events;
	w->events = 0;
	w->now = 1000000;
	w->nr_expect = 0;
	ref__init(&w->ref);
	for (int i = 0; i < REF_THREADS; i++) {
		struct thread *t = &w->threads[i];

		*t = (struct thread){ .task = t->task, .tid = t->tid, .home = t->home };
	}
}

/* The nth of the CPUs that this process may run on. */
static void pin(unsigned int nth)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	nth %= CPU_COUNT(&allowed);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || nth--)
			continue;
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

static void *worker__main(void *arg)
{
	struct torture_worker *w = arg;

	pin(w->number);
	w->drive(w);
	__atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* Workers from `first` on; the ring is read meanwhile, as the loader would. */
static void drive(unsigned int first, unsigned int nr)
{
	pthread_t threads[DRIVE_WORKERS];

	running = nr;
	for (unsigned int i = 0; i < nr; i++)
		if (!CHECK_EQ(pthread_create(&threads[i], NULL, worker__main, &workers[first + i]),
			      0))
			abort();
	while (__atomic_load_n(&running, __ATOMIC_SEQ_CST))
		harness__poll(POLL);
	for (unsigned int i = 0; i < nr; i++) {
		pthread_join(threads[i], NULL);
		CHECK(!workers[first + i].failed);
		h.events += workers[first + i].events;
	}
	harness__drain();
}

/* Each worker alone: what its stacks look like. */
static void learn(unsigned int nr, enum drive_way way, unsigned long seed)
{
	for (unsigned int i = 0; i < nr; i++) {
		harness__reset();
		worker__begin(&workers[i], way, seed, 1, LEARN);
		drive(i, 1);
		torture__learn();
	}
}

/* Pages below the end of the first pgmap that only the second one is large enough for. */
static const struct {
	__u32 last, size;
} pgmaps[] = { { 0x1000003f, 0x40 }, { 0x8000003f, 0x4000000 } };
#define PAGE_OF_NEITHER (0xffffea0000000000ULL + 0x10000000 - 0x10000)

static void publish(struct torture_worker *w)
{
	struct drive_batch *batch = harness__batch(w->number);

	for (batch->nr = 0; batch->nr < DRIVE_BATCH; batch->nr++) {
		unsigned int which = batch->nr / 2 % 2;

		batch->ops[batch->nr] = (struct drive_op){
			.event = batch->nr % 2 ? DRIVE_UNPUBLISH : DRIVE_PUBLISH,
			.key = pgmaps[which].last,
			.count = pgmaps[which].size,
		};
	}
	for (unsigned long i = 0; i < w->wanted; i++)
		w->failed |= !!harness__run_batch(w->number);
}

static void look(struct torture_worker *w)
{
	struct drive_batch *batch = harness__batch(w->number);

	for (batch->nr = 0; batch->nr < DRIVE_BATCH; batch->nr++)
		batch->ops[batch->nr] =
			(struct drive_op){ .event = DRIVE_LOOK, .key = PAGE_OF_NEITHER };
	for (unsigned long i = 0; i < w->wanted; i++)
		w->failed |= !!harness__run_batch(w->number);
}

void torture__pages(unsigned int rounds)
{
	harness__reset();
	for (unsigned int i = 0; i < 2; i++)
		workers[i] = (struct torture_worker){ .number = i,
						      .wanted = rounds,
						      .drive = i ? look : publish };
	drive(0, 2);
	CHECK_EQ(harness__batch(1)->known, 0);
}

unsigned long torture__run(unsigned int nr, enum drive_way way, unsigned long seed,
			   unsigned long events)
{
	__u64 before;
	int shown = 0, failed = 0;

	harness__reset();
	for (unsigned int i = 0; i < nr; i++)
		workers[i].number = i;
	choose_threads(nr);
	choose_pages(nr, way);
	harness__sink = torture__record;
	learn(nr, way, seed);
	before = h.events;
	do {
		harness__reset();
		for (unsigned int i = 0; i < nr; i++)
			worker__begin(&workers[i], way, seed, nr, ROUND);
		drive(0, nr);
		torture__check(workers, nr);
		if (check__take()) {
			failed++;
			if (shown++ < SHOWN)
				printf("# in the round with seed %lu, %u workers\n", seed, nr);
		}
		seed++;
	} while (h.events - before < events);
	harness__sink = NULL;
	torture__forget();
	for (unsigned int i = 0; i < nr; i++) {
		free(workers[i].expect);
		workers[i].expect = NULL;
		workers[i].expect_room = 0;
	}
	if (failed)
		printf("# %d rounds of %llu failed\n", failed, (h.events - before) / (nr * ROUND));
	CHECK_EQ(failed, 0);
	return h.events - before;
}
