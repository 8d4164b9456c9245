// SPDX-License-Identifier: GPL-2.0-only
/* The file that a hunt is resumed from: all of it comes back, and nothing in it is trusted. */
#include "hunt_fixture.h"
#include "hunt/state.h"

#include <sys/stat.h>

static char *const command[] = { "dd", "if=/dev/zero", NULL };
static char path[] = "/tmp/pkstrace-hunt-XXXXXX";

static const struct hunt_state_file here = { .path = path, .command = command, .boot = "one" };
static const struct hunt_state_file later = { .path = path, .command = command, .boot = "two" };

static int setup(void **state)
{
	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	close(mkstemp(path));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

/* Bad input is reported on stderr: not in the test's output. */
static enum status load_quietly(const struct hunt_state_file *file)
{
	struct hunt_plan plan = {};
	int saved = dup(STDERR_FILENO);
	enum status status;

	assert_non_null(freopen("/dev/null", "w", stderr));
	status = hunt_state__load(file, &plan);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	hunt_plan__free(&plan);
	return status;
}

static void save_fixture(void)
{
	struct hunt_plan plan = {};

	fixture_plan(&plan);
	assert_int_equal(hunt_state__save(&here, &plan), STATUS_CLEAN);
	hunt_plan__free(&plan);
}

static void all_comes_back(void **state)
{
	struct hunt_plan plan = {};
	const struct hunt_item *first;

	(void)state;
	save_fixture();
	assert_int_equal(hunt_state__load(&here, &plan), STATUS_CLEAN);
	assert_int_equal(plan.nr_sites, 2);
	assert_int_equal(plan.nr_items, 3);
	first = &plan.items[0];
	assert_int_equal(first->state, HUNT_DONE);
	assert_int_equal(first->value[0], -12);
	assert_int_equal(first->result.outcomes, HUNT_BIT(HUNT_LEAK) | HUNT_BIT(HUNT_CMD_FAILED));
	assert_int_equal(first->result.wait_status, 1 << 8);
	assert_string_equal(first->result.report, "BUG: a leak\n");
	assert_int_equal(json_array_size(first->result.findings), 1);
	assert_string_equal(first->result.oops, "BUG: an oops\n---[ end trace ]---\n");
	assert_true(plan.sites[1].own);
	assert_int_equal(plan.sites[0].id, hunt_site__id("should_failslab", ALLOC_STACK));
	/* Where it lies is another session's. */
	assert_int_equal(plan.sites[0].hash, 0);
	assert_int_equal(plan.items[2].depth, 2);
	assert_int_equal(plan.items[2].site[1], 1);
	hunt_plan__free(&plan);
}

static void run_that_was_under_way(void **state)
{
	struct hunt_plan plan = {};

	(void)state;
	save_fixture();
	assert_int_equal(hunt_state__load(&here, &plan), STATUS_CLEAN);
	assert_int_equal(plan.items[1].state, HUNT_PENDING);
	hunt_plan__free(&plan);
	assert_int_equal(hunt_state__load(&later, &plan), STATUS_CLEAN);
	assert_int_equal(plan.items[1].state, HUNT_DONE);
	assert_int_equal(plan.items[1].result.outcomes, HUNT_BIT(HUNT_KERNEL_OOPS));
	hunt_plan__free(&plan);
}

static void no_file(void **state)
{
	struct hunt_plan plan = {};

	(void)state;
	unlink(path);
	assert_int_equal(hunt_state__load(&here, &plan), STATUS_CLEAN);
	assert_int_equal(plan.nr_items, 0);
}

static void another_command(void **state)
{
	char *const longer[] = { "dd", "if=/dev/zero", "count=1", NULL };
	char *const shorter[] = { "dd", NULL };

	(void)state;
	save_fixture();
	assert_int_equal(load_quietly(&(struct hunt_state_file){ path, longer, "one" }),
			 STATUS_USAGE);
	assert_int_equal(load_quietly(&(struct hunt_state_file){ path, shorter, "one" }),
			 STATUS_USAGE);
}

static void write_state(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define HEAD "{\"pkstrace_hunt\":1,\"command\":[\"dd\",\"if=/dev/zero\"],\"boot\":\"one\","
#define SITE "{\"function\":\"f\",\"own\":false,\"stack\":\"a\\n\"}"

static void damaged(void **state)
{
	static const char *const texts[] = {
		"",
		"nonsense",
		"[]",
		"{}",
		HEAD,
		"{\"pkstrace_hunt\":2,\"command\":[],\"boot\":\"\",\"sites\":[],\"items\":[]}",
		HEAD "\"sites\":{},\"items\":[]}",
		HEAD "\"sites\":[7],\"items\":[]}",
		HEAD "\"sites\":[{\"function\":\"\",\"own\":false,\"stack\":\"a\"}],\"items\":[]}",
		HEAD "\"sites\":[{\"function\":\"f\",\"own\":false,\"stack\":\"\"}],\"items\":[]}",
		HEAD
		"\"sites\":[{\"function\":\"ffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffffffffffffff\",\"own\":false,\"stack\":\"a\"}],\"items\":[]}",
		HEAD "\"sites\":[" SITE "," SITE "],\"items\":[]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{}]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{\"state\":\"lost\",\"calls\":[]}]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{\"state\":\"pending\",\"calls\":[]}]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{\"state\":\"pending\",\"calls\":"
		     "[{\"site\":1,\"value\":-1}]}]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{\"state\":\"pending\",\"calls\":"
		     "[{\"site\":-1,\"value\":-1}]}]}",
		HEAD
		"\"sites\":[" SITE "],\"items\":[{\"state\":\"pending\",\"calls\":"
		"[{\"site\":0,\"value\":0},{\"site\":0,\"value\":0},{\"site\":0,\"value\":0}]}]}",
		HEAD "\"sites\":[" SITE "],\"items\":[{\"state\":\"done\",\"calls\":"
		     "[{\"site\":0,\"value\":-1}]}]}",
		HEAD
		"\"sites\":[" SITE "],\"items\":[{\"state\":\"done\",\"calls\":"
		"[{\"site\":0,\"value\":-1}],\"outcomes\":[\"odd\"],\"status\":0,\"seconds\":1,"
		"\"report\":\"\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_state(texts[i]);
		assert_int_equal(load_quietly(&here), STATUS_USAGE);
	}
}

/* Cut off or altered anywhere: refused or read, never worse. */
static void damaged_anywhere(void **state)
{
	static char text[4096], bad[4096];
	FILE *f;
	size_t size;

	(void)state;
	save_fixture();
	f = fopen(path, "r");
	assert_non_null(f);
	size = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	for (size_t i = 0; i < size; i++) {
		memcpy(bad, text, size + 1);
		bad[i] = 0;
		write_state(bad);
		assert_int_equal(load_quietly(&here), STATUS_USAGE);
		memcpy(bad, text, size + 1);
		bad[i] ^= 0x15;
		write_state(bad);
		load_quietly(&here);
	}
}

static enum status save_quietly(const struct hunt_state_file *file)
{
	struct hunt_plan plan = {};
	int saved = dup(STDERR_FILENO);
	enum status status;

	assert_non_null(freopen("/dev/null", "w", stderr));
	status = hunt_state__save(file, &plan);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return status;
}

static void nowhere_to_write(void **state)
{
	const struct hunt_state_file file = { "/nonexistent/state", command, "one" };

	(void)state;
	assert_int_equal(save_quietly(&file), STATUS_CANNOT);
}

/* In a directory where others write, too, the new state does not go where they point. */
static void a_link_in_the_way(void **state)
{
	char temporary[sizeof(path) + 4], victim[sizeof(path) + 8];
	struct stat st;
	FILE *f;

	(void)state;
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	snprintf(victim, sizeof(victim), "%s.victim", path);
	f = fopen(victim, "w");
	assert_non_null(f);
	fputs("dear", f);
	fclose(f);
	assert_int_equal(symlink(victim, temporary), 0);
	assert_int_equal(save_quietly(&here), STATUS_CANNOT);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 4);
	unlink(temporary);
	unlink(victim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(run_that_was_under_way, setup, teardown),
		cmocka_unit_test_setup_teardown(no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(another_command, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(nowhere_to_write, setup, teardown),
		cmocka_unit_test_setup_teardown(a_link_in_the_way, setup, teardown),
	};

	return cmocka_run_group_tests_name("hunt_state", tests, NULL, NULL);
}
