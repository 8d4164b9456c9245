// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pretended kernel that does at random what kernels do, and what buggy ones
 * do: windows nested and torn, interrupts between any two steps, boundaries,
 * stray accesses, events that the core does not see.
 */
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "harness.h"
#include "random.h"
#include "reference.h"
#include "scenarios.h"

#define ROUND	      1500 /* steps with one seed and one set of threads */
#define DEPTH	      10   /* windows of a thread, interrupts' included: under PKS_FRAMES */
#define CALLERS	      6
#define REUSED	      100000 /* added to the tid of a thread whose task_struct is used again */
#define PROBLEM_SHOWN 5

/*
 * The steps of one round. Each has random numbers of its own: without one of them the others
 * are still tried as they were.
 */
struct stream {
	enum random_kind kind;
	__u64 seed;
	bool wrong_model; /* expects a finding too many: for the test of what makes streams short */
	unsigned int nr;  /* steps until it failed, or all */
	bool skipped[ROUND];
};

struct world {
	enum random_kind kind;
	bool wrong_model;
	__u64 seed;
	bool in_flight; /* a probe has run, its body has not */
	struct reference ref;
	struct thread threads[REF_THREADS];
	__u64 pages[REF_KEYS];
	/* RANDOM_MISSES: the core has seen the thread since its last missed event */
	bool in_step[REF_THREADS];
	/* An interrupt came before a body had run: the core may doubt what it sees */
	bool guessed[REF_THREADS];
};

static const char *const names[NR_RANDOM_KINDS] = {
	[RANDOM_EXACT] = "against the reference model",
	[RANDOM_MISSES] = "balanced threads and missed events make no sure finding",
	[RANDOM_WILD] = "bugs and missed events keep the invariant",
};

const char *random__name(enum random_kind kind)
{
	return names[kind];
}

static unsigned int draw(struct world *w, unsigned int below)
{
	return draw__below(&w->seed, below);
}

static bool chance(struct world *w, unsigned int percent)
{
	return draw__chance(&w->seed, percent);
}

static __u64 page_of(const struct world *w, int key)
{
	return key < 0 ? 0 : w->pages[key];
}

/* Repeats would not be delivered: forget that they are repeats. */
static void forget_folds(void)
{
	memset(harness__folds(), 0, PKS_FOLDS * sizeof(struct pks_fold));
}

static bool is_one_of(const struct world *w, __u32 tid, __u32 threads)
{
	if (!threads)
		return !tid;
	for (int i = 0; i < REF_THREADS; i++)
		if ((threads & 1u << i) && w->threads[i].tid == tid)
			return true;
	return false;
}

static void compare_record(const struct world *w, const struct pks_finding *f,
			   const struct ref_finding *want, int thread)
{
	CHECK_EQ(f->class, want->class);
	CHECK_EQ(f->cause, want->cause);
	CHECK_EQ(f->key, page_of(w, want->key));
	CHECK_EQ(f->key2, page_of(w, want->key2));
	CHECK_EQ(f->tid, w->threads[thread].tid);
	CHECK(is_one_of(w, f->other_tid, want->others));
	if (!w->guessed[thread])
		CHECK_EQ(f->unsure, 0);
}

/*
 * The last event's findings: each counted, and delivered as long as they can't
 * be taken for repeats of each other.
 */
static void compare(const struct world *w, const struct ref_expect *expect, int thread)
{
	__u64 want[PKS_NR_CLASSES] = { 0 };

	for (int i = 0; i < expect->nr; i++)
		want[expect->findings[i].class] += 1 + w->wrong_model;
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		CHECK_EQ(h.found[i], want[i]);
	if (expect->nr <= PKS_FOLD_DELIVER && !CHECK_EQ(h.nr_records, expect->nr))
		for (int i = 0; i < expect->nr || i < h.nr_records; i++)
			printf("#   finding %d: got class %d, want class %d\n", i,
			       i < h.nr_records ? h.records[i].class : 0,
			       i < expect->nr ? (int)expect->findings[i].class : 0);
	for (int i = 0; i < expect->nr && h.nr_records == expect->nr; i++)
		compare_record(w, &h.records[i], &expect->findings[i], thread);
	if (expect->nr)
		forget_folds();
}

/*
 * Of threads that do nothing wrong: no finding that says it is sure. (An
 * ineffective window is the kernel's own doing.)
 */
static void expect_no_sure_finding(void)
{
	for (int i = 0; i < h.nr_records; i++)
		if (h.records[i].class != PKS_INEFFECTIVE_GRANT)
			CHECK(h.records[i].unsure);
	if (h.nr_records)
		forget_folds();
}

static void compare_windows(const struct world *w, int thread)
{
	const struct ref_thread *t = &w->ref.threads[thread];
	const struct pks_slot *s = harness__slot(&w->threads[thread]);

	CHECK_EQ(s ? s->depth : 0, t->nr);
	for (int i = 0; s && i < t->nr; i++) {
		CHECK_EQ(s->frames[i].key, w->pages[t->windows[i].key]);
		CHECK_EQ(s->frames[i].context, t->windows[i].context);
	}
}

static void interrupt(struct world *w, int thread, __u8 above);

/*
 * What a missed event may look like without being a defect of the core: one
 * miss per event passed on, or two could undo each other unseen; and none in an
 * interrupt between probe and body, where that body could undo it.
 */
static bool may_miss(const struct world *w, int thread)
{
	return w->kind == RANDOM_WILD ||
	       (w->kind == RANDOM_MISSES && w->in_step[thread] && !w->in_flight);
}

/* A grant or a revoke, with what may come between its two halves. */
static void window_event(struct world *w, int thread, enum body body, __u8 context, int key)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect expect = { 0 };
	__u64 caller = CALLER(draw(w, CALLERS) + (body == BODY_GRANT ? 0 : CALLERS));
	bool was = w->in_flight;

	if (body == BODY_GRANT)
		ref__grant(&w->ref, thread, context, key, t->open[context] || t->count <= 0);
	else
		ref__revoke(&w->ref, thread, context, key, t->open[context], &expect);

	if (may_miss(w, thread) && chance(w, 4)) {
		harness__miss(t, body, context);
		w->in_step[thread] = false;
		return;
	}
	harness__probe(t, body, context, w->pages[key], caller, true);
	w->in_step[thread] = true;
	if (w->kind == RANDOM_EXACT) {
		compare(w, &expect, thread);
		compare_windows(w, thread);
	} else if (w->kind == RANDOM_MISSES) {
		expect_no_sure_finding();
	}
	w->in_flight = true;
	/* One event in flight is all that the core can tell from a missed one. */
	if (!was && chance(w, 12))
		interrupt(w, thread, context);
	w->in_flight = was;
	harness__body(t, body, context);
}

static void grant(struct world *w, int thread, __u8 context)
{
	if (w->ref.threads[thread].nr < DEPTH)
		window_event(w, thread, BODY_GRANT, context, draw(w, REF_KEYS));
}

/* Closes the context's newest window properly; false where it has none. */
static bool revoke_own(struct world *w, int thread, __u8 context)
{
	const struct ref_thread *t = &w->ref.threads[thread];

	if (!t->nr || t->windows[t->nr - 1].context != context)
		return false;
	window_event(w, thread, BODY_REVOKE, context, t->windows[t->nr - 1].key);
	return true;
}

static void revoke_all_own(struct world *w, int thread, __u8 context)
{
	while (revoke_own(w, thread, context))
		;
}

static void boundary(struct world *w, int thread, __u8 context, enum pks_boundary which)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect expect = { 0 };

	ref__boundary(&w->ref, thread, context, which, t->open[context], &expect);
	harness__boundary(t, context, which);
	w->in_step[thread] = true;
	if (w->kind == RANDOM_EXACT)
		compare(w, &expect, thread);
	else if (w->kind == RANDOM_MISSES)
		expect_no_sure_finding();
	if (which == PKS_THREAD_EXIT) {
		t->count = 0;
		t->logical = 0;
		memset(t->open, 0, sizeof(t->open));
		t->tid += REUSED;
	}
}

/* The thread ends, and another one that a fork makes gets its task_struct. */
static void fork_into(struct world *w, int parent, int child)
{
	struct thread *p = &w->threads[parent], *c = &w->threads[child];

	if (parent == child || w->kind != RANDOM_EXACT)
		return;
	boundary(w, child, PKS_TASK, PKS_THREAD_EXIT);
	if (p->count <= 0)
		return;
	ref__inherit(&w->ref, child, p->count);
	harness__inherit(c, p->count);
	c->open[PKS_TASK] = true;
	CHECK_EQ(h.nr_records, 0);
}

/* As the boundary programs decide: nothing open, nothing to look at. */
static void task_boundary(struct world *w, int thread)
{
	const struct thread *t = &w->threads[thread];
	bool exit = chance(w, 10);

	if (w->kind == RANDOM_MISSES)
		revoke_all_own(w, thread, PKS_TASK);
	if (t->count || t->open[PKS_TASK] || (exit && harness__slot(t)))
		boundary(w, thread, PKS_TASK, exit ? PKS_THREAD_EXIT : PKS_SYSCALL_EXIT);
}

/* An interrupt's end is one only while the newest window is its own. */
static void interrupt_boundary(struct world *w, int thread, __u8 context)
{
	const struct pks_slot *s = harness__slot(&w->threads[thread]);

	if (!w->threads[thread].count || !s || s->depth < 1 || s->depth > PKS_FRAMES ||
	    s->frames[s->depth - 1].context < context)
		return;
	boundary(w, thread, context, context == PKS_SOFTIRQ ? PKS_SOFTIRQ_END : PKS_IRQ_END);
}

static void fault(struct world *w, int thread, __u8 context)
{
	struct thread *t = &w->threads[thread];
	struct ref_expect expect = { 0 };
	int key = draw(w, REF_KEYS);
	bool handled = chance(w, 50);

	if (t->open[context] || w->kind != RANDOM_EXACT)
		return;
	ref__fault(&w->ref, thread, context, key, handled, &expect);
	harness__fault(t, context, w->pages[key], handled);
	compare(w, &expect, thread);
}

/* What a buggy driver does at a revoke. */
static void revoke_anything(struct world *w, int thread, __u8 context)
{
	window_event(w, thread, BODY_REVOKE, context, draw(w, REF_KEYS));
}

static void step(struct world *w, int thread, __u8 context)
{
	unsigned int what = draw(w, 100);

	if (what < 45)
		grant(w, thread, context);
	else if (what < 85)
		revoke_own(w, thread, context);
	else if (what < 89)
		fault(w, thread, context);
	else if (what < 93 && w->kind != RANDOM_MISSES)
		revoke_anything(w, thread, context);
	else if (context == PKS_TASK)
		task_boundary(w, thread);
}

static void interrupt(struct world *w, int thread, __u8 above)
{
	__u8 context = above == PKS_TASK && chance(w, 50) ? PKS_SOFTIRQ : PKS_HARDIRQ;

	if (above >= PKS_HARDIRQ)
		return;
	w->guessed[thread] |= w->in_flight;
	harness__interrupt(&w->threads[thread], context);
	for (int n = draw(w, 6); n > 0; n--)
		step(w, thread, context);
	if (w->kind == RANDOM_MISSES || chance(w, 60))
		revoke_all_own(w, thread, context);
	interrupt_boundary(w, thread, context);
}

/* Threads that share no slot; some of them already inside windows. */
static void choose_threads(struct world *w)
{
	int nr = 0;

	for (int n = 1 + draw(w, 1000); nr < REF_THREADS; n++) {
		struct thread t = harness__thread(n);
		bool near = false;

		harness__place(&t);
		for (int i = 0; i < nr; i++)
			near |= w->threads[i].home == t.home;
		if (!near)
			w->threads[nr++] = t;
	}
	for (int i = 0; i < REF_THREADS; i++) {
		if (w->kind == RANDOM_MISSES || chance(w, 70))
			continue;
		w->threads[i].count = w->threads[i].logical = w->ref.threads[i].count =
			1 + draw(w, 2);
		w->threads[i].open[PKS_TASK] = true;
	}
}

static __u64 step__seed(const struct stream *s, unsigned int number)
{
	return draw__seed(s->seed * (ROUND + 1) + number);
}

static void stream__steps(struct stream *s, struct world *w)
{
	for (unsigned int i = 0; i < s->nr; i++) {
		int thread;

		if (s->skipped[i])
			continue;
		w->seed = step__seed(s, i + 1);
		thread = draw(w, REF_THREADS);
		if (chance(w, 15))
			interrupt(w, thread, PKS_TASK);
		if (chance(w, 2))
			fork_into(w, draw(w, REF_THREADS), thread);
		step(w, thread, PKS_TASK);
		if (check__failed())
			s->nr = i + 1;
	}
}

/* True if all was as it has to be; otherwise ->nr is the step that failed. */
static bool stream__run(struct stream *s)
{
	struct world w = { .kind = s->kind,
			   .wrong_model = s->wrong_model,
			   .seed = step__seed(s, 0) };

	harness__reset();
	ref__init(&w.ref);
	harness__pages(w.pages, REF_KEYS);
	choose_threads(&w);
	h.exact = s->kind == RANDOM_EXACT;
	stream__steps(s, &w);
	if (s->kind == RANDOM_EXACT) {
		CHECK_EQ(harness__older() + harness__late(), w.ref.unpaired);
		CHECK_EQ(harness__lost(PKS_LOST_MISMATCH), 0);
	}
	return !check__take();
}

/* Takes out of one that fails what it fails without: long pieces first, single steps last. */
static unsigned int stream__shrink(struct stream *s)
{
	unsigned int left = 0;

	h.quiet = true;
	for (unsigned int size = s->nr; size; size /= 2)
		for (unsigned int at = 0; at < s->nr; at += size) {
			struct stream shorter = *s;

			for (unsigned int i = at; i < at + size && i < s->nr; i++)
				shorter.skipped[i] = true;
			if (!stream__run(&shorter))
				*s = shorter;
		}
	h.quiet = false;
	for (unsigned int i = 0; i < s->nr; i++)
		left += !s->skipped[i];
	return left;
}

/* Once more, event by event. */
static void stream__show(struct stream *s, unsigned int steps)
{
	bool verbose = h.verbose;

	printf("# seed %llu, %u steps of it:\n", s->seed, steps);
	h.verbose = true;
	stream__run(s);
	h.verbose = verbose;
}

static bool run_round(enum random_kind kind, __u64 seed, int *shown)
{
	struct stream s = { .kind = kind, .seed = seed, .nr = ROUND };

	if (stream__run(&s))
		return true;
	if ((*shown)++ < PROBLEM_SHOWN)
		stream__show(&s, stream__shrink(&s));
	return false;
}

unsigned int random__shortest(unsigned long seed)
{
	struct stream s = { .kind = RANDOM_EXACT, .wrong_model = true, .seed = seed, .nr = ROUND };
	bool held;

	h.quiet = true;
	held = stream__run(&s);
	h.quiet = false;
	return held ? 0 : stream__shrink(&s);
}

unsigned long random__run(enum random_kind kind, unsigned long seed, unsigned long events)
{
	__u64 before = h.events;
	int shown = 0, failed = 0;

	do
		failed += !run_round(kind, seed++, &shown);
	while (h.events - before < events);
	CHECK_EQ(failed, 0);
	return h.events - before;
}
