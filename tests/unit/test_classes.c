// SPDX-License-Identifier: GPL-2.0-only
/* The tables of names: complete, distinct, one line each, and back from name to number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "findings/class.h"

struct words {
	const char *name, *meaning;
};

static struct words class_words(unsigned int i)
{
	return (struct words){ class__row(i)->name, class__row(i)->meaning };
}

static struct words cause_words(unsigned int i)
{
	return (struct words){ cause__row(i)->name, cause__row(i)->meaning };
}

static struct words boundary_words(unsigned int i)
{
	return (struct words){ boundary__row(i)->name, boundary__row(i)->meaning };
}

static struct words context_words(unsigned int i)
{
	return (struct words){ context__row(i)->name, context__row(i)->meaning };
}

static struct words loss_words(unsigned int i)
{
	return (struct words){ loss__row(i)->name, loss__row(i)->meaning };
}

/* From `first` on each number has a name of its own; what is beyond the end has none. */
static void check_names(struct words (*words)(unsigned int), unsigned int first, unsigned int nr)
{
	for (unsigned int i = first; i < nr; i++) {
		assert_string_not_equal(words(i).name, "?");
		assert_null(strchr(words(i).name, '\n'));
		assert_null(strchr(words(i).meaning, '\n'));
		for (unsigned int j = first; j < i; j++)
			assert_string_not_equal(words(i).name, words(j).name);
	}
	assert_string_equal(words(nr).name, "?");
	assert_string_equal(words(~0u).name, "?");
}

static void test_names(void **state)
{
	(void)state;
	check_names(class_words, 1, PKS_NR_CLASSES);
	check_names(cause_words, 1, PKS_NR_CAUSES);
	check_names(boundary_words, 1, PKS_NR_BOUNDARIES);
	check_names(context_words, 0, PKS_NR_CONTEXTS);
	check_names(loss_words, 0, NR_LOSSES);
	assert_string_equal(class__row(0)->name, "?");
}

/* What a report of a class is made from is there: a sentence, a stack to blame, its title. */
static void test_rows_are_whole(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PKS_NR_CLASSES; i++) {
		const struct class_row *row = class__row(i);

		assert_non_null(row->sentence);
		assert_int_not_equal(row->stack[row->primary].source, STACK_NONE);
		for (int role = 0; role < NR_ROLES; role++)
			assert_true((row->stack[role].source != STACK_NONE) ==
				    !!row->stack[role].title);
	}
}

/* What may follow from what, pair by pair. */
static void test_consequences(void **state)
{
	(void)state;
	assert_true(class__may_follow(PKS_RESIDUE, 0, PKS_STRAY_ACCESS));
	assert_true(class__may_follow(PKS_STRAY_ACCESS, PKS_POISONED_GRANT, PKS_UNDERFLOW));
	assert_true(class__may_follow(PKS_STRAY_ACCESS, PKS_POISONED_GRANT, PKS_CROSS_THREAD));
	assert_false(class__may_follow(PKS_STRAY_ACCESS, PKS_POISONED_GRANT, PKS_STRAY_ACCESS));
	assert_false(class__may_follow(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED, PKS_UNDERFLOW));
	assert_false(class__may_follow(PKS_LEAK, 0, PKS_UNDERFLOW));
	assert_false(class__may_follow(PKS_RESIDUE, 0, ~0u));
	assert_true(class__has_consequence(PKS_CROSS_THREAD));
	assert_false(class__has_consequence(PKS_RESIDUE));
	assert_false(class__has_consequence(~0u));
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

/* What `stat` says at its start, to the letter. */
static void test_stat_words(void **state)
{
	char words[256];

	(void)state;
	assert_string_equal(class__stat_words(words, sizeof(words)),
			    "wrong-page, out-of-order and ineffective-grant pass unseen, "
			    "cross-thread counts as underflow");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),		cmocka_unit_test(test_rows_are_whole),
		cmocka_unit_test(test_consequences),	cmocka_unit_test(test_names_are_words),
		cmocka_unit_test(test_back_to_numbers), cmocka_unit_test(test_stat_words),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
