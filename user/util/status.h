/* SPDX-License-Identifier: GPL-2.0-only */
/* Exit statuses, and the only way to say that something is wrong. */
#ifndef PKSTRACE_STATUS_H
#define PKSTRACE_STATUS_H

enum status {
	STATUS_CLEAN = 0,      /* complete, and nothing found */
	STATUS_FINDINGS = 1,   /* something found */
	STATUS_USAGE = 2,      /* the command line, or a file named on it, is wrong */
	STATUS_CANNOT = 3,     /* this kernel, machine or user can't do it */
	STATUS_INCOMPLETE = 4, /* nothing found, but something was lost */
	STATUS_OUTPUT = 5,     /* standard output could not be written, whatever was found */
};

/* One line on stderr, "pkstrace: ...". Returns the status it was given. */
enum status status__say(enum status status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* As above, for progress and remarks. */
void status__note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Who gets each such line as well, without the prefix; NULL: nobody. It may not keep the text,
 * and lines of its own do not come back to it.
 */
typedef void (*status_fn)(void *arg, const char *text);
void status__hear(status_fn fn, void *arg);

#endif
