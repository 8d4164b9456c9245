// SPDX-License-Identifier: GPL-2.0-only
/* JSON lines, parsed back: one object a line, and the values that went in. */
#include <jansson.h>

#include "report_fixture.h"

/* The only line printed, as an object; the caller frees it. */
static json_t *parse(struct fixture *f)
{
	const char *text = fixture_text(f);
	json_error_t error;
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!object)
		fail_msg("%s in: %s", error.text, text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_true(json_is_object(object));
	return object;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value)
		fail_msg("no text '%s'", key);
	return value;
}

static json_int_t number_of(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("no number '%s'", key);
	return json_integer_value(value);
}

/* What may take 64 bits is text. */
static unsigned long long count_of(const json_t *object, const char *key)
{
	const char *text = text_of(object, key);
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	assert_true(text[0] && !*end);
	return value;
}

static json_t *frame_of(const json_t *object, const char *stack, size_t at)
{
	json_t *all = json_object_get(json_object_get(object, "stacks"), stack);

	return json_array_get(json_object_get(all, "frames"), at);
}

static void test_stray_access(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_POISONED_GRANT);
	struct fixture f;
	json_t *object;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.write = 1;
	finding.raw.phys = 0x123000;
	finding.raw.pkrs = 0x55555554;
	finding.raw.ino = 12;
	finding.raw.index = 3;
	finding.raw.dev = 4094u << 20 | 99999;
	finding.follows =
		(struct model_link){ .time = 12, .place = IN_UNMAP, .class = PKS_UNDERFLOW };
	fixture_print(&f, "json", &finding);
	object = parse(&f);
	assert_string_equal(text_of(object, "type"), "finding");
	assert_int_equal(count_of(object, "time"), 12345678901);
	assert_string_equal(text_of(object, "class"), "stray-access");
	assert_string_equal(text_of(object, "cause"), "poisoned-grant");
	assert_string_equal(text_of(object, "in"), "drv_access+0x0/0x100 [drv]");
	assert_string_equal(text_of(object, "access"), "write");
	assert_string_equal(text_of(object, "address"), "0xff11000047ff8010");
	assert_string_equal(text_of(object, "fault_mode"), "relaxed");
	assert_string_equal(text_of(object, "rights"), "no access");
	assert_string_equal(text_of(json_object_get(object, "page"), "physical"), "0x123010");
	assert_string_equal(text_of(json_object_get(object, "file"), "device_number"),
			    "4094:99999");
	assert_int_equal(count_of(json_object_get(object, "file"), "inode"), 12);
	assert_null(json_object_get(json_object_get(object, "file"), "path"));
	assert_string_equal(text_of(json_object_get(object, "follows_from"), "class"), "underflow");
	assert_int_equal(number_of(json_object_get(object, "thread"), "tid"), 42);
	assert_string_equal(text_of(frame_of(object, "accessed_by", 0), "function"), "drv_access");
	assert_string_equal(text_of(frame_of(object, "accessed_by", 0), "module"), "drv");
	assert_int_equal(number_of(frame_of(object, "granted_by", 0), "offset"), 0x10);
	assert_string_equal(text_of(frame_of(object, "granted_by", 1), "function"), "vfs_write");
	json_decref(object);
	fixture_close(&f);
}

/* What is not known is not there, rather than zero. */
static void test_little_known(void **state)
{
	struct model_finding finding = { .raw = { .class = PKS_LEAK,
						  .boundary = PKS_THREAD_EXIT,
						  .granted = { .stack = PKS_NO_STACK },
						  .revoked = { .stack = PKS_NO_STACK } } };
	struct fixture f;
	json_t *object;

	(void)state;
	fixture_open(&f);
	fixture_print(&f, "json", &finding);
	object = parse(&f);
	assert_string_equal(text_of(object, "boundary"), "thread-exit");
	assert_null(json_object_get(object, "in"));
	assert_null(json_object_get(object, "cause"));
	assert_null(json_object_get(object, "file"));
	assert_null(json_object_get(object, "pkrs"));
	assert_int_equal(json_object_size(json_object_get(object, "stacks")), 0);
	assert_int_equal(json_object_size(json_object_get(object, "page")), 0);
	json_decref(object);
	fixture_close(&f);
}

static void test_summary(void **state)
{
	struct model_finding leak = fixture_finding(PKS_LEAK, 0), *added;
	struct pks_site_stat stat = { .grants = 3, .total = 30, .max = 20 };
	struct model m = { .found = { [PKS_LEAK] = 2 },
			   .faults = { .asked = { [1] = 1 }, .seen = { [1] = 1 } } };
	struct fixture f;
	json_t *object, *loss;

	(void)state;
	fixture_open(&f);
	model__add_finding(&m, &leak.raw, &leak.granted, &leak.revoked, &added);
	model__count_suppressed(&m);
	stat.hist[8] = 2;
	model__add_site(&m, IN_MAP, &stat, 0);
	model__add_loss(&m, 1, PKS_LOST_RING, 4);
	model__add_skipped(&m, "grant_page", 5);
	fixture_summary(&f, "json", &m, 2.5, false);
	object = parse(&f);
	assert_string_equal(text_of(object, "type"), "summary");
	assert_int_equal(count_of(object, "granted"), 3);
	assert_int_equal(count_of(object, "closed"), 2);
	assert_int_equal(count_of(object, "findings"), 1);
	assert_int_equal(count_of(object, "occurrences"), 2);
	assert_int_equal(count_of(json_object_get(object, "classes"), "leak"), 1);
	assert_true(json_is_false(json_object_get(object, "complete")));
	assert_string_equal(text_of(json_array_get(json_object_get(object, "sites"), 0),
				    "granted_by"),
			    "drv_map+0x10/0x100 [drv]");
	assert_string_equal(text_of(json_array_get(json_object_get(object, "repeats"), 0), "in"),
			    "drv_map+0x10/0x100 [drv]");
	loss = json_array_get(json_object_get(object, "losses"), 0);
	assert_string_equal(text_of(loss, "reason"), "ring full");
	assert_int_equal(count_of(json_object_get(loss, "cpus"), "cpu1"), 4);
	loss = json_array_get(json_object_get(object, "losses"), 1);
	assert_int_equal(count_of(json_object_get(loss, "programs"), "grant_page"), 5);
	json_decref(object);
	model__free(&m);
	fixture_close(&f);
}

/* A thread may call itself anything. */
static void test_name_that_is_no_utf8(void **state)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct fixture f;
	json_t *object;

	(void)state;
	fixture_open(&f);
	memcpy(finding.raw.comm, "a\"\n\xff\xfe", 6);
	fixture_print(&f, "json", &finding);
	object = parse(&f);
	assert_string_equal(text_of(json_object_get(object, "thread"), "comm"), "a\"\n??");
	json_decref(object);
	fixture_close(&f);
}

/* A note is a line of the output as well; what a listener says of it is not. */
static void test_message(void **state)
{
	struct fixture f;
	json_t *object;

	(void)state;
	fixture_open(&f);
	f.report.format = format__find("json");
	report__hear(&f.report);
	status__note("can't read %s", "\377");
	report__deaf();
	object = parse(&f);
	assert_string_equal(text_of(object, "type"), "message");
	assert_int_equal(number_of(object, "version"), 1);
	assert_string_equal(text_of(object, "text"), "can't read ?");
	json_decref(object);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stray_access),
		cmocka_unit_test(test_little_known),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_name_that_is_no_utf8),
	};

	return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
