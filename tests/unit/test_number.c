// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and times: what is understood, to the last digit, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "util/number.h"

#define SECOND 1000000000ULL

/* Neither a number with a point nor a whole one, nor a time: whatever strtod() takes for one. */
/* clang-format off */
static const char *const never[] = {
	"",
	"-",
	"+1",
	" 1",
	"1 ",
	"\t1",
	"1\n",
	"0x10",
	"0x",
	"1e0",
	"1E3",
	"nan",
	"inf",
	"0x1p3",
	"1.",
	".5",
	"1..2",
	"1.2.3",
	"--1",
	"1,5",
	"1'000",
	"99999999999999999999999999",
	"18446744073709551616",
};
/* clang-format on */

#define NR_NEVER (sizeof(never) / sizeof(never[0]))

static void integers(void **state)
{
	int64_t value = 77;

	(void)state;
	assert_true(number__integer("0", 0, 9, &value));
	assert_int_equal(value, 0);
	assert_true(number__integer("007", 0, 9, &value));
	assert_int_equal(value, 7);
	assert_true(number__integer("-1", -1, 9, &value));
	assert_int_equal(value, -1);
	assert_true(number__integer("9223372036854775807", 0, INT64_MAX, &value));
	assert_int_equal(value, INT64_MAX);
	assert_false(number__integer("9223372036854775808", 0, INT64_MAX, &value));
	assert_false(number__integer("1.9", 0, 9, &value));
	assert_false(number__integer("1.0", 0, 9, &value));
	assert_false(number__integer("10", 0, 9, &value));
	assert_false(number__integer("-1", 0, 9, &value));
	assert_false(number__integer("1x", 0, 9, &value));
	for (size_t i = 0; i < NR_NEVER; i++)
		if (number__integer(never[i], INT64_MIN, INT64_MAX, &value))
			fail_msg("'%s' was taken for a whole number", never[i]);
	assert_int_equal(value, INT64_MAX);
}

static void naturals(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(number__natural("0xffffffff81000000", &value));
	assert_int_equal(value, 0xffffffff81000000);
	assert_true(number__natural("18446744073709551615", &value));
	assert_int_equal(value, UINT64_MAX);
	assert_true(number__natural("010", &value)); /* no octal: nobody writes an offset so */
	assert_int_equal(value, 10);
	assert_false(number__natural("0x", &value));
	assert_false(number__natural("0x1ffffffffffffffff", &value));
	assert_false(number__natural("0x-1", &value));
	assert_false(number__natural("0x 1", &value));
	assert_false(number__natural("-1", &value));
	assert_false(number__natural("ff", &value));
}

static void fractions(void **state)
{
	double value = 77;

	(void)state;
	assert_true(number__fraction("0.5", 0, 100, &value));
	assert_true(value == 0.5);
	assert_true(number__fraction("100", 0, 100, &value));
	assert_true(value == 100);
	assert_true(number__fraction("0.000000001", 0, 100, &value));
	assert_false(number__fraction("0.0000000001", 0, 100, &value));
	assert_false(number__fraction("100.000000001", 0, 100, &value));
	assert_false(number__fraction("-0", 0, 100, &value));
	assert_false(number__fraction("5%", 0, 100, &value));
	for (size_t i = 0; i < NR_NEVER; i++)
		if (number__fraction(never[i], 0, 1e30, &value))
			fail_msg("'%s' was taken for a number", never[i]);
}

static void times(void **state)
{
	uint64_t ns = 77;

	(void)state;
	assert_true(duration__parse("250ns", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_int_equal(ns, 250);
	assert_true(duration__parse("1.5us", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_int_equal(ns, 1500);
	assert_true(duration__parse("0.000000001s", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_int_equal(ns, 1);
	assert_true(duration__parse("1", DURATION_SECONDS, 1, SECOND, &ns));
	assert_int_equal(ns, SECOND);
	assert_true(
		duration__parse("18446744073.709551615s", DURATION_SECONDS, 1, UINT64_MAX, &ns));
	assert_int_equal(ns, UINT64_MAX);
	assert_false(
		duration__parse("18446744073.709551616s", DURATION_SECONDS, 1, UINT64_MAX, &ns));
	assert_false(duration__parse("1", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("1.5ns", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("0ms", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("1.1s", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("5 ms", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("-5ms", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("5MS", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("5msec", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	assert_false(duration__parse("ms", DURATION_UNIT_NEEDED, 1, SECOND, &ns));
	for (size_t i = 0; i < NR_NEVER; i++)
		if (duration__parse(never[i], DURATION_SECONDS, 0, UINT64_MAX, &ns))
			fail_msg("'%s' was taken for a time", never[i]);
}

/* What is printed exactly is read back as the same. */
static void times_back(void **state)
{
	static const uint64_t all[] = { 0,	 1,	     999,	  1000,	     1001,
					1500000, 1000000000, 10000000001, UINT64_MAX };
	char text[32];
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_true(duration__parse(duration__exact(all[i], text, sizeof(text)),
					    DURATION_UNIT_NEEDED, 0, UINT64_MAX, &ns));
		assert_int_equal(ns, all[i]);
	}
	assert_string_equal(duration__exact(1500000, text, sizeof(text)), "1500us");
	assert_string_equal(duration__exact(SECOND, text, sizeof(text)), "1s");
	assert_string_equal(duration__text(9999, text, sizeof(text)), "9999 ns");
	assert_string_equal(duration__text(10000, text, sizeof(text)), "10.0 us");
	assert_string_equal(duration__text(9999900, text, sizeof(text)), "9999.9 us");
	assert_string_equal(duration__text(10000000, text, sizeof(text)), "10.0 ms");
	assert_string_equal(duration__text(10 * SECOND, text, sizeof(text)), "10.0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),   cmocka_unit_test(naturals),
		cmocka_unit_test(fractions),  cmocka_unit_test(times),
		cmocka_unit_test(times_back),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
