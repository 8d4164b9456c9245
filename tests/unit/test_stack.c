// SPDX-License-Identifier: GPL-2.0-only
/* Trimming of captured stacks: what the reader sees first. */
#include "report_fixture.h"

#include "findings/callchain.h"
#include "kernel/helper.h"

static struct symbols *symbols;

static int open_symbols(void **state)
{
	(void)state;
	symbols = fixture_symbols();
	return !symbols;
}

static int close_symbols(void **state)
{
	(void)state;
	symbols__close(symbols);
	return 0;
}

static void test_own_frames_go(void **state)
{
	struct model_stack s = { .nr = 4,
				 .address = { IN_PROGRAM, IN_REVOKE, IN_UNMAP, IN_VFS_WRITE } };

	(void)state;
	assert_int_equal(stack__skip_own(symbols, &s), 2);
	s.nr = 2;
	assert_int_equal(stack__skip_own(symbols, &s), 2);
	s.nr = 0;
	assert_int_equal(stack__skip_own(symbols, &s), 0);
}

static void test_strangers_stay(void **state)
{
	struct model_stack s = { .nr = 3, .address = { 0x1234, IN_UNMAP, IN_VFS_WRITE } };

	(void)state;
	assert_int_equal(stack__skip_own(symbols, &s), 0);
}

/* A trampoline has no symbol on some kernels: what is above a window function goes with it. */
static void test_unknown_above_own(void **state)
{
	struct model_stack s = { .nr = 4, .address = { IN_PROGRAM, 0x1234, IN_REVOKE, IN_UNMAP } };

	(void)state;
	assert_int_equal(stack__skip_own(symbols, &s), 3);
}

/* Where another tracer is on the function, its trampoline calls ours. */
static void test_other_tracer(void **state)
{
	struct model_stack s = { .nr = 4,
				 .address = { IN_FTRACE, IN_PROGRAM, IN_REVOKE, IN_UNMAP } };

	(void)state;
	assert_int_equal(stack__skip_own(symbols, &s), 3);
}

/* A program on another function, further out, is no reason to hide what lies between. */
static void test_second_trampoline(void **state)
{
	struct model_stack s = {
		.nr = 5, .address = { IN_PROGRAM, IN_REVOKE, IN_UNMAP, IN_PROGRAM, IN_VFS_WRITE }
	};

	(void)state;
	assert_int_equal(stack__skip_own(symbols, &s), 2);
}

/* A window function far out is somebody's business, not our probe. */
static void test_own_far_out(void **state)
{
	struct model_stack s = { .nr = 10 };

	(void)state;
	for (unsigned int i = 0; i < s.nr; i++)
		s.address[i] = IN_VFS_WRITE;
	s.address[9] = IN_REVOKE;
	assert_int_equal(stack__skip_own(symbols, &s), 0);
}

static void test_exception(void **state)
{
	struct model_stack s = { .nr = 4,
				 .address = { IN_PROGRAM, IN_ENTRY, IN_ACCESS, IN_VFS_WRITE } };

	(void)state;
	assert_int_equal(stack__skip_exception(symbols, &s, IN_ACCESS), 2);
	/* The instruction is not in the stack: what follows the exception's entry. */
	assert_int_equal(stack__skip_exception(symbols, &s, 0x1234), 2);
	s.address[1] = IN_VFS_WRITE;
	assert_int_equal(stack__skip_exception(symbols, &s, 0x1234), 1);
}

/* Other tracers' programs, wherever they stand. */
static void test_tracers_go(void **state)
{
	struct model_stack s = {
		.nr = 5, .address = { IN_UNMAP, IN_PROGRAM, IN_FTRACE, IN_VFS_WRITE, 0x1234 }
	};

	(void)state;
	stack__drop_tracers(symbols, &s);
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.address[0], IN_UNMAP);
	assert_int_equal(s.address[1], IN_VFS_WRITE);
	assert_int_equal(s.address[2], 0x1234);
}

/* What only maps and unmaps for its caller is not whom a finding is about. */
static void test_helpers(void **state)
{
	struct model_stack s = { .nr = 3, .address = { IN_MAP, IN_UNMAP, IN_VFS_WRITE } };
	const char *through;

	(void)state;
	assert_true(helper__is("sg_miter_next") && helper__is("crypto_hash_walk_first"));
	assert_true(helper__is("skcipher_walk_next.part.0") && helper__is("ufs_get_page.isra.0"));
	assert_true(helper__is("ext2_get_page") && helper__is("pte_offset_map"));
	assert_false(helper__is("drv_map") || helper__is("my_driver_update") || helper__is(NULL));
	assert_int_equal(resolve__user(symbols, &s, &through), 0);
	assert_null(through);
	assert_true(helper__add("drv_*map"));
	assert_int_equal(resolve__user(symbols, &s, &through), IN_VFS_WRITE);
	assert_string_equal(through, "drv_unmap");
	s.nr = 2; /* helpers alone: nobody else is known */
	assert_int_equal(resolve__user(symbols, &s, &through), 0);
	assert_null(through);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_frames_go),	  cmocka_unit_test(test_strangers_stay),
		cmocka_unit_test(test_unknown_above_own), cmocka_unit_test(test_other_tracer),
		cmocka_unit_test(test_second_trampoline), cmocka_unit_test(test_own_far_out),
		cmocka_unit_test(test_exception),	  cmocka_unit_test(test_tracers_go),
		cmocka_unit_test(test_helpers),
	};

	return cmocka_run_group_tests_name("stack", tests, open_symbols, close_symbols);
}
