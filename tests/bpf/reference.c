// SPDX-License-Identifier: GPL-2.0-only
/* The rules of reference.h, written for the reader and not for speed. */
#include <assert.h>
#include <string.h>

#include "reference.h"

#define REF_TAKEN 4 /* windows that are looked for at one boundary */

static void thread__init(struct ref_thread *t)
{
	*t = (struct ref_thread){ 0 };
	for (int i = 0; i < PKS_HISTORY; i++)
		t->closed[i] = -1;
}

void ref__init(struct reference *ref)
{
	*ref = (struct reference){ 0 };
	for (int i = 0; i < REF_THREADS; i++)
		thread__init(&ref->threads[i]);
	for (int i = 0; i < REF_KEYS; i++)
		ref->opener[i] = -1;
}

static struct ref_finding *expect__add(struct ref_expect *expect, enum pks_class class, int key)
{
	struct ref_finding *f = &expect->findings[expect->nr++];

	assert(expect->nr <= REF_EXPECT);
	*f = (struct ref_finding){ .class = class, .key = key, .key2 = -1 };
	return f;
}

static bool holds(const struct ref_thread *t, int key)
{
	for (int i = 0; i < t->nr; i++)
		if (t->windows[i].key == key)
			return true;
	return false;
}

/*
 * The threads, others than `thread`, that have a window on this page: of several, the one
 * that opened it last, if that was the last to open any on it.
 */
static __u32 holders(const struct reference *ref, int thread, int key)
{
	int last = ref->opener[key];
	__u32 all = 0;

	if (last >= 0 && last != thread && holds(&ref->threads[last], key))
		return 1u << last;
	for (int other = 0; other < REF_THREADS; other++)
		if (other != thread && holds(&ref->threads[other], key))
			all |= 1u << other;
	return all;
}

/* What is in the count beside the windows on the list. */
static int surplus(const struct ref_thread *t)
{
	return t->count - t->nr;
}

void ref__grant(struct reference *ref, int thread, __u8 context, int key, bool open)
{
	struct ref_thread *t = &ref->threads[thread];

	assert(t->nr < REF_DEPTH);
	t->windows[t->nr++] = (struct ref_window){ .key = key,
						   .caller = ref->caller,
						   .since = ref->now,
						   .context = context,
						   .closed = !open };
	ref->sites[ref->caller].grants++;
	t->count++;
	ref->opener[key] = thread;
}

static void count_closed(struct reference *ref, const struct ref_window *w)
{
	struct ref_site *site = &ref->sites[w->caller];
	__u64 held = ref->now - w->since;

	site->closed++;
	site->held += held;
	if (held > site->longest)
		site->longest = held;
}

static void close_window(struct reference *ref, struct ref_thread *t, int at)
{
	if (!t->windows[at].taken)
		count_closed(ref, &t->windows[at]);
	memmove(&t->closed[1], &t->closed[0], (PKS_HISTORY - 1) * sizeof(t->closed[0]));
	t->closed[0] = t->windows[at].key;
	memmove(&t->windows[at], &t->windows[at + 1], (t->nr - at - 1) * sizeof(t->windows[0]));
	t->nr--;
}

/* Which window the revoke of this page closes, when it may close one. */
static int closed_by(const struct ref_thread *t, int key, struct ref_expect *expect)
{
	int top = t->nr - 1;

	if (t->windows[top].key == key)
		return top;
	for (int i = top - 1; i >= 0; i--) {
		if (t->windows[i].key != key)
			continue;
		expect__add(expect, PKS_OUT_OF_ORDER, key)->key2 = t->windows[top].key;
		return i;
	}
	expect__add(expect, PKS_WRONG_PAGE, key)->key2 = t->windows[top].key;
	return top;
}

/* The newest window on this page of the thread that an interrupt hit, if it is open; -1. */
static int interrupted(const struct ref_thread *t, __u8 context, int key)
{
	for (int i = t->nr - 1; context != PKS_TASK && i >= 0; i--)
		if (t->windows[i].key == key)
			return t->windows[i].taken ? -1 : i;
	return -1;
}

/* It is closed in the interrupt alone, whose exit restores the thread's key. */
static void take_window(struct reference *ref, struct ref_thread *t, int at, bool open)
{
	t->windows[at].taken = true;
	count_closed(ref, &t->windows[at]);
	t->residue |= t->count == 1 && !open;
}

void ref__revoke(struct reference *ref, int thread, __u8 context, int key, bool open,
		 struct ref_expect *expect)
{
	struct ref_thread *t = &ref->threads[thread];

	if (t->nr && t->windows[t->nr - 1].context >= context) {
		int at = closed_by(t, key, expect);

		if ((!open || t->windows[at].closed) && surplus(t) >= 0 && !expect->nr)
			expect__add(expect, PKS_INEFFECTIVE_GRANT, t->windows[at].key);
		close_window(ref, t, at);
	} else if (interrupted(t, context, key) >= 0) {
		expect__add(expect, PKS_CROSS_THREAD, key);
		take_window(ref, t, interrupted(t, context, key), open);
	} else if (!t->nr && surplus(t) > 0) {
		ref->unpaired++;
		if (t->reported > 0)
			t->reported--;
	} else {
		__u32 others = holders(ref, thread, key);

		expect__add(expect, others ? PKS_CROSS_THREAD : PKS_UNDERFLOW, key)->others =
			others;
	}
	t->count--;
	if (!t->nr && !t->count && context == PKS_TASK)
		t->residue = false;
}

/* What an interrupt has revoked is closed, at the latest where all windows have to be. */
static void drop_taken(struct ref_thread *t)
{
	for (int i = 0; surplus(t) < 0 && i < t->nr; i++) {
		if (!t->windows[i].taken)
			continue;
		memmove(&t->windows[i], &t->windows[i + 1], (--t->nr - i) * sizeof(t->windows[0]));
		return;
	}
}

void ref__boundary(struct reference *ref, int thread, __u8 context, enum pks_boundary boundary,
		   bool open, struct ref_expect *expect)
{
	struct ref_thread *t = &ref->threads[thread];

	for (int i = 0; context == PKS_TASK && i < REF_TAKEN; i++)
		drop_taken(t);
	/* Over-revoked: the oldest windows are not in the count, so not open. */
	while (context == PKS_TASK && t->nr && surplus(t) < 0)
		memmove(&t->windows[0], &t->windows[1], --t->nr * sizeof(t->windows[0]));
	while (t->nr && t->windows[t->nr - 1].context >= context) {
		expect__add(expect, PKS_LEAK, t->windows[--t->nr].key);
		if (surplus(t) > 0)
			t->reported++;
	}
	if (context == PKS_TASK && surplus(t) > t->reported) {
		expect__add(expect, PKS_LEAK, -1);
		t->reported = surplus(t);
	}
	if (context == PKS_TASK && t->residue && !t->count && open) {
		expect__add(expect, PKS_RESIDUE, -1);
		t->residue = false;
	}
	if (context == PKS_TASK && !open)
		t->residue = false;
	if (boundary == PKS_THREAD_EXIT)
		thread__init(t);
}

void ref__inherit(struct reference *ref, int child, int count)
{
	ref->threads[child].count = count;
	ref->threads[child].reported = count;
}

static enum pks_cause cause_of(const struct reference *ref, int thread, __u8 context, int key,
			       __u32 *others)
{
	const struct ref_thread *t = &ref->threads[thread];

	if (t->nr && surplus(t) < 0)
		return t->windows[t->nr - 1].taken ? PKS_USE_AFTER_REVOKE : PKS_POISONED_GRANT;
	if (t->nr)
		return context == PKS_TASK ? PKS_EXCEPTION_IN_WINDOW : PKS_IRQ_IN_WINDOW;
	for (int i = 0; i < PKS_HISTORY; i++)
		if (t->closed[i] == key)
			return PKS_USE_AFTER_REVOKE;
	*others = holders(ref, thread, key);
	return *others ? PKS_OTHER_THREAD_WINDOW : PKS_NEVER_GRANTED;
}

void ref__fault(struct reference *ref, int thread, __u8 context, int key, bool handled,
		struct ref_expect *expect)
{
	struct ref_thread *t = &ref->threads[thread];
	struct ref_finding *f = expect__add(expect, PKS_STRAY_ACCESS, key);

	f->cause = cause_of(ref, thread, context, key, &f->others);
	if (handled && context == PKS_TASK && !t->count)
		t->residue = true;
}
