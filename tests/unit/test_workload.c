// SPDX-License-Identifier: GPL-2.0-only
/* A command is ended with all that it has started, in a control group or without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/workload.h"

/* No control group here (not root, no cgroup v2): half of this can't be shown. */
static bool cgroups;

/* Starts `bash -c SCRIPT`, which prints when it is ready; returns what it printed. */
static long started(struct workload *w, const char *script, unsigned int how)
{
	char *const argv[] = { "bash", "-c", (char *)script, NULL };
	int out[2], saved = dup(STDOUT_FILENO);
	char text[32] = "";
	size_t used = 0;

	assert_int_equal(pipe(out), 0);
	fflush(stdout);
	dup2(out[1], STDOUT_FILENO);
	assert_int_equal(workload__prepare(w, argv, NULL, how), 0);
	assert_int_equal(workload__start(w), 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(out[1]);
	while (used < sizeof(text) - 1 && !strchr(text, '\n') && read(out[0], text + used, 1) == 1)
		used++;
	close(out[0]);
	return strtol(text, NULL, 10);
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

/* Children of every kind, one of which ignores what can be ignored, one stopped. */
static const char crowd[] = "sleep 1000 & setsid sleep 1000 & (trap '' TERM HUP; sleep 1000) & "
			    "(kill -STOP $BASHPID) & (setsid sh -c 'sleep 1000; :' & ) ; "
			    "echo $!; wait";

static void ends_all(unsigned int how)
{
	struct workload w;
	char path[PATH_MAX];
	long child = started(&w, crowd, how);
	int status;

	assert_true(child > 0);
	strcpy(path, w.cgroup.path);
	assert_int_equal(w.cgroup.fd >= 0, cgroups && !(how & WORKLOAD_NO_CGROUP));
	assert_int_equal(workload__end(&w, 0, &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	/* Adopted by us, or by init, which may not have reaped it yet: no longer running. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	assert_false(path[0] && exists(path));
	workload__close(&w);
}

static void killed(void **state)
{
	(void)state;
	ends_all(0);
}

static void killed_without_cgroup(void **state)
{
	(void)state;
	ends_all(WORKLOAD_NO_CGROUP);
}

/* What can tidy up may; the rest is killed when the grace is over. */
static void asks_first(unsigned int how)
{
	struct workload w;
	int status;

	started(&w, "trap 'exit 7' TERM; echo 1; while :; do sleep 0.01; done", how);
	assert_int_equal(workload__end(&w, 10, &status), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	workload__close(&w);
	started(&w, "trap '' TERM; echo 1; while :; do sleep 0.01; done", how);
	assert_int_equal(workload__end(&w, 0.05, &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	workload__close(&w);
}

static void asked(void **state)
{
	(void)state;
	asks_first(0);
}

static void asked_without_cgroup(void **state)
{
	(void)state;
	asks_first(WORKLOAD_NO_CGROUP);
}

/* What outlives a command that ends by itself goes on; the group does not. */
static void left_alone(void **state)
{
	struct workload w;
	char path[PATH_MAX];
	long child;
	int status;

	(void)state;
	if (!cgroups)
		skip();
	child = started(&w, "sleep 1000 & echo $!", 0);
	strcpy(path, w.cgroup.path);
	assert_true(exists(path));
	assert_int_equal(workload__reap(&w, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(workload__release(&w), 1);
	assert_false(exists(path));
	assert_int_equal(kill(child, 0), 0);
	workload__close(&w);
	assert_int_equal(kill(child, SIGKILL), 0);
}

/* Groups that the command has made in its own go with it. */
static void nested(void **state)
{
	struct workload w;
	char path[PATH_MAX], script[PATH_MAX + 128];
	int status;

	(void)state;
	if (!cgroups)
		skip();
	snprintf(script, sizeof(script), "%s",
		 "g=$(sed -n 's/^0:://p' /proc/self/cgroup); m=$(findmnt -nt cgroup2 -o TARGET | "
		 "head -n 1); "
		 "mkdir -p $m$g/a/b && echo $$ >$m$g/a/b/cgroup.procs && echo 1; sleep 1000");
	assert_int_equal(started(&w, script, 0), 1);
	strcpy(path, w.cgroup.path);
	assert_true(cgroup__processes(path) >= 1);
	assert_int_equal(workload__end(&w, 0, &status), 0);
	assert_false(exists(path));
	workload__close(&w);
}

static void never_started(void **state)
{
	char *const argv[] = { "true", NULL };
	char path[PATH_MAX];
	struct workload w;

	(void)state;
	assert_int_equal(workload__prepare(&w, argv, NULL, 0), 0);
	strcpy(path, w.cgroup.path);
	workload__close(&w);
	assert_int_equal(w.pid, 0);
	assert_false(path[0] && exists(path));
}

static void no_such_command(void **state)
{
	char *const argv[] = { "/nonexistent/command", NULL };
	char path[PATH_MAX];
	struct workload w;

	(void)state;
	assert_int_equal(workload__prepare(&w, argv, NULL, 0), 0);
	strcpy(path, w.cgroup.path);
	assert_int_equal(workload__start(&w), -ENOENT);
	workload__close(&w);
	assert_false(path[0] && exists(path));
}

/* A run that was killed leaves its group; the next one takes it away, but no living one's. */
static void stale(void **state)
{
	struct cgroup mine, next;
	char path[PATH_MAX];
	int report[2];
	pid_t pid;

	(void)state;
	if (!cgroups)
		skip();
	assert_int_equal(cgroup__make(&mine), 0);
	assert_int_equal(pipe(report), 0);
	pid = fork();
	if (!pid) {
		struct cgroup cgroup;

		cgroup__close(&mine); /* a copy of the lock */
		if (!cgroup__make(&cgroup))
			write(report[1], cgroup.path, sizeof(cgroup.path)) < 0 ? _exit(1) : 0;
		pause();
		_exit(0);
	}
	assert_int_equal(read(report[0], path, sizeof(path)), sizeof(path));
	assert_true(exists(path));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(exists(path));
	assert_int_equal(cgroup__make(&next), 0);
	assert_false(exists(path));
	assert_true(exists(mine.path));
	assert_int_equal(cgroup__remove(mine.path, 0), 0);
	assert_int_equal(cgroup__remove(next.path, 0), 0);
	cgroup__close(&mine);
	cgroup__close(&next);
	close(report[0]);
	close(report[1]);
}

/* After all of the above. */
static void nothing_left(void **state)
{
	struct cgroup cgroup;
	char pattern[PATH_MAX];
	glob_t found;

	(void)state;
	if (!cgroups)
		skip();
	assert_int_equal(cgroup__make(&cgroup), 0);
	*strrchr(cgroup.path, '-') = 0;
	assert_true(snprintf(pattern, sizeof(pattern), "%.*s-*", PATH_MAX - 8, cgroup.path) > 0);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	assert_int_equal(cgroup__remove(found.gl_pathv[0], 0), 0);
	globfree(&found);
	cgroup__close(&cgroup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed),	 cmocka_unit_test(killed_without_cgroup),
		cmocka_unit_test(asked),	 cmocka_unit_test(asked_without_cgroup),
		cmocka_unit_test(left_alone),	 cmocka_unit_test(nested),
		cmocka_unit_test(never_started), cmocka_unit_test(no_such_command),
		cmocka_unit_test(stale),	 cmocka_unit_test(nothing_left),
	};

	cgroups = workload__can_have_cgroup("the test's commands");
	return cmocka_run_group_tests_name("workload", tests, NULL, NULL);
}
