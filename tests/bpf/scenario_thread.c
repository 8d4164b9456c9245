// SPDX-License-Identifier: GPL-2.0-only
/* Counts by thread, of which there may be more than rows: here CALLER(i) is the thread i. */
#include "scenario_check.h"

#define WINDOWS 2 /* of each thread */

static void windows_of(int thread)
{
	struct thread t = harness__thread(1);

	for (int i = 0; i < WINDOWS; i++) {
		harness__grant(&t, PKS_TASK, PAGE(1), CALLER(thread));
		harness__revoke(&t, PKS_TASK, PAGE(1), CALLER(1));
	}
}

static void more_threads_than_rows_in_churn(void)
{
	int threads = 10 * PKS_SITES, rows = 0;
	__u64 closed;

	for (int i = 0; i < threads; i++) {
		windows_of(i);
		harness__end(CALLER(i));
	}
	CHECK_EQ(sum_of_grants(&closed), threads * WINDOWS);
	CHECK_EQ(closed, threads * WINDOWS);
	for (int i = 1; i < PKS_SITES; i++) {
		__u64 grants = harness__stats()[i].grants;

		rows += grants == WINDOWS;
		CHECK(!grants || grants == WINDOWS);
		CHECK_EQ(!grants, !harness__grant_sites()[i].caller);
	}
	CHECK(rows > PKS_SITES * 3 / 4);
	CHECK_EQ(harness__stats()[0].grants, (threads - rows) * WINDOWS);
	lost_nothing_but(LOST_NOTHING);
}

/* A thread that lives keeps its row, whatever comes and goes around it. */
static void living_threads_keep_their_rows(void)
{
	int living = PKS_SITES / 4, found = 0;
	__u64 closed;

	for (int i = 0; i < living; i++)
		windows_of(i);
	for (int i = living; i < 5 * PKS_SITES; i++) {
		windows_of(i);
		harness__end(CALLER(i));
	}
	for (int i = 0; i < living; i++)
		windows_of(i);
	for (int i = 1; i < PKS_SITES; i++)
		found += harness__stats()[i].grants == 2 * WINDOWS;
	CHECK_EQ(found, living);
	CHECK_EQ(sum_of_grants(&closed), (5 * PKS_SITES + living) * WINDOWS);
	lost_nothing_but(LOST_NOTHING);
}

static void more_living_threads_than_rows(void)
{
	int threads = 2 * PKS_SITES;
	__u64 closed;

	for (int i = 0; i < threads; i++)
		windows_of(i);
	CHECK_EQ(sum_of_grants(&closed), threads * WINDOWS);
	CHECK_EQ(closed, threads * WINDOWS);
	CHECK_EQ(harness__stats()[0].grants, harness__lost(PKS_LOST_SITE));
	CHECK(harness__lost(PKS_LOST_SITE) > PKS_SITES);
}

const struct scenario thread_scenarios[] = {
	{ "by thread: the rows of ended ones are reused, and the counts add up",
	  more_threads_than_rows_in_churn },
	{ "by thread: living ones keep their rows", living_threads_keep_their_rows },
	{ "by thread: more living ones than rows go into one, and that is said",
	  more_living_threads_than_rows },
	{ 0 },
};
