// SPDX-License-Identifier: GPL-2.0-only
/* The tables of names: complete, distinct, one line each, and back from name to number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "findings/class.h"

/* From `first` on each number has a name of its own; what is beyond the end has none. */
static void check_names(const struct class_row *(*row)(unsigned int), unsigned int first,
			unsigned int nr)
{
	for (unsigned int i = first; i < nr; i++) {
		assert_string_not_equal(row(i)->name, "?");
		assert_null(strchr(row(i)->name, '\n'));
		assert_null(strchr(row(i)->meaning, '\n'));
		for (unsigned int j = first; j < i; j++)
			assert_string_not_equal(row(i)->name, row(j)->name);
	}
	assert_string_equal(row(nr)->name, "?");
	assert_string_equal(row(~0u)->name, "?");
}

static void test_names(void **state)
{
	(void)state;
	check_names(class__row, 1, PKS_NR_CLASSES);
	check_names(cause__row, 1, PKS_NR_CAUSES);
	check_names(boundary__row, 1, PKS_NR_BOUNDARIES);
	check_names(context__row, 0, PKS_NR_CONTEXTS);
	check_names(loss__row, 0, PKS_NR_LOSSES);
	assert_string_equal(class__row(0)->name, "?");
}

/* Reports are parsed by "Cause: NAME:" and "CLASS in": names are single words. */
static void test_names_are_words(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < PKS_NR_CLASSES; i++)
		assert_null(strpbrk(class__row(i)->name, " :/"));
	for (unsigned int i = 1; i < PKS_NR_CAUSES; i++)
		assert_null(strpbrk(cause__row(i)->name, " :/"));
	for (unsigned int i = 1; i < PKS_NR_BOUNDARIES; i++)
		assert_null(strpbrk(boundary__row(i)->name, " :/"));
}

static void test_back_to_numbers(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < PKS_NR_CLASSES; i++)
		assert_int_equal(class__number(class__row(i)->name), i);
	for (unsigned int i = 1; i < PKS_NR_CAUSES; i++)
		assert_int_equal(cause__number(cause__row(i)->name), i);
	assert_int_equal(class__number("?"), 0);
	assert_int_equal(class__number(""), 0);
	assert_int_equal(class__number("leak "), 0);
	assert_int_equal(cause__number("leak"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_are_words),
		cmocka_unit_test(test_back_to_numbers),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
