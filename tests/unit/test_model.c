// SPDX-License-Identifier: GPL-2.0-only
/* The model on recorded input: folding, totals, quantiles, completeness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "findings/model.h"

static const struct model_stack stack_a = { .nr = 2, .address = { 0x10, 0x20 } };
static const struct model_stack stack_b = { .nr = 2, .address = { 0x10, 0x30 } };
static const struct model_stack no_stack;

static struct pks_finding leak(__u64 fold, __u64 time, __u32 flags)
{
	return (struct pks_finding){
		.class = PKS_LEAK,
		.fold = fold,
		.time = time,
		.granted = { .flags = flags },
	};
}

static void test_repeats_fold(void **state)
{
	struct model m = {};
	struct model_finding *f;
	struct pks_finding one = leak(7, 100, PKS_STACK_EXACT), two = leak(7, 200, PKS_STACK_EXACT);

	(void)state;
	assert_int_equal(model__add_finding(&m, &one, &stack_a, &no_stack, &f), MODEL_NEW);
	assert_int_equal(model__add_finding(&m, &two, &stack_a, &no_stack, &f), MODEL_REPEAT);
	assert_int_equal(m.nr_findings, 1);
	assert_int_equal(f->count, 2);
	assert_int_equal(f->first, 100);
	assert_int_equal(f->last, 200);
	model__free(&m);
}

static void test_other_fold_is_new(void **state)
{
	struct model m = {};
	struct model_finding *f;
	struct pks_finding one = leak(7, 100, 0), two = leak(8, 200, 0);

	(void)state;
	model__add_finding(&m, &one, &stack_a, &no_stack, &f);
	assert_int_equal(model__add_finding(&m, &two, &stack_a, &no_stack, &f), MODEL_NEW);
	model__free(&m);
}

/* The first report had an earlier window's stack; the exact one must be shown when it comes. */
static void test_exact_stack_is_shown(void **state)
{
	struct model m = {};
	struct model_finding *f;
	struct pks_finding guess = leak(7, 100, 0), exact = leak(7, 200, PKS_STACK_EXACT);

	(void)state;
	model__add_finding(&m, &guess, &stack_a, &no_stack, &f);
	assert_int_equal(model__add_finding(&m, &exact, &stack_b, &no_stack, &f), MODEL_NEW);
	assert_int_equal(model__add_finding(&m, &exact, &stack_b, &no_stack, &f), MODEL_REPEAT);
	assert_int_equal(model__add_finding(&m, &guess, &stack_a, &no_stack, &f), MODEL_REPEAT);
	model__free(&m);
}

/* Two programs may take the stack of one place: their own frames make no difference. */
static void test_program_frames_do_not_split(void **state)
{
	static const struct model_stack by_one = { .nr = 4, .address = { 901, 50, 60, 70 } };
	static const struct model_stack by_other = { .nr = 5, .address = { 902, 903, 50, 60, 70 } };
	static const struct model_stack further = { .nr = 4, .address = { 901, 50, 60, 71 } };
	struct pks_finding one = leak(7, 100, PKS_STACK_EXACT), two = leak(7, 200, PKS_STACK_EXACT);
	struct model_finding *f;
	struct model m = {};

	(void)state;
	one.granted.caller = two.granted.caller = 50;
	model__add_finding(&m, &one, &by_one, &no_stack, &f);
	assert_int_equal(model__add_finding(&m, &two, &by_other, &no_stack, &f), MODEL_REPEAT);
	assert_int_equal(model__add_finding(&m, &two, &further, &no_stack, &f), MODEL_NEW);
	model__free(&m);
}

static void test_fold_only_grows(void **state)
{
	struct pks_fold less = { .key = 7, .count = 1, .first = 1, .last = 2 };
	struct pks_fold more = { .key = 7, .count = 9, .first = 5, .last = 900 };
	struct pks_finding one = leak(7, 100, 0), two = leak(7, 200, 0);
	struct model_finding *f, *unseen;
	struct model m = {};

	(void)state;
	model__add_finding(&m, &one, &stack_a, &no_stack, &f);
	model__add_finding(&m, &two, &stack_a, &no_stack, &f);
	model__fold(&m, &less, &unseen);
	assert_int_equal(f->count, 2);
	assert_int_equal(f->first, 100);
	model__fold(&m, &more, &unseen);
	assert_int_equal(f->count, 9);
	assert_int_equal(f->first, 5);
	assert_int_equal(f->last, 900);
	model__fold(&m, &more, &unseen);
	assert_int_equal(f->count, 9);
	model__free(&m);
}

/* Not one of a finding was delivered: its count is still there, and its place. */
static void test_fold_alone_is_a_finding(void **state)
{
	struct pks_fold fold = { .key = 7,
				 .count = 10,
				 .first = 100,
				 .last = 900,
				 .class = PKS_UNDERFLOW,
				 .revoked = 0x123 };
	struct model_finding *unseen;
	struct model m = {};

	(void)state;
	assert_int_equal(model__fold(&m, &fold, &unseen), 0);
	assert_int_equal(m.nr_findings, 1);
	assert_ptr_equal(unseen, &m.findings[0]);
	assert_true(unseen->unseen);
	assert_int_equal(unseen->count, 10);
	assert_int_equal(unseen->first, 100);
	assert_int_equal(unseen->last, 900);
	assert_int_equal(unseen->raw.class, PKS_UNDERFLOW);
	assert_int_equal(unseen->raw.revoked.caller, 0x123);
	model__free(&m);
}

/* One fold, two stacks, one of them suppressed: what was not delivered is not hidden. */
static void test_fold_never_hides(void **state)
{
	struct pks_finding one = leak(7, 100, PKS_STACK_EXACT), two = leak(7, 200, PKS_STACK_EXACT);
	struct pks_fold fold = { .key = 7, .count = 10, .first = 100, .last = 900 };
	struct model m = { .found = { [PKS_LEAK] = 10 } };
	struct model_finding *f, *unseen;

	(void)state;
	model__add_finding(&m, &one, &stack_a, &no_stack, &f);
	f->suppressed = 1;
	model__add_finding(&m, &two, &stack_b, &no_stack, &f);
	model__fold(&m, &fold, &unseen);
	model__count_suppressed(&m);
	assert_int_equal(m.findings[0].count, 1);
	assert_int_equal(m.findings[1].count, 9);
	assert_int_equal(model__total_suppressed(&m), 1);
	assert_int_equal(model__total_findings(&m), 9);

	m.findings[1].suppressed = 2;
	model__count_suppressed(&m);
	assert_int_equal(model__total_findings(&m), 0);
	assert_int_equal(model__found(&m, PKS_LEAK), 0);
	model__free(&m);
}

static struct pks_finding of_thread(unsigned int class, unsigned int cause, __u32 tid, __u64 time)
{
	return (struct pks_finding){ .class = class,
				     .cause = cause,
				     .tid = tid,
				     .time = time,
				     .fold = time,
				     .ip = time + 1,
				     .nr_stack = 1,
				     .stack = { time + 1 } };
}

/* A consequence names the newest possible reason in its own thread, and nothing else. */
static void test_links(void **state)
{
	struct pks_finding stream[] = {
		of_thread(PKS_UNDERFLOW, 0, 1, 10),
		of_thread(PKS_STRAY_ACCESS, PKS_POISONED_GRANT, 2, 20),
		of_thread(PKS_STRAY_ACCESS, PKS_POISONED_GRANT, 1, 30),
		of_thread(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED, 1, 40),
		of_thread(PKS_RESIDUE, 0, 1, 50),
	};
	const __u64 follows[] = { 0, 0, 10, 0, 40 };
	struct model m = {};
	struct model_finding *f;

	(void)state;
	for (size_t i = 0; i < sizeof(stream) / sizeof(stream[0]); i++) {
		model__add_finding(&m, &stream[i], &no_stack, &no_stack, &f);
		assert_int_equal(f->follows.time, follows[i]);
		assert_int_equal(f->follows.place, follows[i] ? follows[i] + 1 : 0);
	}
	model__free(&m);
}

static void test_losses_by_cpu(void **state)
{
	struct model m = {};

	(void)state;
	assert_int_equal(model__add_loss(&m, 3, PKS_LOST_RING, 5), 0);
	assert_int_equal(model__add_loss(&m, 0, PKS_LOST_RING, 2), 0);
	assert_int_equal(model__add_loss(&m, 1, PKS_LOST_SLOT, 0), 0);
	assert_int_equal(model__add_skipped(&m, "grant_page", 4), 0);
	assert_int_equal(m.lost[PKS_LOST_RING], 7);
	assert_int_equal(m.lost_on[3][PKS_LOST_RING], 5);
	assert_int_equal(m.lost_on[1][PKS_LOST_RING], 0);
	assert_int_equal(m.lost[PKS_LOST_RECURSION], 4);
	assert_int_equal(model__add_loss(&m, MODEL_NO_CPU, PKS_LOST_INTERRUPT, 6), 0);
	assert_int_equal(m.lost[PKS_LOST_INTERRUPT], 6);
	assert_int_equal(m.nr_cpus, 4);
	assert_string_equal(m.skipped[0].program, "grant_page");
	assert_false(model__complete(&m));
	model__free(&m);
}

static void test_sites_sort_and_sum(void **state)
{
	struct pks_site_stat few = { .grants = 2, .total = 10, .max = 8 };
	struct pks_site_stat many = { .grants = 50, .total = 100, .max = 9 };
	struct model m = {};

	(void)state;
	few.hist[3] = 2;
	many.hist[5] = 49;
	assert_int_equal(model__add_site(&m, 0x100, &few, 0), 0);
	assert_int_equal(model__add_site(&m, 0x200, &many, 10), 0);
	model__sort_sites(&m);
	assert_int_equal(m.sites[0].caller, 0x200);
	assert_int_equal(m.sites[0].closed, 59);
	assert_int_equal(m.sites[0].timed, 49);
	assert_int_equal(model__mean(&m.sites[0]), 2);
	assert_int_equal(model__grants(&m), 52);
	assert_int_equal(model__closed(&m), 61);
	model__free(&m);
}

static void test_many_sites_survive_growth(void **state)
{
	struct pks_site_stat stat = { .grants = 1 };
	struct model m = {};

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(model__add_site(&m, i + 1, &stat, 0), 0);
	assert_int_equal(m.nr_sites, 1000);
	assert_int_equal(m.sites[999].caller, 1000);
	assert_int_equal(model__grants(&m), 1000);
	model__free(&m);
}

/* The bucket ends must rise, and each must lie in the bucket it ends: 4 a power of two. */
static void test_bucket_ends(void **state)
{
	(void)state;
	assert_int_equal(model__bucket_end(0), 0);
	assert_int_equal(model__bucket_end(4), 4);
	assert_int_equal(model__bucket_end(8), 9);
	assert_int_equal(model__bucket_end(11), 15);
	assert_int_equal(model__bucket_end(12), 19);
	for (unsigned int b = 1; b < PKS_BUCKETS; b++)
		assert_true(model__bucket_end(b) > model__bucket_end(b - 1));
}

static void test_quantile(void **state)
{
	struct model_site s = { .timed = 100, .max = 1000000 };

	(void)state;
	s.hist[10] = 98;
	s.hist[40] = 2;
	assert_int_equal(model__quantile(&s, 0.5), model__bucket_end(10));
	assert_int_equal(model__quantile(&s, 0.99), model__bucket_end(40));
	/* No window of the last bucket was held for longer than the longest. */
	s.max = model__bucket_end(39) + 1;
	assert_int_equal(model__quantile(&s, 0.99), s.max);
	assert_int_equal(model__quantile(&s, 0.5), model__bucket_end(10));
	/* The maximum was read before the buckets were: it says nothing about them. */
	s.max = 5;
	assert_int_equal(model__quantile(&s, 0.99), model__bucket_end(40));
	assert_int_equal(model__quantile(&s, 0.5), model__bucket_end(10));
	s.timed = 0;
	assert_int_equal(model__quantile(&s, 0.99), 0);
}

static void add_site(struct model *m, unsigned int index, __u64 caller,
		     const struct pks_site_stat *stat)
{
	assert_int_equal(model__add_site(m, caller, stat, 0), 0);
	m->sites[m->nr_sites - 1].index = index;
}

/* More windows than 32 bits hold, in one bucket: of two sites, and in an interval. */
static void test_counts_of_months(void **state)
{
	const __u64 many = 3ULL << 30;
	struct pks_site_stat stat = { .grants = many, .total = 8 * many, .max = 8 };
	struct model before = {}, now = {}, delta;
	struct model_site sum;

	(void)state;
	stat.hist[8] = many;
	add_site(&before, 3, 0x100, &stat);
	stat.hist[8] = 2 * many;
	stat.grants = 2 * many;
	stat.total *= 2;
	add_site(&now, 3, 0x100, &stat);
	add_site(&now, 4, 0x200, &stat);
	model__sum_sites(&now, &sum);
	assert_true(sum.hist[8] == 4 * many);
	assert_true(sum.timed == 4 * many);
	assert_true(model__quantile(&sum, 0.5) == 8);
	assert_int_equal(model__between(&before, &now, &delta), 0);
	assert_true(delta.sites[0].hist[8] == many);
	assert_true(delta.sites[0].timed == many);
	model__free(&before);
	model__free(&now);
	model__free(&delta);
}

static void test_complete(void **state)
{
	struct model m = {};

	(void)state;
	assert_true(model__complete(&m));
	for (int i = 0; i < PKS_NR_LOSSES; i++) {
		m.lost[i] = 1;
		assert_false(model__complete(&m));
		m.lost[i] = 0;
	}
	m.faults.seen[1] = 2;
	m.faults.asked[1] = 1;
	assert_false(model__complete(&m));
	assert_int_equal(model__unexplained_faults(&m), 1);
	m.faults.asked[1] = 3;
	assert_int_equal(model__unexplained_faults(&m), 1);
	m.faults.asked[1] = 2;
	assert_true(model__complete(&m));
}

/* What one key's witnesses miss, another key's do not make up for. */
static void test_faults_by_key(void **state)
{
	struct model m = { .faults = { .seen = { [1] = 3, [2] = 8, [PKS_NO_PKEY] = 1 },
				       .asked = { [1] = 3 },
				       .other = { [2] = 8, [PKS_NO_PKEY] = 1 } } };

	(void)state;
	assert_true(model__complete(&m));
	assert_int_equal(model__faults(&m), 3);
	assert_int_equal(model__other_faults(&m), 9);
	m.faults.seen[1]--;
	m.faults.seen[2]++;
	assert_int_equal(model__unexplained_faults(&m), 2);
	assert_false(model__complete(&m));
}

/* Between two readings a site came that lies before the known one in the table. */
static void test_between(void **state)
{
	struct pks_site_stat one = { .grants = 3, .total = 30, .max = 20, .hist = { [8] = 2 } };
	struct pks_site_stat two = {
		.grants = 7, .total = 50, .max = 20, .hist = { [4] = 2, [8] = 2 }
	};
	struct pks_site_stat other = { .grants = 1 };
	struct model before = {}, now = {}, delta;

	(void)state;
	add_site(&before, 5, 0x200, &one);
	add_site(&before, 7, 0x300, &other);
	add_site(&now, 3, 0x100, &other);
	add_site(&now, 5, 0x200, &two);
	add_site(&now, 7, 0x300, &other);
	before.found[PKS_LEAK] = 2;
	now.found[PKS_LEAK] = 5;
	assert_int_equal(model__between(&before, &now, &delta), 0);
	assert_int_equal(delta.nr_sites, 2); /* that at 0x300 had no new window */
	assert_int_equal(delta.sites[0].caller, 0x100);
	assert_int_equal(delta.sites[0].grants, 1);
	assert_int_equal(delta.sites[1].grants, 4);
	assert_int_equal(delta.sites[1].closed, 2);
	assert_int_equal(delta.sites[1].total, 20);
	assert_int_equal(delta.sites[1].max, model__bucket_end(4)); /* 20 was before */
	assert_int_equal(delta.found[PKS_LEAK], 3);
	model__free(&before);
	model__free(&now);
	model__free(&delta);
}

/* A thread's place went to another one, and its counts to place 0: none counts twice. */
static void test_between_with_a_place_reused(void **state)
{
	struct pks_site_stat three = { .grants = 3 }, four = { .grants = 4 }, six = { .grants = 6 };
	struct model before = {}, now = {}, delta;
	struct model_site sum;

	(void)state;
	add_site(&before, 5, 0x200, &three);
	add_site(&before, 7, 0x300, &six);
	add_site(&now, 0, 0, &four); /* one more of 0x200 before it ended */
	add_site(&now, 5, 0x500, &six);
	add_site(&now, 7, 0x300, &six);
	assert_int_equal(model__between(&before, &now, &delta), 0);
	model__sum_sites(&delta, &sum);
	assert_int_equal(sum.grants, 1 + 6);
	assert_int_equal(delta.sites[0].grants, 1);
	assert_int_equal(delta.sites[1].caller, 0x500);
	model__free(&before);
	model__free(&now);
	model__free(&delta);
}

/* What an interrupt's missed call may have made up is a loss, not a finding, nor suppressed. */
static void test_withdrawn(void **state)
{
	struct pks_finding raw = {
		.class = PKS_UNDERFLOW, .context = PKS_HARDIRQ, .fold = 5, .time = 10
	};
	struct pks_fold fold = { .key = 5, .count = 7, .first = 10, .last = 90 };
	struct model_stack none = {};
	struct model_finding *f;
	struct model m = {};

	(void)state;
	assert_true(model__doubtful(&raw));
	raw.class = PKS_STRAY_ACCESS; /* a fault is a fault */
	assert_false(model__doubtful(&raw));
	raw.class = PKS_UNDERFLOW;
	raw.context = PKS_TASK; /* where the count is right */
	assert_false(model__doubtful(&raw));

	assert_int_equal(model__add_finding(&m, &raw, &none, &none, &f), MODEL_NEW);
	f->suppressed = MODEL_WITHDRAWN;
	m.found[PKS_UNDERFLOW] = 8;
	assert_int_equal(model__fold(&m, &fold, &f), 0);
	model__count_suppressed(&m);
	assert_int_equal(m.withdrawn, 7);
	assert_int_equal(model__total_suppressed(&m), 0);
	assert_int_equal(model__total_findings(&m), 1);
	assert_int_equal(model__used(&m, 1), 0);
	model__free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repeats_fold),
		cmocka_unit_test(test_other_fold_is_new),
		cmocka_unit_test(test_exact_stack_is_shown),
		cmocka_unit_test(test_program_frames_do_not_split),
		cmocka_unit_test(test_fold_only_grows),
		cmocka_unit_test(test_fold_alone_is_a_finding),
		cmocka_unit_test(test_fold_never_hides),
		cmocka_unit_test(test_faults_by_key),
		cmocka_unit_test(test_between),
		cmocka_unit_test(test_between_with_a_place_reused),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_losses_by_cpu),
		cmocka_unit_test(test_sites_sort_and_sum),
		cmocka_unit_test(test_many_sites_survive_growth),
		cmocka_unit_test(test_bucket_ends),
		cmocka_unit_test(test_quantile),
		cmocka_unit_test(test_counts_of_months),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_withdrawn),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
