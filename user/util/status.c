// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/output.h"
#include "util/status.h"

/* One line, whatever is in the names that it quotes. */
static void say(const char *format, va_list args)
{
	char *text;

	output__failed(); /* flushes: the two streams stay in order */
	if (vasprintf(&text, format, args) < 0) {
		fprintf(stderr, "pkstrace: %s\n", format);
		return;
	}
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "pkstrace: %s\n", text);
	free(text);
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
