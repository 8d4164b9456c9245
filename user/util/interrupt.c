// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util/interrupt.h"
#include "util/cgroup.h"

/* Reading the debug information of a kernel may take some seconds. */
#define PATIENCE_MS 30000
/* Whoever has asked twice does not want to wait for the summary. */
#define IMPATIENCE_MS 2000

/* What the thread has. It and nobody else changes them, but for the cgroup. */
static struct {
	int signals; /* signalfd */
	int told;    /* eventfd, which the loop polls */
	char cgroup[2][PATH_MAX];
	unsigned int current; /* which of the two: set by the main thread, atomically */
} watch = { .signals = -1, .told = -1 };

/* As nohup(1) leaves it. A signal that is blocked is kept for us even where it is ignored. */
static bool hangup__ignored(void)
{
	struct sigaction action;

	return !sigaction(SIGHUP, NULL, &action) && action.sa_handler == SIG_IGN;
}

/* No stdio here: the main thread may hang while it has a stream locked. */
static void process__end(void)
{
	static const char said[] = "pkstrace: ended by a signal in the middle of something that "
				   "does not end: no summary\n";
	const char *cgroup = watch.cgroup[__atomic_load_n(&watch.current, __ATOMIC_ACQUIRE) & 1];

	if (write(STDERR_FILENO, said, sizeof(said) - 1) < 0)
		errno = 0; /* nobody is there to hear it */
	if (cgroup[0])
		cgroup__remove(cgroup, 1);
	_exit(STATUS_INCOMPLETE);
}

/* False where none has come within that time. */
static bool signal__wait(int milliseconds)
{
	struct pollfd poll_for = { .fd = watch.signals, .events = POLLIN };
	struct signalfd_siginfo signal;

	return poll(&poll_for, 1, milliseconds) == 1 &&
	       read(watch.signals, &signal, sizeof(signal)) == sizeof(signal);
}

static void *thread__run(void *unused)
{
	const uint64_t one = 1;

	(void)unused;
	for (;;) {
		if (!signal__wait(-1))
			continue;
		if (write(watch.told, &one, sizeof(one)) != sizeof(one))
			process__end();
		if (signal__wait(PATIENCE_MS)) {
			signal__wait(IMPATIENCE_MS);
			process__end();
		}
		if (interrupt__pending(watch.told))
			process__end();
	}
	return NULL;
}

static int watch__start(const sigset_t *set)
{
	pthread_t thread;
	int err;

	/* First where they are read, then that they wait there: else nothing could end us. */
	watch.signals = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	watch.told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watch.signals < 0 || watch.told < 0)
		return errno;
	err = pthread_sigmask(SIG_BLOCK, set, NULL);
	err = err ?: pthread_create(&thread, NULL, thread__run, NULL);
	if (err)
		pthread_sigmask(SIG_UNBLOCK, set, NULL);
	else
		pthread_detach(thread);
	return err;
}

int interrupt__open(enum status *status)
{
	sigset_t set;
	int err;

	sigemptyset(&set);
	/* A shell without job control ignores SIGINT for what it starts in the background. */
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (!hangup__ignored())
		sigaddset(&set, SIGHUP);
	err = watch__start(&set);
	*status = STATUS_CLEAN;
	if (!err)
		return watch.told;
	*status = status__say(STATUS_CANNOT, "can't wait for signals: %s", strerror(err));
	if (watch.signals >= 0)
		close(watch.signals);
	if (watch.told >= 0)
		close(watch.told);
	return -1;
}

bool interrupt__pending(int fd)
{
	struct pollfd poll_for = { .fd = fd, .events = POLLIN };

	return fd >= 0 && poll(&poll_for, 1, 0) == 1;
}

void interrupt__read(int fd)
{
	uint64_t nr;

	while (read(fd, &nr, sizeof(nr)) == sizeof(nr))
		;
}

void interrupt__end_too(const char *cgroup)
{
	unsigned int other = (watch.current + 1) & 1;

	snprintf(watch.cgroup[other], sizeof(watch.cgroup[other]), "%s", cgroup);
	__atomic_store_n(&watch.current, other, __ATOMIC_RELEASE);
}
