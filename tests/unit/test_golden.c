// SPDX-License-Identifier: GPL-2.0-only
/* Each output in each format, to the letter: what others parse changes by decision only. */
#include "findings_fixture.h"
#include "golden.h"

#include "report/snapshot.h"
#include "report/injection.h"
#include "report/injection_json.h"
#include "inject/injections.h"
#include "hunt/table.h"

#include "hunt_fixture.h"

/* --- findings ---------------------------------------------------------------- */

static void findings(const struct renderer *format, const char *file)
{
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < NR_FINDING_CASES; i++) {
		const struct finding_case *c = &finding_cases[i];
		struct model_finding finding = fixture_finding(c->class, c->cause);

		c->fill(&finding);
		fprintf(f.report.out, "# %s\n", c->name);
		format->finding(&f.report, &finding);
	}
	assert_golden(file, fixture_text(&f));
	fixture_close(&f);
}

/* No class and no cause without a case. */
static void all_classes(void **state)
{
	bool class[PKS_NR_CLASSES] = { true }, cause[PKS_NR_CAUSES] = { true };

	(void)state;
	for (size_t i = 0; i < NR_FINDING_CASES; i++) {
		class[finding_cases[i].class] = true;
		cause[finding_cases[i].cause] = true;
	}
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		if (!class[i])
			fail_msg("class %d has no case", i);
	for (int i = 0; i < PKS_NR_CAUSES; i++)
		if (!cause[i])
			fail_msg("cause %d has no case", i);
}

static void findings_text(void **state)
{
	(void)state;
	findings(&report_text, "findings.text");
}

static void findings_json(void **state)
{
	(void)state;
	findings(&report_json, "findings.json");
}

/* Where windows are on keys, or on arguments of any function. */
static void findings_on(enum pks_key_kind kind, const struct renderer *format, const char *file)
{
	static const unsigned int classes[] = { PKS_LEAK, PKS_WRONG_PAGE, PKS_STRAY_ACCESS };
	struct dialect dialect = fixture_dialect;
	struct fixture f;

	dialect.facts.key = kind;
	dialect.facts.truth = PKS_TRUTH_NONE;
	fixture_open(&f);
	f.report.dialect = &dialect;
	for (int i = 0; i < 6; i++) {
		struct model_finding finding = fixture_finding(classes[i % 3], 0);

		fixture_revoke(&finding);
		finding.raw.boundary = PKS_SYSCALL_EXIT;
		finding.raw.key = i < 3 ? 3 : 0;
		finding.raw.key2 = 5;
		format->finding(&f.report, &finding);
	}
	assert_golden(file, fixture_text(&f));
	fixture_close(&f);
}

static void findings_on_keys(void **state)
{
	(void)state;
	findings_on(PKS_KEY_PKEY, &report_text, "findings-on-keys.text");
	findings_on(PKS_KEY_PKEY, &report_json, "findings-on-keys.json");
}

static void findings_on_arguments(void **state)
{
	(void)state;
	findings_on(PKS_KEY_ARG, &report_text, "findings-on-arguments.text");
	findings_on(PKS_KEY_ARG, &report_json, "findings-on-arguments.json");
}

/* --- summaries ----------------------------------------------------------------- */

static void site_add(struct model *m, __u64 caller, __u64 grants, unsigned int bucket)
{
	struct pks_site_stat stat = { .grants = grants, .max = model__bucket_end(bucket) };

	stat.hist[bucket] = grants / 2;
	stat.hist[bucket / 2] = 1;
	stat.total = stat.hist[bucket] * stat.max;
	assert_int_equal(model__add_site(m, caller, &stat, 1), 0);
}

/* A run that found, suppressed, withdrew and lost something. */
static void busy_model(struct model *m)
{
	static const unsigned int classes[] = { PKS_LEAK, PKS_UNDERFLOW, PKS_STRAY_ACCESS,
						PKS_SLEPT };

	for (int i = 0; i < 4; i++) {
		struct model_finding finding = fixture_finding(classes[i], i == 2 ? PKS_POISONED_GRANT : 0);
		struct model_finding *added;

		if (i == 2)
			fixture_access(&finding);
		finding.raw.fold = i + 1;
		finding.raw.granted.caller = i == 3 ? 0 : finding.raw.granted.caller;
		assert_int_equal(model__add_finding(m, &finding.raw, &finding.granted,
						    &finding.revoked, &added), MODEL_NEW);
		added->count = i + 2;
		added->suppressed = i == 1 ? MODEL_WITHDRAWN : 0;
		added->unseen = i == 3;
		m->found[classes[i]] = i + 2;
	}
	model__count_suppressed(m);
	site_add(m, IN_MAP, 100, 40);
	site_add(m, IN_VFS_WRITE, 30, 20);
	site_add(m, 0, 7, 10);
	snprintf(m->sites[0].comm, PKS_COMM, "fio");
	m->open_windows = 3;
	m->older_windows = 4;
	m->late_revokes = 5;
	m->fault_calls = 6;
	m->fault_witness = 7;
	m->made = 14;
	m->delivered = 9;
	m->folded = 4;
	m->dropped = 1;
	assert_int_equal(model__add_loss(m, 0, PKS_LOST_RING, 10), 0);
	assert_int_equal(model__add_loss(m, 1, PKS_LOST_RING, 2), 0);
	assert_int_equal(model__add_skipped(m, "grant_page", 4), 0);
}

static void summary(const struct renderer *format, enum pks_by by, const char *file)
{
	struct model busy = {}, clean = {};
	struct fixture f;

	fixture_open(&f);
	f.report.by = by;
	f.report.top = 2;
	f.report.target = "fio and its children";
	format->summary(&f.report, &clean, 1.5);
	busy_model(&busy);
	if (format->interval)
		format->interval(&f.report, &busy, 2, 0.5);
	format->summary(&f.report, &busy, 2.5);
	assert_golden(file, fixture_text(&f));
	model__free(&busy);
	fixture_close(&f);
}

static void summary_of_run(void **state)
{
	(void)state;
	summary(&report_text, PKS_BY_SITE, "summary.text");
	summary(&report_json, PKS_BY_SITE, "summary.json");
}

static void summary_of_stat(void **state)
{
	(void)state;
	summary(&report_stat, PKS_BY_SITE, "stat-by-site.text");
	summary(&report_stat, PKS_BY_THREAD, "stat-by-thread.text");
	summary(&report_stat, PKS_BY_ALL, "stat.text");
	summary(&report_json, PKS_BY_THREAD, "stat-by-thread.json");
	summary(&report_json, PKS_BY_ALL, "stat.json");
}

/* --- snapshots, injections, hunts ------------------------------------------------ */

static void snapshot_with(const struct snapshot_renderer *format, const char *file)
{
	const struct snapshot_counts counts = { .looked_at = 90, .in_state = { 2, 1, 1 } };
	struct pks_inside t = { .tid = 42, .tgid = 41, .pkrs = 0x55555550, .comm = "worker",
				.nr_stack = 2, .stack = { IN_MAP, IN_VFS_WRITE } };
	struct fixture f;

	fixture_open(&f);
	for (t.count = -1; t.count <= 2; t.count++)
		format->thread(&f.report, &t);
	t.nr_stack = 0;
	format->thread(&f.report, &t);
	t.running = 1;
	format->thread(&f.report, &t);
	format->summary(&f.report, &counts);
	assert_golden(file, fixture_text(&f));
	fixture_close(&f);
}

static void snapshots(void **state)
{
	(void)state;
	snapshot_with(&snapshot_text, "snapshot.text");
	snapshot_with(&snapshot_json, "snapshot.json");
}

static const struct pks_injection injection_cases[] = {
	{ .kind = PKS_SKIP_REVOKE, .serial = 1, .time = 12345600000, .tid = 42, .tgid = 41, .nth = 8,
	  .caller = IN_UNMAP, .comm = "worker", .nr_stack = 2, .stack = { IN_UNMAP, IN_SYSCALL } },
	{ .kind = PKS_DELAY_REVOKE, .serial = 2, .time = 12345610000, .tid = 42, .tgid = 41, .nth = 9,
	  .caller = IN_UNMAP, .comm = "worker", .value = 5000000, .dry = 1 },
	{ .kind = PKS_FAIL_CALL, .serial = 3, .time = 12345620000, .tid = 43, .tgid = 41, .nth = 1,
	  .caller = IN_MAP, .comm = "other", .value = -12 },
	{ .kind = PKS_FAIL_CALL, .serial = 4, .time = 12345630000, .tid = 42, .tgid = 41, .nth = 2,
	  .caller = IN_MAP, .comm = "worker", .value = 1 },
};

static const char *failed_function(const struct report *r, const struct pks_injection *one)
{
	(void)r;
	(void)one;
	return "should_failslab";
}

/* Each as it comes, and a finding that follows one. */
static void injections(bool json, const char *file)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct injections list = {};
	struct fixture f;

	fixture_open(&f);
	f.report.injections = &list;
	f.report.injected_function = failed_function;
	leak_case(&finding);
	for (size_t i = 0; i < 4; i++) {
		const struct pks_injection *one = &injection_cases[i];

		assert_int_equal(injections__add(&list, one), 0);
		if (json)
			report_injection_json__print(&f.report, one, "should_failslab");
		else
			report_injection__print(&f.report, one, "should_failslab", 2);
		(json ? &report_json : &report_text)->finding(&f.report, &finding);
		finding.raw.tid = i == 1 ? 99 : 42;
	}
	assert_golden(file, fixture_text(&f));
	injections__free(&list);
	fixture_close(&f);
}

static void injected(void **state)
{
	(void)state;
	injections(false, "injections.text");
	injections(true, "injections.json");
}

static void hunt_with(bool json, const char *file)
{
	struct hunt_summary sum = { .seconds = 2.5, .survey_report = "BUG: a stray access\n",
				    .survey_findings = 1 };
	json_t *findings = json_pack("[{s:s}]", "class", "stray-access");
	struct hunt_plan plan = {};
	struct fixture f;

	fixture_open(&f);
	fixture_plan(&plan);
	plan.sites[0].seen = 5;
	plan.sites[0].in_window = 2;
	json ? hunt_table__survey_json(f.report.out, &plan, findings) :
	       hunt_table__survey_text(f.report.out, &plan);
	(json ? hunt_table__json : hunt_table__text)(f.report.out, &plan, &sum);
	sum = (struct hunt_summary){ .seconds = 1, .incomplete = true, .because = "interrupted" };
	plan.items[2].state = HUNT_DONE;
	plan.items[2].result.outcomes = HUNT_BIT(HUNT_NOT_REACHED);
	plan.items[2].result.wait_status = 9;
	(json ? hunt_table__json : hunt_table__text)(f.report.out, &plan, &sum);
	assert_golden(file, fixture_text(&f));
	hunt_plan__free(&plan);
	json_decref(findings);
	fixture_close(&f);
}

static void hunts(void **state)
{
	(void)state;
	hunt_with(false, "hunt.text");
	hunt_with(true, "hunt.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_classes),	   cmocka_unit_test(findings_text),
		cmocka_unit_test(findings_json),   cmocka_unit_test(findings_on_keys),
		cmocka_unit_test(findings_on_arguments), cmocka_unit_test(summary_of_run),
		cmocka_unit_test(summary_of_stat), cmocka_unit_test(snapshots),
		cmocka_unit_test(injected),	   cmocka_unit_test(hunts),
	};

	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
