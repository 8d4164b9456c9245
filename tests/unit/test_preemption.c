// SPDX-License-Identifier: GPL-2.0-only
/* The preemption model, out of what kernels say of themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kernel/dialect/preemption.h"

static void test_brackets(void **state)
{
	(void)state;
	assert_int_equal(preemption__parse("none voluntary (full)\n"), PREEMPTION_FULL);
	assert_int_equal(preemption__parse("(none) voluntary full\n"), PREEMPTION_NONE);
	assert_int_equal(preemption__parse("none (voluntary) full\n"), PREEMPTION_VOLUNTARY);
	assert_int_equal(preemption__parse("none voluntary full (lazy)\n"), PREEMPTION_LAZY);
	assert_int_equal(preemption__parse("full (lazy) \n"), PREEMPTION_LAZY);
}

static void test_brackets_of_no_model(void **state)
{
	(void)state;
	assert_int_equal(preemption__parse(""), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__parse("none voluntary full\n"), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__parse("none (ful) full\n"), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__parse("none (fully)\n"), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__parse("(full"), PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__parse("()"), PREEMPTION_UNKNOWN);
}

static void test_version(void **state)
{
	(void)state;
	assert_int_equal(preemption__of_version("#1 SMP Debian 6.1.192-3"), PREEMPTION_NONE);
	assert_int_equal(preemption__of_version("#1 SMP PREEMPT Thu Jan 1 2026"), PREEMPTION_FULL);
	assert_int_equal(preemption__of_version("#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3"),
			 PREEMPTION_UNKNOWN);
	assert_int_equal(preemption__of_version("#1 SMP PREEMPT_RT Debian 6.12.1-1"),
			 PREEMPTION_RT);
	assert_int_equal(preemption__of_version("#1 SMP PREEMPT_LAZY"), PREEMPTION_LAZY);
}

/* What is not known may be preemptible, and is taken for that. */
static void test_possible(void **state)
{
	(void)state;
	assert_false(preemption__possible(PREEMPTION_NONE));
	assert_false(preemption__possible(PREEMPTION_VOLUNTARY));
	assert_true(preemption__possible(PREEMPTION_UNKNOWN));
	assert_true(preemption__possible(PREEMPTION_LAZY));
	assert_true(preemption__possible(PREEMPTION_FULL));
	assert_true(preemption__possible(PREEMPTION_RT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brackets),
		cmocka_unit_test(test_brackets_of_no_model),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
