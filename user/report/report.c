// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/report.h"

#define USUAL_COLUMNS 80
#define USUAL_ROWS    24

/* https://no-color.org: set and not empty. */
static bool colour__wanted(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !(no && no[0]) && terminal && strcmp(terminal, "dumb");
}

void report__find_terminal(struct report *r)
{
	struct winsize size = {};

	if (!isatty(STDOUT_FILENO))
		return;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	r->columns = size.ws_col ?: USUAL_COLUMNS;
	r->rows = size.ws_row ?: USUAL_ROWS;
	r->colour = colour__wanted();
}

static void message__print(void *arg, const char *text)
{
	report__message(arg, &(struct report_message){ .text = text });
}

void report__hear(struct report *r)
{
	status__hear(message__print, r);
}

void report__deaf(void)
{
	status__hear(NULL, NULL);
}

#define PRINT(part, type)                                                                          \
	void report__##part(struct report *r, const type *what)                                    \
	{                                                                                          \
		if (r->format->part)                                                               \
			r->format->part(r, what);                                                  \
		if (r->keep)                                                                       \
			report__##part(r->keep, what);                                             \
	}

#define WANTS(part, type)                                                                          \
	bool report__wants_##part(const struct report *r)                                          \
	{                                                                                          \
		return r->format->part || (r->keep && report__wants_##part(r->keep));              \
	}

REPORT_PARTS(PRINT)
REPORT_PARTS(WANTS)
