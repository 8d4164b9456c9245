// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/session/file.h"
#include "report/session/records.h"

/* How each session begins, to the byte: the writer keeps the order of the members. */
#define BEGINNING "{\"type\":\"session\",\"format\":\"" SESSION_FORMAT "\""

static bool file__is_session(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char text[sizeof(BEGINNING)] = "";
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n == sizeof(text) - 1 && !strcmp(text, BEGINNING);
}

/* What is there must be nothing, or a session. */
static enum status file__check(const char *path)
{
	struct stat st;

	if (lstat(path, &st)) {
		if (errno == ENOENT)
			return STATUS_CLEAN;
		return status__say(STATUS_USAGE, "%s: %s", path, strerror(errno));
	}
	if (S_ISLNK(st.st_mode))
		return status__say(STATUS_USAGE,
				   "%s is a symbolic link: a session is not written through one; "
				   "give the name of a new file",
				   path);
	if (!S_ISREG(st.st_mode))
		return status__say(STATUS_USAGE,
				   "%s is no regular file: give the name of a new file", path);
	if (!file__is_session(path))
		return status__say(STATUS_USAGE,
				   "%s is there and is no session: give another name, or remove it",
				   path);
	return STATUS_CLEAN;
}

static char *path__old(const char *path)
{
	char *old;

	return asprintf(&old, "%s.old", path) < 0 ? NULL : old;
}

enum status session_file__check(const char *path)
{
	enum status status = file__check(path);
	char *old = path__old(path);
	struct stat st;

	if (!old)
		status = status__say(STATUS_CANNOT, "out of memory");
	if (!status && !lstat(path, &st))
		status = file__check(old);
	free(old);
	return status;
}

/* What was there a moment ago is kept. */
static enum status file__move(const char *path)
{
	char *old = path__old(path);
	enum status status = STATUS_CLEAN;

	if (!old)
		return status__say(STATUS_CANNOT, "out of memory");
	if (!rename(path, old))
		status__note("the session that was in %s is now in %s", path, old);
	else if (errno != ENOENT)
		status = status__say(STATUS_USAGE, "%s can't be renamed to %s: %s", path, old,
				     strerror(errno));
	free(old);
	return status;
}

enum status session_file__create(const char *path, int *fd)
{
	enum status status = session_file__check(path);

	status = status ?: file__move(path);
	if (status)
		return status;
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd < 0)
		return status__say(STATUS_USAGE, "%s can't be written: %s", path, strerror(errno));
	return STATUS_CLEAN;
}
