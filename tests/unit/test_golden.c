// SPDX-License-Identifier: GPL-2.0-only
/* Each output in each format, to the letter: what others parse changes by decision only. */
#include "findings_fixture.h"
#include "golden.h"
#include "model_fixture.h"

#include "hunt/table.h"

#include "hunt_fixture.h"

/* --- findings ---------------------------------------------------------------- */

static void findings(const char *format, const char *file)
{
	struct fixture f;

	fixture_open(&f);
	for (size_t i = 0; i < NR_FINDING_CASES; i++) {
		const struct finding_case *c = &finding_cases[i];
		struct model_finding finding = fixture_finding(c->class, c->cause);

		c->fill(&finding);
		fprintf(f.report.out, "# %s\n", c->name);
		fixture_print(&f, format, &finding);
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
	findings("text", "findings.text");
}

static void findings_json(void **state)
{
	(void)state;
	findings("json", "findings.json");
}

/* Where windows are on keys, or on arguments of any function. */
static void findings_on(enum pks_key_kind kind, const char *format, const char *file)
{
	static const unsigned int classes[] = { PKS_LEAK, PKS_WRONG_PAGE, PKS_STRAY_ACCESS };
	struct dialect dialect = fixture_dialect;
	struct fixture f;

	dialect.facts.key = kind;
	dialect.facts.count_source = PKS_COUNT_SOURCE_NONE;
	fixture_open(&f);
	f.resolver.dialect = &dialect;
	for (int i = 0; i < 6; i++) {
		struct model_finding finding = fixture_finding(classes[i % 3], 0);

		fixture_revoke(&finding);
		finding.raw.boundary = PKS_SYSCALL_EXIT;
		finding.raw.key = i < 3 ? 3 : 0;
		finding.raw.key2 = 5;
		fixture_print(&f, format, &finding);
	}
	assert_golden(file, fixture_text(&f));
	fixture_close(&f);
}

static void findings_on_keys(void **state)
{
	(void)state;
	findings_on(PKS_KEY_PKEY, "text", "findings-on-keys.text");
	findings_on(PKS_KEY_PKEY, "json", "findings-on-keys.json");
}

static void findings_on_arguments(void **state)
{
	(void)state;
	findings_on(PKS_KEY_ARG, "text", "findings-on-arguments.text");
	findings_on(PKS_KEY_ARG, "json", "findings-on-arguments.json");
}

/* --- summaries ----------------------------------------------------------------- */

static void interval(struct fixture *f, const struct model *m)
{
	struct resolved_summary s;

	assert_int_equal(resolve__summary(&f->resolver, m, &s), 0);
	s.at = 2;
	s.seconds = 0.5;
	f->report.format->interval(&f->report, &s);
	resolved_summary__free(&s);
}

static void summary(const char *format, enum pks_by by, bool counts_only, const char *file)
{
	struct model busy = {}, clean = {};
	struct fixture f;

	fixture_open(&f);
	f.resolver.by = by;
	f.resolver.target = "fio and its children";
	f.report.top = 2;
	fixture_summary(&f, format, &clean, 1.5, counts_only);
	busy_model(&busy);
	if (counts_only)
		interval(&f, &busy);
	fixture_summary(&f, format, &busy, 2.5, counts_only);
	assert_golden(file, fixture_text(&f));
	model__free(&busy);
	fixture_close(&f);
}

static void summary_of_run(void **state)
{
	(void)state;
	summary("text", PKS_BY_SITE, false, "summary.text");
	summary("json", PKS_BY_SITE, true, "summary.json");
}

static void summary_of_stat(void **state)
{
	(void)state;
	summary("text", PKS_BY_SITE, true, "stat-by-site.text");
	summary("text", PKS_BY_THREAD, true, "stat-by-thread.text");
	summary("text", PKS_BY_ALL, true, "stat.text");
	summary("json", PKS_BY_THREAD, true, "stat-by-thread.json");
	summary("json", PKS_BY_ALL, true, "stat.json");
}

/* --- snapshots, injections, hunts ------------------------------------------------ */

static void thread_print(struct fixture *f, const struct pks_inside *thread)
{
	struct resolved_inside *resolved = malloc(sizeof(*resolved));

	assert_non_null(resolved);
	resolve__inside(&f->resolver, thread, resolved);
	f->report.format->thread(&f->report, resolved);
	free(resolved);
}

static void snapshot_with(const char *format, const char *file)
{
	const struct report_snapshot counts = { .threads = 90, .in_state = { 2, 1, 1 } };
	struct pks_inside t = { .tid = 42,
				.tgid = 41,
				.pkrs = 0x55555550,
				.comm = "worker",
				.nr_stack = 2,
				.stack = { IN_MAP, IN_VFS_WRITE } };
	struct fixture f;

	fixture_open(&f);
	f.report.format = format__find(format);
	for (t.count = -1; t.count <= 2; t.count++)
		thread_print(&f, &t);
	t.nr_stack = 0;
	thread_print(&f, &t);
	t.running = 1;
	thread_print(&f, &t);
	f.report.format->snapshot(&f.report, &counts);
	assert_golden(file, fixture_text(&f));
	fixture_close(&f);
}

static void snapshots(void **state)
{
	(void)state;
	snapshot_with("text", "snapshot.text");
	snapshot_with("json", "snapshot.json");
}

/* Each as it comes, and a finding that follows one. */
static void injections(const char *format, const char *file)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct injections list = {};
	struct resolved_injection *resolved = malloc(sizeof(*resolved));
	struct fixture f;

	fixture_open(&f);
	assert_non_null(resolved);
	f.report.format = format__find(format);
	f.resolver.injections = &list;
	leak_case(&finding);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(injections__add(&list, &injection_cases[i], "should_failslab"), 0);
		resolve__injection(&f.resolver, &list.all[i], resolved);
		f.report.format->injection(&f.report, resolved);
		fixture_print(&f, format, &finding);
		finding.raw.tid = i == 1 ? 99 : 42;
	}
	assert_golden(file, fixture_text(&f));
	injections__free(&list);
	free(resolved);
	fixture_close(&f);
}

static void injected(void **state)
{
	(void)state;
	injections("text", "injections.text");
	injections("json", "injections.json");
}

static void hunt_with(const char *format, const char *file)
{
	struct hunt_summary sum = { .seconds = 2.5,
				    .survey_report = "BUG: a stray access\n",
				    .survey_findings = 1 };
	json_t *findings = fixture_found("stray-access");
	struct hunt_plan plan = {};
	struct fixture f;

	fixture_open(&f);
	f.report.format = format__find(format);
	fixture_plan(&plan);
	plan.sites[0].seen = 5;
	plan.sites[0].in_window = 2;
	plan.sites[1].file = "drv.c";
	plan.sites[1].line = 12;
	plan.items[0].result.outcomes |= HUNT_BIT(HUNT_KERNEL_OOPS);
	hunt_table__survey(&f.report, &plan, findings);
	hunt_table__runs(&f.report, &plan, &sum);
	sum = (struct hunt_summary){ .seconds = 1, .because = "interrupted" };
	plan.items[2].state = HUNT_DONE;
	plan.items[2].result.outcomes = HUNT_BIT(HUNT_NOT_REACHED);
	plan.items[2].result.wait_status = 9;
	hunt_table__runs(&f.report, &plan, &sum);
	assert_golden(file, fixture_text(&f));
	hunt_plan__free(&plan);
	json_decref(findings);
	fixture_close(&f);
}

static void hunts(void **state)
{
	(void)state;
	hunt_with("text", "hunt.text");
	hunt_with("json", "hunt.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_classes),
		cmocka_unit_test(findings_text),
		cmocka_unit_test(findings_json),
		cmocka_unit_test(findings_on_keys),
		cmocka_unit_test(findings_on_arguments),
		cmocka_unit_test(summary_of_run),
		cmocka_unit_test(summary_of_stat),
		cmocka_unit_test(snapshots),
		cmocka_unit_test(injected),
		cmocka_unit_test(hunts),
	};

	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
