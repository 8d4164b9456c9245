// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "util/interrupt.h"
#include "trace/run_loop.h"
#include "util/clock.h"
#include "util/output.h"

/*
 * Milliseconds between two looks, whatever comes: refused calls are dated by them, and a
 * finding of an interrupt may be withdrawn for as long again as one lasts.
 */
#define LOOK_MS 1000
#define LEFT_MS 100 /* while the children of what has ended are waited for */

enum { WATCH_RING = NR_ENDS, WATCH_TICKS, WATCH_OUTPUT, NR_WATCHES };

static void watches__fill(const struct run_loop *loop, struct pollfd *watch)
{
	for (int i = 0; i < NR_ENDS; i++)
		watch[i].fd = loop->end[i];
	watch[WATCH_RING].fd = collector__fd(loop->intake->collector);
	watch[WATCH_TICKS].fd = loop->ticks;
	watch[WATCH_OUTPUT].fd = STDOUT_FILENO;
	for (int i = 0; i < NR_WATCHES; i++)
		watch[i].events = POLLIN;
	/* Only whether its reader has gone: nothing may have to be written for a long time. */
	watch[WATCH_OUTPUT].events = 0;
}

static unsigned int watches__ended(const struct pollfd *watch)
{
	unsigned int ended = 0;

	for (int i = 0; i < NR_ENDS; i++)
		if (watch[i].revents)
			ended |= END_BIT(i);
	return ended;
}

/* Nobody should have to wait for the summary to hear it. */
static void blind__say(struct run_loop *loop)
{
	if (loop->blind || !collector__blind(loop->intake->collector))
		return;
	loop->blind = true;
	status__note("from now on nothing is traced: the kernel no longer calls the programs as "
		     "it must; the summary says why");
}

/* The milliseconds after which to look up though nothing has come. */
static int run_loop__interval(const struct run_loop *loop)
{
	int interval = loop->longhold ? longhold__interval(loop->longhold) : -1;

	return interval < 0 || interval > LOOK_MS ? LOOK_MS : interval;
}

#define END_OF_TARGET (END_BIT(END_PROCESS) | END_BIT(END_WORKLOAD))

/* What ends the loop now: not the target alone while its children are waited for. */
static unsigned int run_loop__ended(struct run_loop *loop, struct pollfd *watch)
{
	unsigned int ended = watches__ended(watch) | (loop->waiting ? loop->over : 0);

	if (!(ended & END_OF_TARGET) || !loop->target_ended)
		return ended;
	if (!loop->waiting) {
		loop->over = ended & END_OF_TARGET;
		loop->waiting = loop->target_ended(loop->arg);
		watch[END_PROCESS].fd = watch[END_WORKLOAD].fd = -1;
	}
	return loop->waiting && loop->left(loop->arg) ? ended & ~END_OF_TARGET : ended;
}

enum status run_loop__wait(struct run_loop *loop, unsigned int *ended)
{
	int interval = run_loop__interval(loop);
	struct pollfd watch[NR_WATCHES] = {};

	watches__fill(loop, watch);
	for (*ended = 0; !*ended; *ended = run_loop__ended(loop, watch)) {
		/* What poll() has not filled in, it has not seen. */
		for (int i = 0; i < NR_WATCHES; i++)
			watch[i].revents = 0;
		if (poll(watch, NR_WATCHES,
			 loop->waiting && interval > LEFT_MS ? LEFT_MS : interval) < 0 &&
		    errno != EINTR)
			return status__say(STATUS_CANNOT, "poll: %s", strerror(errno));
		if (loop->longhold)
			longhold__scan(loop->longhold, loop->intake->collector, clock__ns(),
				       intake__take, loop->intake);
		intake__pass(loop->intake);
		blind__say(loop);
		if (watch[WATCH_TICKS].revents && timer__ran_out(loop->ticks))
			loop->tick(loop->arg);
		if (watch[WATCH_OUTPUT].revents & (POLLERR | POLLHUP))
			output__reader_gone();
		/* Nobody would see what comes. */
		if (output__failed())
			return STATUS_OUTPUT;
	}
	/* A signal that ended one run must not end the next. */
	if (*ended & END_BIT(END_SIGNAL))
		interrupt__read(loop->end[END_SIGNAL]);
	return STATUS_CLEAN;
}
