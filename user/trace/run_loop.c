// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "trace/run_loop.h"
#include "util/clock.h"
#include "util/output.h"

/* As nohup(1) leaves it. A signal that is blocked is kept for us even where it is ignored. */
static bool hangup__ignored(void)
{
	struct sigaction action;

	return !sigaction(SIGHUP, NULL, &action) && action.sa_handler == SIG_IGN;
}

int run_loop__signals(enum status *status)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	/* A shell without job control ignores SIGINT for what it starts in the background. */
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (!hangup__ignored())
		sigaddset(&set, SIGHUP);
	*status = STATUS_CLEAN;
	/* First where they are read, then that they wait there: else nothing could end us. */
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL)) {
		*status = status__say(STATUS_CANNOT, "can't wait for signals: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

enum { WATCH_RING = NR_ENDS, WATCH_TICKS, NR_WATCHES };

static void watches__fill(const struct run_loop *loop, struct pollfd *watch)
{
	for (int i = 0; i < NR_ENDS; i++)
		watch[i].fd = loop->end[i];
	watch[WATCH_RING].fd = collector__fd(loop->intake->collector);
	watch[WATCH_TICKS].fd = loop->ticks;
	for (int i = 0; i < NR_WATCHES; i++)
		watch[i].events = POLLIN;
}

static unsigned int watches__ended(const struct pollfd *watch)
{
	unsigned int ended = 0;

	for (int i = 0; i < NR_ENDS; i++)
		if (watch[i].revents)
			ended |= END_BIT(i);
	return ended;
}

/* A signal that ended one run must not end the next. */
static void signals__read(int fd)
{
	struct signalfd_siginfo signal;

	while (read(fd, &signal, sizeof(signal)) == sizeof(signal))
		;
}

/*
 * Milliseconds between two looks, whatever comes: refused calls are dated by them, and a
 * finding of an interrupt may be withdrawn for as long again as one lasts.
 */
#define LOOK_MS 1000

static int loop__interval(const struct run_loop *loop)
{
	int interval = loop->longhold ? longhold__interval(loop->longhold) : -1;

	return interval < 0 || interval > LOOK_MS ? LOOK_MS : interval;
}

enum status run_loop__wait(struct run_loop *loop, unsigned int *ended)
{
	int interval = loop__interval(loop);
	struct pollfd watch[NR_WATCHES] = {};

	watches__fill(loop, watch);
	for (*ended = 0; !*ended; *ended = watches__ended(watch)) {
		/* What poll() has not filled in, it has not seen. */
		for (int i = 0; i < NR_WATCHES; i++)
			watch[i].revents = 0;
		if (poll(watch, NR_WATCHES, interval) < 0 && errno != EINTR)
			return status__say(STATUS_CANNOT, "poll: %s", strerror(errno));
		if (loop->longhold)
			longhold__scan(loop->longhold, loop->intake->collector, clock__ns(),
				       intake__take, loop->intake);
		intake__pass(loop->intake);
		if (watch[WATCH_TICKS].revents && timer__ran_out(loop->ticks))
			loop->tick(loop->arg);
		/* Nobody would see what comes. */
		if (output__failed())
			return STATUS_OUTPUT;
	}
	if (*ended & END_BIT(END_SIGNAL))
		signals__read(loop->end[END_SIGNAL]);
	return STATUS_CLEAN;
}
