/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several threads drive the core at once, each with threads of a pretended kernel
 * of its own that come to the same slots, sites and counts as the others'. No single
 * event can be compared; what has to hold is checked when all of them have stopped.
 */
#ifndef PKSTRACE_TESTS_TORTURE_H
#define PKSTRACE_TESTS_TORTURE_H

#include "drive.h"
#include "harness.h"
#include "reference.h"

#define TORTURE_CALLERS REF_CALLERS /* of grants, and as many of revokes */

/* A finding that has to be counted, and delivered unless it is folded. */
struct torture_expect {
	__u64 time;
	__u32 tid;
	bool seen;
	struct ref_finding finding;
};

struct torture_worker {
	unsigned int number;
	__u64 seed; /* the same one for all: they do the same, each with its own */
	unsigned int meetings;
	unsigned int workers;
	bool failed;
	void (*drive)(struct torture_worker *w);
	enum drive_way way;
	unsigned long wanted, events;
	__u64 now;
	struct thread threads[REF_THREADS];
	__u64 pages[REF_KEYS];
	struct reference ref;
	struct torture_expect *expect;
	size_t nr_expect, expect_room;
};

/*
 * Drives about that many events with that many workers; failing rounds are reported with
 * their seed. Returns events driven.
 */
unsigned long torture__run(unsigned int workers, enum drive_way way, unsigned long seed,
			   unsigned long events);

/*
 * One worker publishes the pages of two pgmaps in turn, as they come and go; the other
 * looks at a page of neither. Times round.
 */
void torture__pages(unsigned int rounds);

/* Of a worker, in a thread of its own: drives `wanted` events. */
void torture__drive(struct torture_worker *w);

/* The laws, when all have stopped. */
void torture__check(struct torture_worker *workers, unsigned int nr);

/* A finding out of the ring, to be looked at by torture__check(). */
void torture__record(const struct pks_finding *finding);

/* Stacks that callers make, learned while one worker drives at a time. */
void torture__learn(void);
void torture__forget(void);

#endif
