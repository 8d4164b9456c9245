// SPDX-License-Identifier: GPL-2.0-only
/* File names by inode: a made-up procfs for maps, this process's own descriptors for the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/inode_path.h"

static char proc[] = "/tmp/pkstrace-paths-XXXXXX";
static char path[256];

static void make_maps(const char *pid, const char *text)
{
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", proc, pid);
	assert_int_equal(mkdir(name, 0700), 0);
	strcat(name, "/maps");
	f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_proc(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(proc));
	make_maps("self", "1000-2000 r--p 00000000 103:05 9 /not/a/process\n");
	make_maps("17",
		  "1000-2000 r--p 00000000 103:00 12 /other device\n"
		  "2000-3000 rw-p 00000000 00:00 0 \n"
		  "3000-4000 rw-s 00001000 103:05 12                         /mnt/a b/data\n");
	return 0;
}

static int remove_proc(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", proc);
	return system(command);
}

/* maps has device numbers in hex, and paths with blanks in them. */
static void test_mapped(void **state)
{
	(void)state;
	assert_true(paths__find(proc, 0, 0x103, 5, 12, path, sizeof(path)));
	assert_string_equal(path, "/mnt/a b/data");
	assert_true(paths__find(proc, 0, 0x103, 0, 12, path, sizeof(path)));
	assert_string_equal(path, "/other device");
}

static void test_not_there(void **state)
{
	(void)state;
	assert_false(paths__find(proc, 0, 0x103, 5, 13, path, sizeof(path)));
	assert_false(paths__find(proc, 0, 103, 5, 12, path, sizeof(path)));
	assert_false(paths__find(proc, 0, 0, 0, 0, path, sizeof(path)));
	assert_false(paths__find(proc, 0, 0x103, 5, 9, path, sizeof(path)));
	assert_false(paths__find("/nowhere", 0, 0x103, 5, 12, path, sizeof(path)));
}

static void test_open(void **state)
{
	char name[] = "/tmp/pkstrace-open-XXXXXX";
	int fd = mkstemp(name);
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(paths__find("/proc/self/task", getpid(), major(st.st_dev), minor(st.st_dev),
				st.st_ino, path, sizeof(path)));
	assert_string_equal(path, name);
	unlink(name);
	close(fd);
}

static void test_device(void **state)
{
	(void)state;
	paths__device(4094, 99999, path, sizeof(path));
	assert_string_equal(path, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_device),
	};

	return cmocka_run_group_tests_name("paths", tests, make_proc, remove_proc);
}
