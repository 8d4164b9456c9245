// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/output.h"

static struct sigaction found; /* SIGPIPE's, before ours */
static int error;	       /* the first that a write met; 0: none */

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

void output__open(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	descriptors__take();
	sigaction(SIGPIPE, &ignore, &found);
}

void output__leave_to_child(void)
{
	sigaction(SIGPIPE, &found, NULL);
}

bool output__failed(void)
{
	errno = 0;
	if (fflush(stdout) || ferror(stdout))
		error = error ?: errno ?: EIO;
	return error;
}

enum status output__close(enum status status)
{
	output__failed();
	/* Some file systems tell only now that they have no room. */
	if (fclose(stdout))
		error = error ?: errno;
	if (!error)
		return status;
	return status__say(STATUS_OUTPUT, "standard output could not be written: %s",
			   strerror(error));
}
