// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "util/status.h"

static void say(const char *format, va_list args)
{
	fflush(stdout);
	fputs("pkstrace: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

enum status status__say(enum status status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return status;
}

void status__note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}
