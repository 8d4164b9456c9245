// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/escape.h"
#include "util/output.h"
#include "util/status.h"

#define PREFIX "pkstrace: "

static status_fn heard_by;
static void *heard_with;

void status__hear(status_fn fn, void *arg)
{
	heard_by = fn;
	heard_with = arg;
}

/* What hears a line may have something to say itself: it does not hear that. */
static void line__hear(const char *line)
{
	const status_fn fn = heard_by;

	if (!fn)
		return;
	heard_by = NULL;
	fn(heard_with, line);
	heard_by = fn;
}

/* In one write: what other processes write to the same place does not come between. */
static void line__write(const char *line, size_t size)
{
	while (size) {
		ssize_t n = write(STDERR_FILENO, line, size);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			line += n;
			size -= n;
		}
	}
}

static void line__write_escaped(const char *line)
{
	char *whole;
	int size = asprintf(&whole, "%s\n", escaped(line));

	if (size < 0)
		return;
	line__write(whole, size);
	free(whole);
}

/* One line, whatever is in the names that it quotes. */
static void say(const char *format, va_list args)
{
	size_t size = 0;
	char *line = NULL;
	FILE *text = open_memstream(&line, &size);

	output__failed(); /* flushes: the two streams stay in order */
	if (text) {
		fputs(PREFIX, text);
		vfprintf(text, format, args);
	}
	if (!text || fclose(text)) {
		line__write(PREFIX "out of memory\n", sizeof(PREFIX "out of memory\n") - 1);
		free(line);
		return;
	}
	line__write_escaped(line);
	line__hear(line + sizeof(PREFIX) - 1);
	free(line);
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
