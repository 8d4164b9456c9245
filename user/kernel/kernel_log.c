// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/kernel_log.h"

#define LINE_ROOM 900 /* a record of /dev/kmsg takes at most 1024 bytes (LOG_LINE_MAX) */

void kernel_log__say(const char *format, ...)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t used, room = LINE_ROOM - 1;
	char line[LINE_ROOM];
	va_list args;

	if (fd < 0)
		return;
	used = snprintf(line, room, "<4>pkstrace: ");
	va_start(args, format);
	vsnprintf(line + used, room - used, format, args);
	va_end(args);
	used = strlen(line);
	line[used++] = '\n';
	/* One write is one record. Not through a stream: these seek, which the file refuses. */
	(void)!write(fd, line, used);
	close(fd);
}
