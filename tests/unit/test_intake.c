// SPDX-License-Identifier: GPL-2.0-only
/*
 * From records to the model and to the reader, with a collector that is played here
 * (ld --wrap, see the Makefile): what is taken, shown, withdrawn, lost, in which order.
 */
#include "report_fixture.h"

#include <errno.h>

#include "trace/intake.h"
#include "util/clock.h"

#define NR_BATCHES 4

/* What the ring holds at each look, and what the kernel says of refused calls. */
static struct {
	struct pks_finding record[NR_BATCHES][4];
	unsigned int nr[NR_BATCHES];
	unsigned int at;
	int consume_error, refused_error;
	__u64 refused;
} ring;

int __wrap_collector__consume(struct collector *c, const struct collector_reader *reader);
int __wrap_collector__stack(struct collector *c, struct pks_origin *origin, __u64 *addresses,
			    __u32 *modules);
int __wrap_collector__refused(const struct collector *c, __u64 *refused);

int __wrap_collector__consume(struct collector *c, const struct collector_reader *reader)
{
	unsigned int batch = ring.at++;

	(void)c;
	for (unsigned int i = 0; batch < NR_BATCHES && i < ring.nr[batch]; i++)
		reader->finding(reader->arg, &ring.record[batch][i]);
	return ring.consume_error;
}

int __wrap_collector__stack(struct collector *c, struct pks_origin *origin, __u64 *addresses,
			    __u32 *modules)
{
	(void)c;
	*modules = 0;
	addresses[0] = origin->caller;
	return !!origin->caller;
}

int __wrap_collector__refused(const struct collector *c, __u64 *refused)
{
	(void)c;
	*refused = ring.refused;
	return ring.refused_error;
}

/* A leak that is another than those before. */
static struct pks_finding *put(unsigned int batch, unsigned int context)
{
	struct pks_finding *raw = &ring.record[batch][ring.nr[batch]++];
	static __u64 fold;

	*raw = fixture_finding(PKS_LEAK, 0).raw;
	raw->boundary = PKS_SYSCALL_EXIT;
	raw->context = context;
	raw->fold = ++fold;
	raw->time = fold * 1000;
	return raw;
}

struct taking {
	struct fixture f;
	struct model model;
	struct intake in;
	struct injections injections;
	unsigned int shown;
	size_t there; /* findings in the model when the first was shown */
};

static void taking_open(struct taking *t)
{
	memset(&ring, 0, sizeof(ring));
	*t = (struct taking){ .shown = 0 };
	fixture_open(&t->f);
	t->f.report.format = format__find("text");
	t->f.resolver.injections = &t->injections;
	t->in = (struct intake){ .model = &t->model,
				 .resolver = &t->f.resolver,
				 .report = &t->f.report,
				 .max_reports = 100 };
}

static void taking_close(struct taking *t)
{
	intake__close(&t->in);
	model__free(&t->model);
	injections__free(&t->injections);
	fixture_close(&t->f);
}

static unsigned int reports(struct taking *t)
{
	unsigned int nr = 0;

	for (const char *at = fixture_text(&t->f); (at = strstr(at, "BUG: ")); at++)
		nr++;
	return nr;
}

static void on_show(void *arg, const struct model_finding *f,
		    const struct resolved_finding *resolved)
{
	struct taking *t = arg;

	assert_string_equal(resolved->class, "leak");
	assert_int_equal(f->raw.class, PKS_LEAK);
	if (!t->shown++)
		t->there = t->model.nr_findings;
}

/* All that waits is out of the ring before the first is made readable; what comes then follows. */
static void taken_first(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	t.in.show = on_show;
	t.in.arg = &t;
	put(0, PKS_TASK);
	put(0, PKS_TASK);
	put(1, PKS_TASK);
	intake__pass(&t.in);
	assert_int_equal(t.there, 2);
	assert_int_equal(t.shown, 3);
	intake__pass(&t.in);
	assert_int_equal(t.shown, 3);
	taking_close(&t);
}

static void repeats_are_counted(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	*put(1, PKS_TASK) = *put(0, PKS_TASK);
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 1);
	assert_int_equal(t.model.findings[0].count, 2);
	taking_close(&t);
}

static void limit_of_reports(void **state)
{
	int saved = dup(STDERR_FILENO);
	struct taking t;

	(void)state;
	taking_open(&t);
	t.in.max_reports = 1;
	for (int i = 0; i < 3; i++)
		put(0, PKS_TASK);
	assert_non_null(freopen("/dev/null", "w", stderr));
	intake__pass(&t.in);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(reports(&t), 1);
	assert_int_equal(t.model.nr_findings, 3);
	taking_close(&t);
}

static bool refuses_all(void *arg, const struct pks_finding *raw)
{
	(void)arg;
	(void)raw;
	return false;
}

static void unwanted(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	t.in.wanted = refuses_all;
	put(0, PKS_TASK);
	intake__pass(&t.in);
	assert_int_equal(t.model.nr_findings, 0);
	taking_close(&t);
}

/* For `run` and `hunt` alike: after a call that was not seen an interrupt's leak may be none. */
static void withdrawn(void **state)
{
	struct taking t;

	(void)state;
	for (int of_hunt = 0; of_hunt < 2; of_hunt++) {
		taking_open(&t);
		if (of_hunt) {
			t.in.show = on_show;
			t.in.arg = &t;
		}
		ring.refused = 1;
		put(0, PKS_HARDIRQ);
		intake__pass(&t.in);
		assert_int_equal(reports(&t) + t.shown, 0);
		put(2, PKS_TASK);
		ring.at = 2;
		intake__pass(&t.in);
		assert_int_equal(reports(&t) + t.shown, 1);
		model__count_suppressed(&t.model);
		assert_int_equal(t.model.withdrawn, 1);
		taking_close(&t);
	}
}

/* Only what came after the call can be its result, and only for a while. */
static void withdrawn_for_a_while(void **state)
{
	struct taking t;
	__u64 early, late;

	(void)state;
	taking_open(&t);
	early = clock__ns();
	intake__pass(&t.in);
	ring.refused = 1; /* after the pass before */
	put(1, PKS_HARDIRQ)->time = early;
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 1);
	late = clock__ns();
	ring.at = 2; /* a pass looks again after each that it shows */
	put(2, PKS_HARDIRQ)->time = late;
	put(2, PKS_SOFTIRQ)->time = late + 500000000;
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 1);
	put(3, PKS_HARDIRQ)->time = late + 1500000000;
	ring.at = 3;
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 2);
	model__count_suppressed(&t.model);
	assert_int_equal(t.model.withdrawn, 2);
	taking_close(&t);
}

/* A call refused while the last one is still in doubt: what came in between stays so. */
static void withdrawn_twice_in_a_row(void **state)
{
	struct taking t;
	__u64 between;

	(void)state;
	taking_open(&t);
	ring.refused = 1;
	intake__pass(&t.in);
	between = clock__ns();
	intake__pass(&t.in);
	ring.refused = 2;
	ring.at = 2;
	put(2, PKS_HARDIRQ)->time = between;
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 0);
	taking_close(&t);
}

static void withdrawn_where_nobody_can_tell(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	ring.refused_error = -EIO;
	put(0, PKS_HARDIRQ);
	intake__pass(&t.in);
	assert_int_equal(reports(&t), 0);
	assert_int_equal(t.model.lost[LOSS_READ], 1);
	assert_false(model__complete(&t.model));
	taking_close(&t);
}

static void ring_that_can_not_be_read(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	ring.consume_error = -EIO;
	intake__pass(&t.in);
	assert_int_equal(t.model.lost[LOSS_READ], 1);
	assert_false(model__complete(&t.model));
	taking_close(&t);
}

static void more_than_is_kept(void **state)
{
	struct taking t;

	(void)state;
	taking_open(&t);
	t.model.findings = calloc(MODEL_FINDINGS_MAX, sizeof(*t.model.findings));
	assert_non_null(t.model.findings);
	t.model.findings_room = t.model.nr_findings = t.in.next = MODEL_FINDINGS_MAX;
	put(0, PKS_TASK);
	intake__pass(&t.in);
	assert_int_equal(t.model.nr_findings, MODEL_FINDINGS_MAX);
	assert_int_equal(t.model.lost[LOSS_ROOM], 1);
	assert_false(model__complete(&t.model));
	taking_close(&t);
}

/* Injections and findings in the order in which they were, whichever came out of the ring first. */
static void in_order(void **state)
{
	struct pks_injection one = {
		.kind = PKS_SKIP_REVOKE, .serial = 1, .caller = IN_UNMAP, .tid = 42
	};
	const char *injection, *finding;
	struct taking t;

	(void)state;
	for (int after = 0; after < 2; after++) {
		taking_open(&t);
		t.in.show_injections = true;
		one.time = put(0, PKS_TASK)->time + (after ? 1 : -1);
		assert_int_equal(injections__add(&t.injections, &one, NULL), 0);
		intake__pass(&t.in);
		injection = strstr(fixture_text(&t.f), "pkstrace: injected: #1 skip-revoke");
		finding = strstr(fixture_text(&t.f), "BUG: pkstrace: leak");
		assert_non_null(injection);
		assert_non_null(finding);
		assert_true(after ? finding < injection : injection < finding);
		taking_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_first),
		cmocka_unit_test(repeats_are_counted),
		cmocka_unit_test(limit_of_reports),
		cmocka_unit_test(unwanted),
		cmocka_unit_test(withdrawn),
		cmocka_unit_test(withdrawn_for_a_while),
		cmocka_unit_test(withdrawn_twice_in_a_row),
		cmocka_unit_test(withdrawn_where_nobody_can_tell),
		cmocka_unit_test(ring_that_can_not_be_read),
		cmocka_unit_test(more_than_is_kept),
		cmocka_unit_test(in_order),
	};

	return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
