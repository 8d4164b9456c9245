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
#include <unistd.h>

#include "hunt/session.h"
#include "trace/run_loop.h"
#include "trace/tracer.h"
#include "util/clock.h"

static bool readable(int fd)
{
	struct pollfd watch = { .fd = fd, .events = POLLIN };

	return poll(&watch, 1, 0) == 1;
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

/* Each of them ends the run, and not the process. */
static void signals_are_read(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	enum status status;
	char room[256];
	int fd;

	(void)state;
	fd = run_loop__signals(&status);
	assert_int_equal(status, STATUS_CLEAN);
	assert_int_equal(blocked(), 3);
	for (int i = 0; i < 3; i++) {
		assert_false(readable(fd));
		raise(signals[i]);
		assert_true(readable(fd));
		assert_true(read(fd, room, sizeof(room)) > 0);
	}
	close(fd);
}

/* As under nohup(1); and in the background of a shell, where SIGINT counts all the same. */
static void ignored_hangup(void **state)
{
	enum status status;
	char room[256];
	int fd;

	(void)state;
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	fd = run_loop__signals(&status);
	assert_int_equal(status, STATUS_CLEAN);
	raise(SIGHUP);
	assert_false(readable(fd));
	raise(SIGINT);
	assert_true(read(fd, room, sizeof(room)) > 0);
	close(fd);
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
	assert_int_equal(run_loop__signals(&status), -1);
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
		cmocka_unit_test_setup_teardown(signals_are_read, unblock, unblock),
		cmocka_unit_test_setup_teardown(ignored_hangup, unblock, unblock),
		cmocka_unit_test_setup_teardown(no_descriptor_left, unblock, unblock),
		cmocka_unit_test(timers),
		cmocka_unit_test(tracer_that_never_began),
		cmocka_unit_test(hunt_that_never_began),
	};

	return cmocka_run_group_tests_name("run_loop", tests, NULL, NULL);
}
