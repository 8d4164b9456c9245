// SPDX-License-Identifier: GPL-2.0-only
/* Boundaries that a kernel has not are said to be blind spots, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>

#include "kernel/dialect/boundaries.h"

static const char *const tracepoints[] = {
	"sys_exit",	      "workqueue_execute_end",	   "softirq_exit",
	"irq_handler_exit",   "local_timer_exit",	   "irq_work_exit",
	"call_function_exit", "call_function_single_exit", "nmi_handler",
};

#define NR (sizeof(tracepoints) / sizeof(tracepoints[0]))

struct heard {
	unsigned int lines;
	char text[2048];
};

static void hear(void *arg, const char *what)
{
	struct heard *heard = arg;
	size_t used = strlen(heard->text);

	heard->lines++;
	snprintf(heard->text + used, sizeof(heard->text) - used, "%s\n", what);
}

/* A kernel with all tracepoints but one; NR: with all. */
static struct dialect kernel_without(size_t missing)
{
	struct dialect d = { .btf = btf__new_empty() };
	char name[64];

	assert_non_null(d.btf);
	for (size_t i = 0; i < NR; i++) {
		snprintf(name, sizeof(name), "btf_trace_%s", tracepoints[i]);
		if (i != missing)
			assert_true(btf__add_typedef(d.btf, name, 0) > 0);
	}
	d.function[PROBE_USER_FAULT] = "fault";
	d.function[PROBE_THREAD_END] = "end";
	return d;
}

static void test_nothing_missing(void **state)
{
	struct dialect d = kernel_without(NR);
	struct heard heard = {};

	(void)state;
	boundaries__blind(&d, hear, &heard);
	assert_int_equal(heard.lines, 0);
	dialect__close(&d);
}

static void test_each_tracepoint(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR; i++) {
		struct dialect d = kernel_without(i);
		struct heard heard = {};

		boundaries__blind(&d, hear, &heard);
		assert_int_equal(heard.lines, 1);
		assert_non_null(strstr(heard.text, tracepoints[i]));
		dialect__close(&d);
	}
}

static void test_functions(void **state)
{
	struct dialect d = kernel_without(NR);
	struct heard heard = {};

	(void)state;
	d.function[PROBE_USER_FAULT] = NULL;
	d.function[PROBE_THREAD_END] = NULL;
	boundaries__blind(&d, hear, &heard);
	assert_int_equal(heard.lines, 2);
	assert_non_null(strstr(heard.text, "user fault"));
	assert_non_null(strstr(heard.text, "end of a thread"));
	dialect__close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_missing),
		cmocka_unit_test(test_each_tracepoint),
		cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests_name("blind", tests, NULL, NULL);
}
