// SPDX-License-Identifier: GPL-2.0-only
/* What is said when the kernel refuses to load something: never the wrong culprit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trace/libbpf_log.h"

static char line[512];

/* Fills line with what is said on stderr. */
static void refused(int err)
{
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);

	assert_non_null(f);
	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	assert_int_equal(libbpf__refused("BPF programs", err), STATUS_CANNOT);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(f);
	line[fread(line, 1, sizeof(line) - 1, f)] = 0;
	fclose(f);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_non_null(strstr(line, "PKSTRACE_DEBUG=1"));
}

/* The verifier's own answer to a program that it does not like. */
static void test_verifier(void **state)
{
	(void)state;
	refused(-EACCES);
	assert_non_null(strstr(line, "(Permission denied)"));
	assert_non_null(strstr(line, "verifier"));
	assert_null(strstr(line, "lockdown"));
}

static void test_lockdown(void **state)
{
	(void)state;
	refused(-EPERM);
	assert_non_null(strstr(line, "lockdown"));
	assert_null(strstr(line, "verifier"));
}

static void test_anything_else(void **state)
{
	(void)state;
	refused(-E2BIG);
	assert_non_null(strstr(line, strerror(E2BIG)));
	assert_null(strstr(line, "lockdown"));
	assert_null(strstr(line, "verifier"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verifier),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
