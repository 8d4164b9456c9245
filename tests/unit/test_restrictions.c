// SPDX-License-Identifier: GPL-2.0-only
/* Settings that keep root from tracing are named, with what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/restrictions.h"

static char root[] = "/tmp/restrictions.XXXXXX";
static char said[1024];

static void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void say(void *arg, const char *what)
{
	(void)arg;
	strncat(said, what, sizeof(said) - strlen(said) - 1);
}

static unsigned int each(void)
{
	said[0] = 0;
	return restrictions__each(root, say, NULL);
}

static void names_what_is_set(void **state)
{
	(void)state;
	assert_int_equal(each(), 0);
	write_file("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	write_file("proc/sys/net/core/bpf_jit_enable", "1\n");
	write_file("proc/sys/kernel/kptr_restrict", "1\n");
	assert_int_equal(each(), 0);
	write_file("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	assert_int_equal(each(), 1);
	assert_non_null(strstr(said, "lockdown is at integrity"));
	write_file("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	assert_int_equal(each(), 1);
	assert_non_null(strstr(said, "lockdown is at confidentiality"));
	write_file("proc/sys/net/core/bpf_jit_enable", "0\n");
	write_file("proc/sys/kernel/kptr_restrict", "2\n");
	assert_int_equal(each(), 3);
	assert_non_null(strstr(said, "sysctl net.core.bpf_jit_enable=1"));
	assert_non_null(strstr(said, "sysctl kernel.kptr_restrict=1"));
}

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_what_is_set) };

	return cmocka_run_group_tests_name("restrictions", tests, make_root, remove_root);
}
