// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/output.h"

static struct sigaction found; /* SIGPIPE's, before ours */
static int error;	       /* the first that a write met; 0: none */

/*
 * Whatever is printed between two flushes is one write, so that what other processes write
 * to the same place comes before or after it: the longest line is a summary with all of
 * its call sites. Memory that is not used is not there.
 */
static char buffer[4 << 20];

/* A closed standard output is one that refuses writes, not the next file that we open. */
static void descriptors__take(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(STATUS_CANNOT);
	}
}

/* What a reader has not taken yet is waited for, also where the pipe is not to block. */
static bool output__wait(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return errno == EINTR || (errno == EAGAIN && (poll(&out, 1, -1) >= 0 || errno == EINTR));
}

/* stdio tells that a write has failed, and forgets why: therefore by hand. */
static ssize_t output__write(void *cookie, const char *data, size_t size)
{
	size_t done = 0;

	(void)cookie;
	while (done < size) {
		ssize_t n = write(STDOUT_FILENO, data + done, size - done);

		if (n >= 0)
			done += n;
		else if (!output__wait())
			break;
	}
	if (done < size)
		error = error ?: errno;
	return done;
}

/* Some file systems tell only now that they have no room. */
static int output__end(void *cookie)
{
	(void)cookie;
	if (close(STDOUT_FILENO))
		error = error ?: errno;
	return 0;
}

void output__open(void)
{
	const cookie_io_functions_t functions = { .write = output__write, .close = output__end };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	FILE *stream;

	descriptors__take();
	sigaction(SIGPIPE, &ignore, &found);
	stream = fopencookie(NULL, "w", functions);
	if (!stream)
		_exit(STATUS_CANNOT);
	setvbuf(stream, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof(buffer));
	stdout = stream;
}

void output__leave_to_child(void)
{
	sigaction(SIGPIPE, &found, NULL);
}

void output__reader_gone(void)
{
	error = error ?: EPIPE;
}

bool output__failed(void)
{
	if (fflush(stdout) || ferror(stdout))
		error = error ?: EIO;
	return error;
}

enum status output__close(enum status status)
{
	output__failed();
	fclose(stdout);
	if (!error)
		return status;
	return status__say(STATUS_OUTPUT, "standard output could not be written: %s",
			   strerror(error));
}
