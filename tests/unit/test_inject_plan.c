// SPDX-License-Identifier: GPL-2.0-only
/* inject's options and the kernel's list of injectable functions: what is understood, what is
 * refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "inject/plan.h"
#include "findings/injections.h"

static void values(void **state)
{
	long value;

	(void)state;
	assert_true(inject_plan__value("-ENOMEM", &value));
	assert_int_equal(value, -ENOMEM);
	assert_true(inject_plan__value("EIO", &value));
	assert_int_equal(value, -EIO);
	assert_true(inject_plan__value("-12", &value));
	assert_int_equal(value, -12);
	assert_true(inject_plan__value("1", &value));
	assert_true(inject_plan__value("-4095", &value));
	assert_false(inject_plan__value("-4096", &value));
	assert_false(inject_plan__value("2", &value));
	assert_false(inject_plan__value("EBOGUS", &value));
	assert_false(inject_plan__value("-", &value));
	assert_false(inject_plan__value("", &value));
	assert_false(inject_plan__value("12x", &value));
	assert_false(inject_plan__value(" -12", &value));
	assert_false(inject_plan__value("+1", &value));
	assert_false(inject_plan__value("-0x5", &value));
}

static void functions(void **state)
{
	struct inject_plan plan;
	char long_name[INJECTABLE_NAME + 8];

	(void)state;
	inject_plan__init(&plan);
	assert_false(inject_plan__any(&plan));
	assert_int_equal(inject_plan__fail(&plan, "f=-ENOMEM"), 0);
	assert_string_equal(plan.calls[0].function, "f");
	assert_int_equal(plan.calls[0].value, -ENOMEM);
	assert_true(inject_plan__any(&plan));
	assert_int_equal(inject_plan__fail(&plan, "f"), -EINVAL);
	assert_int_equal(inject_plan__fail(&plan, "=-1"), -EINVAL);
	assert_int_equal(inject_plan__fail(&plan, "f="), -EINVAL);
	memset(long_name, 'f', sizeof(long_name));
	strcpy(long_name + INJECTABLE_NAME, "=-1");
	assert_int_equal(inject_plan__fail(&plan, long_name), -EINVAL);
	for (unsigned int i = plan.nr_calls; i < PLAN_CALLS; i++)
		assert_int_equal(inject_plan__fail(&plan, "g=1"), 0);
	assert_int_equal(inject_plan__fail(&plan, "h=1"), -ENOSPC);
}

static void probabilities(void **state)
{
	struct inject_plan plan;

	(void)state;
	inject_plan__init(&plan);
	assert_int_equal(plan.rule.probability, 1ULL << 32);
	inject_plan__probability(&plan, 50);
	assert_int_equal(plan.rule.probability, 1ULL << 31);
	inject_plan__probability(&plan, 0);
	assert_int_equal(plan.rule.probability, 0);
	inject_plan__probability(&plan, 100);
	assert_int_equal(plan.rule.probability, 1ULL << 32);
}

static void filters(void **state)
{
	struct inject_plan plan;

	(void)state;
	inject_plan__init(&plan);
	assert_false(inject_plan__filtered(&plan));
	/* It limits where, not whom. */
	plan.rule.filters = PKS_FILTER_WINDOW;
	assert_false(inject_plan__filtered(&plan));
	plan.call_site = "f";
	assert_true(inject_plan__filtered(&plan));
}

static void list(void **state)
{
	static char text[] = "should_failslab\tERRNO\n"
			     "step_next_page [pkstrace_hunt]\tNULL\n"
			     "f [m]\tERRNO_NULL\n"
			     "should_fail_alloc_page\tTRUE\n"
			     "of_a_kind_to_come\tSOMETHING\n"
			     "\n"
			     "half a line";
	FILE *from = fmemopen(text, sizeof(text) - 1, "r");
	struct injectables all;

	(void)state;
	assert_non_null(from);
	assert_int_equal(injectables__parse(&all, from), 0);
	fclose(from);
	assert_int_equal(all.nr, 4);
	assert_non_null(injectables__find(&all, "step_next_page"));
	assert_int_equal(injectables__find(&all, "step_next_page")->type, INJECTABLE_NULL);
	assert_int_equal(injectables__find(&all, "f")->type, INJECTABLE_ERRNO_NULL);
	assert_null(injectables__find(&all, "of_a_kind_to_come"));
	assert_int_equal(injectable__usual_error(injectables__find(&all, "should_failslab")),
			 -ENOMEM);
	assert_int_equal(injectable__usual_error(injectables__find(&all, "should_fail_alloc_page")),
			 1);
	assert_int_equal(injectable__usual_error(injectables__find(&all, "f")), -EIO);
	assert_true(injectable__any_error(injectables__find(&all, "f")));
	assert_false(injectable__any_error(injectables__find(&all, "should_failslab")));
	/* A caller that can't do with a failure says so in this argument. */
	assert_int_equal(injectable__gfp_argument("should_failslab"), 1);
	assert_int_equal(injectable__gfp_argument("__filemap_add_folio"), 3);
	assert_int_equal(injectable__gfp_argument("should_fail_bio"), PKS_GFP_NONE);
	assert_true(injectable__is_syscall("__x64_sys_read"));
	assert_false(injectable__is_syscall("should_fail_bio"));
	injectables__free(&all);
}

/* Which injection a finding follows. */
static void causes(void **state)
{
	struct pks_injection early = { .tid = 1, .time = 10, .serial = 1 };
	struct pks_injection other = { .tid = 2, .time = 20, .serial = 2 };
	struct pks_injection dry = { .tid = 1, .time = 25, .dry = 1 };
	struct pks_finding finding = { .tid = 1, .time = 30 };
	struct injections all = {};
	bool same;

	(void)state;
	assert_null(injections__cause(&all, &finding, &same));
	assert_int_equal(injections__add(&all, &early, NULL), 0);
	assert_int_equal(injections__add(&all, &other, NULL), 0);
	assert_int_equal(injections__add(&all, &dry, NULL), 0);
	assert_int_equal(injections__cause(&all, &finding, &same)->record.serial, 1);
	assert_int_equal(same, 1);
	finding.tid = 3;
	assert_int_equal(injections__cause(&all, &finding, &same)->record.serial, 2);
	assert_int_equal(same, 0);
	finding.time = 5;
	assert_null(injections__cause(&all, &finding, &same));
	injections__free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),	 cmocka_unit_test(functions),
		cmocka_unit_test(probabilities), cmocka_unit_test(filters),
		cmocka_unit_test(list),		 cmocka_unit_test(causes),
	};

	return cmocka_run_group_tests_name("inject_plan", tests, NULL, NULL);
}
