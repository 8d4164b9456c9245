// SPDX-License-Identifier: GPL-2.0-only
/*
 * One injector at a time: two would not know each other's faults. A name in the
 * abstract socket namespace needs no file, and goes with the process.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "inject/session.h"

#define LOCK_NAME "pkstrace-injection"

int inject_lock__take(enum status *status)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*status = STATUS_CLEAN;
	/* A leading zero byte makes it abstract. */
	memcpy(name.sun_path + 1, LOCK_NAME, sizeof(LOCK_NAME) - 1);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&name,
			     offsetof(struct sockaddr_un, sun_path) + sizeof(LOCK_NAME)))
		return fd;
	if (errno == EADDRINUSE)
		*status = status__say(STATUS_CANNOT, "another pkstrace injects already: one at a "
						     "time, or no finding has a known cause");
	else
		*status = status__say(STATUS_CANNOT, "can't take the injection lock: %s",
				      strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
