// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the window core in BPF, on the running kernel, without protection
 * keys: made-up events in, findings and counts out. Prints TAP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "random.h"
#include "scenarios.h"
#include "torture.h"

#define EVENTS	    240000 /* in all random runs together */
#define TORTURE	    200000 /* of several threads at once */
#define PAGES_SHORT 2000   /* batches */
#define PAGES_LONG  100000
#define FIRST_SEED  1
#define SHORT	    4 /* steps */

static int nr_tests;
static int nr_failed;

static void test__begin(void)
{
	harness__reset();
	check__take();
}

static void test__end(const char *name)
{
	bool failed = check__take();

	nr_failed += failed;
	printf("%sok %d - %s%s\n", failed ? "not " : "", ++nr_tests, name,
	       h.way == DRIVE_CORE ? ", without the fast path" : "");
	fflush(stdout);
}

static void run_scenarios(const struct scenario *scenarios)
{
	for (const struct scenario *s = scenarios; s->name; s++) {
		test__begin();
		s->run();
		test__end(s->name);
	}
}

static void run_random(unsigned long seed, unsigned long events)
{
	for (int i = 0; i < NR_RANDOM_KINDS; i++) {
		unsigned long done;
		char name[160];

		test__begin();
		done = random__run(i, seed, events / NR_RANDOM_KINDS);
		snprintf(name, sizeof(name), "random, %s: %lu events, seed %lu", random__name(i),
			 done, seed);
		test__end(name);
	}
}

/* Scenarios for which the core must be loaded with other settings. */
static int run_otherwise(enum pks_count_source truth, enum pks_by by,
			 const struct scenario *scenarios)
{
	int err = harness__open(truth, by);

	if (err) {
		printf("Bail out! the window core can't be loaded again: %s\n", strerror(-err));
		return err;
	}
	run_scenarios(scenarios);
	harness__close();
	return 0;
}

/* How much of them goes by each of the ways. */
static const struct {
	enum drive_way way;
	const char *name;
	unsigned int percent;
} tortures[] = {
	{ DRIVE_FAST, "the fast path", 40 },
	{ DRIVE_CORE, "the core", 40 },
	{ DRIVE_COUNT_ONLY, "counted", 20 },
};

static int run_torture(unsigned int workers, unsigned long seed, unsigned long events)
{
	for (size_t i = 0; i < sizeof(tortures) / sizeof(tortures[0]); i++) {
		enum pks_by by = tortures[i].way == DRIVE_COUNT_ONLY ? PKS_BY_ALL : PKS_BY_SITE;
		unsigned long done;
		char name[160];
		int err;

		h.way = tortures[i].way;
		err = harness__open(PKS_COUNT_SOURCE_PGMAP, by);
		if (err) {
			printf("Bail out! the window core can't be loaded again: %s\n",
			       strerror(-err));
			return err;
		}
		test__begin();
		done = torture__run(workers, tortures[i].way, seed,
				    events * tortures[i].percent / 100);
		snprintf(name, sizeof(name), "%u threads at once, %s: %lu events, seed %lu",
			 workers, tortures[i].name, done, seed);
		h.way = DRIVE_FAST;
		test__end(name);
		harness__close();
	}
	return 0;
}

/* A failure becomes a stream that can be read. */
static void run_shrink(unsigned long seed)
{
	unsigned int steps = random__shortest(seed);

	test__begin();
	CHECK(steps >= 1 && steps <= SHORT);
	test__end("a random stream that fails is made short");
}

static void run_all(unsigned long seed, unsigned long events)
{
	run_scenarios(pairing_scenarios);
	run_scenarios(sync_scenarios);
	run_scenarios(fault_scenarios);
	run_scenarios(table_scenarios);
	run_random(seed, events);
	run_shrink(seed);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (errno || end == text || *end || text[0] == '-') {
		fprintf(stderr, "window_test: %s is not a number\n", text);
		exit(2);
	}
	return n;
}

/* With one thread, all that is random with this many events. */
static int run_single(unsigned long seed, unsigned long events)
{
	h.way = DRIVE_FAST;
	run_all(seed, events / 2);
	test__begin();
	CHECK(h.fast > events / 20);
	test__end("many of these windows went the fast path");
	h.way = DRIVE_CORE;
	run_all(seed, events / 2);
	harness__close();
	h.way = DRIVE_COUNT_ONLY;
	if (run_otherwise(PKS_COUNT_SOURCE_PGMAP, PKS_BY_ALL, count_only_scenarios))
		return 1;
	h.way = DRIVE_CORE;
	return run_otherwise(PKS_COUNT_SOURCE_KMAP, PKS_BY_SITE, kmap_scenarios) ||
	       run_otherwise(PKS_COUNT_SOURCE_PGMAP, PKS_BY_THREAD, thread_scenarios);
}

static void usage(void)
{
	fprintf(stderr, "usage: window_test [-n EVENTS] [-s SEED] [-t THREADS] [-v]\n"
			"-t: only the events of several threads at once, 2 to 4\n");
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long seed = FIRST_SEED, events = EVENTS, threads = 0;
	int option, err;

	while ((option = getopt(argc, argv, "n:s:t:v")) != -1) {
		if (option == 'n')
			events = number(optarg);
		else if (option == 's')
			seed = number(optarg);
		else if (option == 't')
			threads = number(optarg);
		else if (option == 'v')
			h.verbose = true;
		else
			usage();
	}
	if (threads == 1 || threads > DRIVE_WORKERS)
		usage();

	err = harness__open(PKS_COUNT_SOURCE_PGMAP, PKS_BY_SITE);
	if (err == -EPERM) {
		printf("1..0 # SKIP the running kernel lets this user load no BPF program "
		       "(EPERM)\n");
		return 0;
	}
	if (err) {
		printf("Bail out! the window core can't be loaded: %s\n", strerror(-err));
		return 1;
	}
	test__begin();
	torture__pages(threads ? PAGES_LONG : PAGES_SHORT);
	test__end(
		"pgmaps come and go while another CPU looks at pages: none is taken for another's");
	if (threads)
		harness__close();
	else if (run_single(seed, events))
		return 1;
	if (run_torture(threads ?: 2, seed, threads ? events : TORTURE))
		return 1;
	printf("1..%d\n", nr_tests);
	return nr_failed ? 1 : 0;
}
