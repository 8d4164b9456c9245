// SPDX-License-Identifier: GPL-2.0-only
/* What a run has changed is put back, exactly, however the run ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/file.h"
#include "util/guardian.h"

static char dir[] = "/tmp/guardian.XXXXXX";
static char one[64], two[64], lock[64];

static int make_files(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(one, sizeof(one), "%s/one", dir);
	snprintf(two, sizeof(two), "%s/two", dir);
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	for (const char *const *path = (const char *const[]){ one, two, lock, NULL }; *path;
	     path++) {
		int fd = open(*path, O_WRONLY | O_CREAT, 0600);

		if (fd < 0)
			return -1;
		close(fd);
	}
	return file__write(one, "Y\n") || file__write(two, "12\n");
}

static int remove_files(void **state)
{
	(void)state;
	unlink(one);
	unlink(two);
	unlink(lock);
	return rmdir(dir);
}

/* file__write() does not cut off, as debugfs has no need to. */
static void content(const char *path, const char *wanted)
{
	char text[64];

	assert_true(file__read(path, text, sizeof(text)) > 0);
	assert_string_equal(text, wanted);
}

static void usual_end(void **state)
{
	struct guardian g = GUARDIAN_NONE;
	int held = open(lock, O_RDONLY);

	(void)state;
	assert_int_equal(guardian__start(&g, held, NULL), 0);
	assert_int_equal(guardian__set(&g, one, "N\n"), 0);
	assert_int_equal(guardian__set(&g, two, "7\n\n"), 0);
	assert_int_equal(guardian__set(&g, two, "8\n\n"), 0); /* twice: back to the first */
	content(one, "N\n");
	content(two, "8\n\n");
	assert_int_equal(guardian__set(&g, "/tmp/guardian-none/x", "1"), -ENOENT);
	assert_int_equal(guardian__close(&g), 0);
	content(one, "Y\n");
	content(two, "12\n");
	assert_int_equal(guardian__close(&g), 0);
	close(held);
}

static void forgotten(void **state)
{
	struct guardian g = GUARDIAN_NONE;

	(void)state;
	assert_int_equal(guardian__start(&g, -1, NULL), 0);
	assert_int_equal(guardian__set(&g, one, "N\n"), 0);
	assert_int_equal(guardian__set_until(&g, two, "7\n\n", "0\n\n"), 0);
	assert_int_equal(guardian__forget(&g, two), 0);
	assert_int_equal(guardian__close(&g), 0);
	content(one, "Y\n");
	content(two, "7\n\n");
}

static void refused(void **state)
{
	struct guardian g = GUARDIAN_NONE;

	(void)state;
	assert_int_equal(guardian__start(&g, -1, NULL), 0);
	assert_int_equal(guardian__set(&g, one, "N\n"), 0);
	assert_int_equal(guardian__set_until(&g, dir, "1", "0"), -EISDIR);
	assert_int_equal(guardian__close(&g), 1);
	content(one, "Y\n");
}

/* Both are killed: the journal tells what to undo. */
static void killed_both(void **state)
{
	struct guardian g = GUARDIAN_NONE;
	char journal[80], text[16] = "";
	FILE *f;

	(void)state;
	snprintf(journal, sizeof(journal), "%s/journal", dir);
	assert_int_equal(guardian__left(journal), 0);
	/* So it becomes a child of this test, which then knows its number. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	assert_int_equal(guardian__start(&g, -1, journal), 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	assert_int_equal(guardian__left(journal), 0);
	assert_int_equal(guardian__set(&g, one, "N\n"), 0);
	assert_int_equal(guardian__set_until(&g, two, "7\n\n", "0\n\n"), 0);
	assert_int_equal(guardian__left(journal), 2);
	assert_true(file__read("/proc/thread-self/children", text, sizeof(text)) > 0);
	assert_int_equal(kill(atoi(text), SIGKILL), 0);
	assert_int_equal(waitpid(atoi(text), NULL, 0), atoi(text));
	assert_int_equal(guardian__close(&g), 1);
	content(one, "N\n");
	assert_int_equal(guardian__left(journal), 2);
	assert_int_equal(guardian__undo_left(journal), 0);
	content(one, "Y\n");
	content(two, "0\n\n");
	assert_int_equal(guardian__left(journal), 0);
	/* Something else under that name is not taken for one. */
	f = fopen(journal, "w");
	for (int i = 0; i < 4096; i++)
		fputs("/etc/passwd\n", f);
	fclose(f);
	assert_int_equal(guardian__left(journal), -EBADMSG);
	assert_int_equal(guardian__undo_left(journal), -EBADMSG);
	assert_int_equal(chmod(journal, 0666), 0);
	assert_int_equal(guardian__left(journal), -EPERM);
	assert_int_equal(unlink(journal), 0);
}

/* No change without somebody who knows how it was. */
static void without(void **state)
{
	struct guardian g = GUARDIAN_NONE;

	(void)state;
	assert_true(guardian__set(&g, one, "N\n") < 0);
	content(one, "Y\n");
}

/* A run in a process group of its own, that holds the lock and a pipe, and waits to be killed. */
static pid_t killable(int ready, int held)
{
	pid_t pid = fork();

	if (!pid) {
		struct guardian g = GUARDIAN_NONE;

		setpgid(0, 0);
		if (flock(held, LOCK_EX) || guardian__start(&g, held, NULL) ||
		    guardian__set(&g, one, "N\n") || guardian__set(&g, two, "7\n\n"))
			_exit(1);
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		if (write(ready, "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	return pid;
}

/* to: the process, or its whole group. The lock is free only when all is back. */
static void killed_with(int signal, bool group)
{
	int ready[2], held = open(lock, O_RDONLY), again = open(lock, O_RDONLY);
	pid_t pid;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = killable(ready[1], held);
	close(ready[1]);
	close(held);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	content(one, "N\n");
	assert_int_equal(flock(again, LOCK_EX | LOCK_NB), -1);
	kill(group ? -pid : pid, signal);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* The guardian does not hold what a reader of our output waits for. */
	assert_int_equal(read(ready[0], &byte, 1), 0);
	assert_int_equal(flock(again, LOCK_EX), 0);
	content(one, "Y\n");
	content(two, "12\n");
	close(ready[0]);
	close(again);
}

static void killed(void **state)
{
	(void)state;
	killed_with(SIGKILL, false);
}

static void group_killed(void **state)
{
	(void)state;
	killed_with(SIGKILL, true);
}

static void group_interrupted(void **state)
{
	(void)state;
	killed_with(SIGTERM, true);
}

int main(void)
{
#define TEST(what) cmocka_unit_test_setup_teardown(what, make_files, remove_files)
	const struct CMUnitTest tests[] = {
		TEST(usual_end), TEST(forgotten),    TEST(refused),	      TEST(without),
		TEST(killed),	 TEST(group_killed), TEST(group_interrupted), TEST(killed_both),
	};

	return cmocka_run_group_tests_name("guardian", tests, NULL, NULL);
}
