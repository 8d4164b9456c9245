// SPDX-License-Identifier: GPL-2.0-only
/* The plan of a hunt: sites and runs that are the same, what comes next; the table at the end. */
#include "hunt_fixture.h"
#include "hunt/found.h"
#include "hunt/table.h"

static void same_site_twice(void **state)
{
	struct hunt_plan plan = {};
	size_t first = fixture_site(&plan, "should_failslab", ALLOC_STACK, 0);

	(void)state;
	/* Known by name from before: this session's hash is added, and then kept. */
	assert_int_equal(fixture_site(&plan, "should_failslab", ALLOC_STACK, 7), first);
	assert_int_equal(plan.sites[first].hash, 7);
	assert_int_equal(fixture_site(&plan, "should_failslab", ALLOC_STACK, 8), first);
	assert_int_equal(plan.sites[first].hash, 7);
	assert_int_equal(hunt_plan__by_hash(&plan, 7), first);
	assert_int_equal(hunt_plan__by_hash(&plan, 0), -1);
	/* The same stack below another function is another site. */
	assert_int_not_equal(fixture_site(&plan, "should_fail_bio", ALLOC_STACK, 9), first);
	hunt_plan__free(&plan);
}

static void site_name(void **state)
{
	struct hunt_plan plan = {};
	size_t length, only;
	const char *name;

	(void)state;
	fixture_plan(&plan);
	name = hunt_site__name(&plan.sites[0], &length);
	assert_int_equal(length, strlen("drv_write+0x20/0x40 [drv]"));
	assert_memory_equal(name, "drv_write+0x20/0x40 [drv]", length);
	/* Nothing but the allocator: then that is its name. */
	only = fixture_site(&plan, "should_failslab", "kmalloc_trace+0x1/0x2\n", 3);
	name = hunt_site__name(&plan.sites[only], &length);
	assert_int_equal(length, strlen("kmalloc_trace+0x1/0x2"));
	hunt_plan__free(&plan);
}

static void in_module(void **state)
{
	struct hunt_site site = { .stack = "__kmalloc+0x1/0x9\nrun+0x2/0x4 [nvme_tcp]\n" };

	(void)state;
	assert_true(hunt_site__in_module(&site, "nvme_tcp"));
	assert_true(hunt_site__in_module(&site, "nvme-tcp"));
	assert_false(hunt_site__in_module(&site, "nvme"));
	assert_false(hunt_site__in_module(&site, "nvme_tcp2"));
	assert_false(hunt_site__in_module(&site, "tcp"));
	site.stack = "vfs_write+0x1/0x2\n";
	assert_false(hunt_site__in_module(&site, "vfs"));
}

/* Two runs and one place; a run that shows a place twice counts once. */
static void found_once(void **state)
{
	struct hunt_result again = { .outcomes = HUNT_BIT(HUNT_LEAK) };
	struct hunt_plan plan = {};
	struct report_found *found;
	size_t nr;

	(void)state;
	fixture_plan(&plan);
	again.findings =
		json_pack("[{s:s}, {s:s}, {s:s, s:s, s:s}]", "class", "leak", "class", "leak",
			  "class", "stray-access", "cause", "never-granted", "in", "drv_copy");
	hunt_item__finish(&plan.items[1], &again);
	found = hunt_found(&plan, &nr);
	assert_int_equal(nr, 2);
	assert_string_equal(found[0].class, "leak");
	assert_null(found[0].in);
	assert_int_equal(found[0].runs, 2);
	assert_int_equal(found[0].first, 1);
	assert_string_equal(found[1].in, "drv_copy");
	assert_int_equal(found[1].runs, 1);
	assert_int_equal(found[1].first, 2);
	free(found);
	hunt_plan__free(&plan);
}

static void next_run(void **state)
{
	struct hunt_plan plan = {};
	struct hunt_result clean = {};

	(void)state;
	assert_int_equal(hunt_plan__next(&plan), -1);
	fixture_plan(&plan);
	assert_int_equal(hunt_plan__next(&plan), 1);
	assert_int_equal(hunt_plan__done(&plan), 1);
	assert_int_equal(hunt_plan__found(&plan), 1);
	hunt_item__finish(&plan.items[1], &clean);
	hunt_item__finish(&plan.items[2], &clean);
	assert_int_equal(hunt_plan__next(&plan), -1);
	assert_int_equal(hunt_plan__done(&plan), 3);
	assert_int_equal(hunt_plan__found(&plan), 1);
	hunt_plan__free(&plan);
}

static void same_run_twice(void **state)
{
	struct hunt_plan plan = {};
	size_t site = fixture_site(&plan, "should_failslab", ALLOC_STACK, 1);

	(void)state;
	fixture_item(&plan, site, -12);
	fixture_item(&plan, site, -12);
	assert_int_equal(plan.nr_items, 1);
	fixture_item(&plan, site, -5);
	assert_int_equal(plan.nr_items, 2);
	hunt_plan__free(&plan);
}

static void outcome_names(void **state)
{
	(void)state;
	assert_string_equal(hunt_outcome__name(0), "clean");
	assert_string_equal(hunt_outcome__name(HUNT_BIT(HUNT_CMD_FAILED) | HUNT_BIT(HUNT_LEAK)),
			    "leak");
	assert_string_equal(hunt_outcome__name(HUNT_BIT(HUNT_LEAK) | HUNT_BIT(HUNT_STRAY_ACCESS)),
			    "stray access");
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		assert_int_equal(hunt_outcome__parse(hunt_outcome__text(i)), i);
	assert_int_equal(hunt_outcome__parse("clean"), -1);
	assert_false(hunt_outcome__is_finding(HUNT_BIT(HUNT_CMD_FAILED) | HUNT_BIT(HUNT_CMD_HUNG) |
					      HUNT_BIT(HUNT_NOT_REACHED)));
	assert_true(hunt_outcome__is_finding(HUNT_BIT(HUNT_OTHER_FINDING)));
}

static void error_names(void **state)
{
	struct hunt_site bio = { .function = "should_fail_bio" };
	struct hunt_site page = { .function = "should_fail_alloc_page" };
	char text[24];

	(void)state;
	hunt_table__error(&bio, -5, text, sizeof(text));
	assert_string_equal(text, "EIO");
	hunt_table__error(&bio, 0, text, sizeof(text));
	assert_string_equal(text, "NULL");
	hunt_table__error(&bio, 1, text, sizeof(text));
	assert_string_equal(text, "1");
	hunt_table__error(&page, 1, text, sizeof(text));
	assert_string_equal(text, "ENOMEM");
	hunt_table__error(&bio, -4000, text, sizeof(text));
	assert_string_equal(text, "-4000");
}

/* What a format makes of a plan; the caller's to free. */
static char *printed(const char *format, const struct hunt_plan *plan,
		     const struct hunt_summary *summary)
{
	struct report report = { .format = format__find(format) };
	char *text = NULL;
	size_t size;

	report.out = open_memstream(&text, &size);
	assert_non_null(report.out);
	hunt_table__runs(&report, plan, summary);
	assert_int_equal(report.missing, 0);
	fclose(report.out);
	return text;
}

static void table_text(void **state)
{
	const struct hunt_summary summary = { .seconds = 2, .because = "interrupted" };
	struct hunt_plan plan = {};
	char *text;

	(void)state;
	fixture_plan(&plan);
	text = printed("text", &plan, &summary);
	assert_non_null(strstr(text, "\nRun 1:\nBUG: a leak\n"));
	assert_non_null(strstr(text,
			       "    1  leak          1       ENOMEM    should_failslab           "
			       "drv_write+0x20/0x40 [drv]\n"));
	/* Runs that were not made have no row. */
	assert_null(strstr(text, "drv_copy"));
	assert_non_null(strstr(text, "1 of 3 error paths walked in 2.0 s, 1 of them with findings\n"
				     "pkstrace: INCOMPLETE: interrupted\n"));
	free(text);
	hunt_plan__free(&plan);
}

static void table_of_two_failures(void **state)
{
	struct hunt_result killed = { .wait_status = 9 };
	const struct hunt_summary summary = { .seconds = 1 };
	struct hunt_plan plan = {};
	char *text;

	(void)state;
	fixture_plan(&plan);
	hunt_item__finish(&plan.items[2], &killed);
	text = printed("text", &plan, &summary);
	assert_non_null(strstr(text,
			       "    3  clean         SIG 9   ENOMEM    should_failslab           "
			       "drv_write+0x20/0x40 [drv]\n"));
	assert_non_null(strstr(text,
			       "         and then            EFAULT    fail_usercopy             "
			       "drv_copy+0x44/0xf0 [drv]\n"));
	free(text);
	hunt_plan__free(&plan);
}

static void table_json(void **state)
{
	const struct hunt_summary summary = { .seconds = 2 };
	struct hunt_plan plan = {};
	json_t *run, *sum;
	size_t length;
	char *text;

	(void)state;
	fixture_plan(&plan);
	text = printed("json", &plan, &summary);
	length = strcspn(text, "\n");
	run = json_loadb(text, length, 0, NULL);
	sum = json_loads(text + length + 1, 0, NULL);
	assert_non_null(run);
	assert_non_null(sum);
	assert_string_equal(json_string_value(json_object_get(run, "outcome")), "leak");
	assert_int_equal(json_array_size(json_object_get(run, "outcomes")), 2);
	assert_int_equal(json_array_size(json_object_get(run, "findings")), 1);
	assert_int_equal(json_integer_value(json_object_get(sum, "walked")), 1);
	assert_true(json_is_true(json_object_get(sum, "complete")));
	json_decref(run);
	json_decref(sum);
	free(text);
	hunt_plan__free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_site_twice), cmocka_unit_test(site_name),
		cmocka_unit_test(in_module),	   cmocka_unit_test(found_once),
		cmocka_unit_test(next_run),	   cmocka_unit_test(same_run_twice),
		cmocka_unit_test(outcome_names),   cmocka_unit_test(error_names),
		cmocka_unit_test(table_text),	   cmocka_unit_test(table_of_two_failures),
		cmocka_unit_test(table_json),
	};

	return cmocka_run_group_tests_name("hunt_plan", tests, NULL, NULL);
}
