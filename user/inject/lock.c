// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "inject/lock.h"
#include "util/guardian.h"
#include "util/number.h"

#define GUARDIAN_SECONDS 15
#define NS_PAUSE	 10000000

static int lock__open(enum status *status)
{
	int fd = open(INJECT_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0) {
		*status =
			status__say(STATUS_CANNOT,
				    "can't open the injection lock " INJECT_LOCK ": %s; injection "
				    "needs root and a writable /run",
				    strerror(errno));
		return -1;
	}
	if (!fstat(fd, &st) && !st.st_uid && S_ISREG(st.st_mode) &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	*status = status__say(STATUS_CANNOT,
			      "the injection lock " INJECT_LOCK " is not a file that only "
			      "root may write: remove it");
	close(fd);
	return -1;
}

/* The process that has said so in the file; 0: nobody. */
static pid_t lock__holder(int fd)
{
	char text[16] = "";
	int64_t pid;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return 0;
	text[strcspn(text, "\n")] = 0;
	return number__integer(text, 1, INT_MAX, &pid) ? pid : 0;
}

/* A holder that has ended has left the lock to its guardian, which will not be long. */
static bool lock__wait(int fd)
{
	const struct timespec pause = { .tv_nsec = NS_PAUSE };

	for (int i = 0; i < GUARDIAN_SECONDS * (1000000000LL / NS_PAUSE); i++) {
		pid_t holder = lock__holder(fd);

		if (!flock(fd, LOCK_EX | LOCK_NB))
			return true;
		if (!holder || !kill(holder, 0) || errno != ESRCH)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

static enum status lock__refused(int fd)
{
	pid_t holder = lock__holder(fd);
	char who[32] = "";

	if (holder)
		snprintf(who, sizeof(who), " (process %d)", holder);
	return status__say(STATUS_CANNOT,
			   "another pkstrace is already injecting%s; only one can at a "
			   "time",
			   who);
}

pid_t inject_lock__holder(void)
{
	int fd = open(INJECT_LOCK, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	pid_t holder = 0;

	if (fd < 0)
		return 0;
	/* Free for a moment it is ours, for no longer than it takes to close it. */
	if (flock(fd, LOCK_SH | LOCK_NB))
		holder = lock__holder(fd) ?: -1;
	close(fd);
	return holder;
}

/* Nobody has undone what is in the journal of a run that holds the lock no more. */
static void journal__undo(void)
{
	int left = guardian__left(INJECT_JOURNAL), refused;

	if (!left)
		return;
	refused = left < 0 ? left : guardian__undo_left(INJECT_JOURNAL);
	if (refused < 0)
		status__note("can't read what an earlier run has left set (" INJECT_JOURNAL "): %s",
			     strerror(-refused));
	else if (refused)
		status__note("%d of %d settings that an earlier run has left could not be restored",
			     refused, left);
	else
		status__note("restored %d settings of the kernel that an earlier run, killed, has "
			     "left",
			     left);
}

int inject_lock__take(enum status *status)
{
	char text[16];
	int fd;

	*status = STATUS_CLEAN;
	fd = lock__open(status);
	if (fd < 0)
		return -1;
	if (!lock__wait(fd)) {
		*status = lock__refused(fd);
		close(fd);
		return -1;
	}
	snprintf(text, sizeof(text), "%d\n", getpid());
	if (ftruncate(fd, 0) || pwrite(fd, text, strlen(text), 0) < 0)
		status__note("can't write to " INJECT_LOCK ": %s; another pkstrace can't name this "
			     "one",
			     strerror(errno));
	journal__undo();
	return fd;
}
