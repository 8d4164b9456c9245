// SPDX-License-Identifier: GPL-2.0-only
/* What ends a run, and what a run that never began leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hunt/session.h"
#include "util/interrupt.h"
#include "trace/run_loop.h"
#include "trace/tracer.h"
#include "util/clock.h"

/* A thread has to see it first. */
static bool becomes_readable(int fd)
{
	struct pollfd watch = { .fd = fd, .events = POLLIN };

	return poll(&watch, 1, 20000) == 1;
}

static int blocked(void)
{
	sigset_t set;

	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &set), 0);
	return sigismember(&set, SIGINT) + sigismember(&set, SIGTERM) + sigismember(&set, SIGHUP);
}

static int unblock(void **state)
{
	sigset_t none;

	(void)state;
	sigemptyset(&none);
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In a process of its own, as the tool is: its exit status. */
static int in_child(int (*fn)(int arg), int arg)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(fn(arg));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int reads_signal(int number)
{
	enum status status;
	int fd;

	/* The tests themselves may run under nohup(1). */
	signal(SIGHUP, SIG_DFL);
	fd = interrupt__open(&status);
	if (status || blocked() != 3 || interrupt__pending(fd))
		return 1;
	kill(getpid(), number);
	if (!becomes_readable(fd) || !interrupt__pending(fd))
		return 2;
	interrupt__read(fd);
	return interrupt__pending(fd) ? 3 : 0;
}

/* Each of them ends the run, and not the process. */
static void signals_are_read(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(in_child(reads_signal, signals[i]), 0);
}

/* As under nohup(1); and in the background of a shell, where SIGINT counts all the same. */
static int ignores_hangup(int unused)
{
	enum status status;
	sigset_t left;
	int fd;

	(void)unused;
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	fd = interrupt__open(&status);
	kill(getpid(), SIGHUP);
	if (status || interrupt__pending(fd))
		return 1;
	kill(getpid(), SIGINT);
	/* What was ignored is not kept for later either. */
	return becomes_readable(fd) && !sigpending(&left) && !sigismember(&left, SIGHUP) ? 0 : 2;
}

static void ignored_hangup(void **state)
{
	(void)state;
	assert_int_equal(in_child(ignores_hangup, 0), 0);
}

/* In the middle of something that does not end: no summary, but an end. */
static int hangs(int signal)
{
	enum status status;
	int fd = interrupt__open(&status);

	kill(getpid(), signal);
	becomes_readable(fd);
	kill(getpid(), signal);
	for (;;)
		pause();
	return 0;
}

static void asked_twice(void **state)
{
	(void)state;
	assert_int_equal(in_child(hangs, SIGTERM), STATUS_INCOMPLETE);
}

/* Where they can't be read they must not be blocked either: nothing could end us then. */
static void no_descriptor_left(void **state)
{
	struct rlimit old, none;
	int saved = dup(STDERR_FILENO);
	enum status status;

	(void)state;
	assert_non_null(freopen("/dev/null", "w", stderr));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(interrupt__open(&status), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(status, STATUS_CANNOT);
	assert_int_equal(blocked(), 0);
}

static void timers(void **state)
{
	struct pollfd watch = { .events = POLLIN };
	int timer;

	(void)state;
	assert_int_equal(timer__open(0, false, &timer), 0);
	assert_int_equal(timer, -1);
	assert_int_equal(timer__open(1e-10, false, &timer), 0);
	watch.fd = timer;
	assert_int_equal(poll(&watch, 1, 10000), 1);
	assert_true(timer__ran_out(timer));
	assert_false(timer__ran_out(timer));
	close(timer);
	assert_int_equal(timer__open(1e6, true, &timer), 0);
	assert_false(timer__ran_out(timer));
	close(timer);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void tracer_that_never_began(void **state)
{
	struct tracer t;

	(void)state;
	tracer__init(&t);
	tracer__close(&t);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		assert_true(is_open(fd));
}

/* There is no such function to fail, whatever the kernel: the hunt ends before it traces. */
static void hunt_that_never_began(void **state)
{
	static const char *const functions[] = { "pkstrace_no_such_function", NULL };
	static char *const command[] = { "true", NULL };
	const struct hunt_session_options options = { .command = command, .functions = functions };
	static struct hunt_session s; /* large */
	int saved = dup(STDERR_FILENO);
	enum status status;

	(void)state;
	assert_non_null(freopen("/dev/null", "w", stderr));
	status = hunt_session__open(&s, &options);
	hunt_session__close(&s);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(status, STATUS_CANNOT);
	assert_true(is_open(STDIN_FILENO));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_read),
		cmocka_unit_test(ignored_hangup),
		cmocka_unit_test(asked_twice),
		cmocka_unit_test_setup_teardown(no_descriptor_left, unblock, unblock),
		cmocka_unit_test(timers),
		cmocka_unit_test(tracer_that_never_began),
		cmocka_unit_test(hunt_that_never_began),
	};

	return cmocka_run_group_tests_name("run_loop", tests, NULL, NULL);
}
