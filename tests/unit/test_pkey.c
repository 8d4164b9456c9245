// SPDX-License-Identifier: GPL-2.0-only
/* The pgmaps' protection key is the kernel's: each way in which it is found out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <bpf/btf.h>
#include <cmocka.h>

#include "kernel/dialect/dialect.h"

#define CLOSED 0x55555554u

/* Type information with the keys' enumerators, the pgmaps' being `key`; 0: without it. */
static struct btf *types(const char *type, int key)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_true(btf__add_enum(btf, "zone_type", 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "ZONE_DEVICE", 3), 0);
	assert_true(btf__add_enum(btf, type, 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "PKS_KEY_DEFAULT", 0), 0);
	if (key)
		assert_int_equal(btf__add_enum_value(btf, "PKS_KEY_PGMAP_PROTECTION", key), 0);
	return btf;
}

static void expect_of_types(const char *type, int key, unsigned int wanted)
{
	struct btf *btf = types(type, key);

	assert_int_equal(pkey__of_types(btf), wanted);
	btf__free(btf);
}

static void test_types(void **state)
{
	(void)state;
	expect_of_types("pks_pkey_consumers", 2, 2);
	expect_of_types("pks_pkey_consumers", 5, 5);
	expect_of_types("a_later_name", 3, 3);
	expect_of_types(NULL, 15, 15);
	expect_of_types("pks_pkey_consumers", 0, 0);
	expect_of_types("pks_pkey_consumers", 16, 0); /* no such key */
}

static void test_callbacks(void **state)
{
	__u64 table[PKS_PKEYS] = { [1] = 0x1000, [2] = 0x2000, [15] = 0x3000 };

	(void)state;
	assert_int_equal(pkey__of_callbacks(table, 0x2000), 2);
	assert_int_equal(pkey__of_callbacks(table, 0x3000), 15);
	assert_int_equal(pkey__of_callbacks(table, 0x4000), 0);
	assert_int_equal(pkey__of_callbacks(table, 0), 0); /* not known, and not key 3 */
}

static void test_rights(void **state)
{
	(void)state;
	assert_int_equal(pkey__of_rights(CLOSED, CLOSED & ~pkey__mask(1)), 1);
	assert_int_equal(pkey__of_rights(CLOSED, CLOSED & ~pkey__mask(5)), 5);
	/* Another key is open all the time. */
	assert_int_equal(pkey__of_rights(0x55555550, 0x55555540), 2);
	/* Nothing changed, one was closed, or two were opened. */
	assert_int_equal(pkey__of_rights(CLOSED, CLOSED), 0);
	assert_int_equal(pkey__of_rights(0x55555550, CLOSED), 0);
	assert_int_equal(pkey__of_rights(CLOSED, 0x55555540), 0);
}

static void test_environment(void **state)
{
	unsigned int number;

	(void)state;
	unsetenv("PKSTRACE_PKEY");
	assert_false(pkey__wanted(PKEY_GIVEN, &number));
	assert_true(pkey__wanted(PKEY_FROM_TYPES, &number));
	assert_true(pkey__wanted(PKEY_FROM_GRANT, &number));
	setenv("PKSTRACE_PKEY", "7", 1);
	assert_true(pkey__wanted(PKEY_GIVEN, &number));
	assert_int_equal(number, 7);
	assert_false(pkey__wanted(PKEY_FROM_TYPES, &number));
	setenv("PKSTRACE_PKEY", "grant", 1);
	assert_false(pkey__wanted(PKEY_GIVEN, &number));
	assert_false(pkey__wanted(PKEY_FROM_CALLBACKS, &number));
	assert_true(pkey__wanted(PKEY_FROM_GRANT, &number));
	assert_int_equal(number, 0);
	setenv("PKSTRACE_PKEY", "16", 1);
	for (int i = PKEY_GIVEN; i < NR_PKEY_SOURCES; i++)
		assert_false(pkey__wanted(i, &number));
	unsetenv("PKSTRACE_PKEY");
}

static void test_dialect(void **state)
{
	const struct pkey five = { PKEY_FROM_CALLBACKS, 5 }, none = { PKEY_NOT_FOUND, 0 };
	struct dialect d = { .name = "V10" };
	char text[160];

	(void)state;
	dialect__set_pkey(&d, &five);
	assert_int_equal(d.facts.pkey_mask, 0xc00);
	assert_int_equal(d.facts.pkey_default, 0x400);
	assert_string_equal(pkey__describe(&d.pkey, text, sizeof(text)),
			    "5, by the kernel's table of who handles a key's faults");
	dialect__set_pkey(&d, &none);
	assert_int_equal(d.facts.pkey_mask, 0);
	assert_int_equal(d.facts.pkey_default, 0);
	assert_memory_equal(pkey__describe(&d.pkey, text, sizeof(text)), "not found: ", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),	cmocka_unit_test(test_callbacks),
		cmocka_unit_test(test_rights),	cmocka_unit_test(test_environment),
		cmocka_unit_test(test_dialect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
