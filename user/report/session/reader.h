/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads sessions back: into what was printed when they were written, record by record. */
#ifndef PKSTRACE_REPORT_SESSION_READER_H
#define PKSTRACE_REPORT_SESSION_READER_H

#include "report/session/records.h"

enum record_type {
	RECORD_SESSION,
	RECORD_FINDING,
	RECORD_INJECTION,
	RECORD_INTERVAL,
	RECORD_SUMMARY,
	RECORD_INJECTIONS,
	RECORD_SURVEY,
	RECORD_WINDOWS,
	RECORD_MESSAGE,
	RECORD_HUNT,
	RECORD_END,
	NR_RECORD_TYPES, /* one that only a later pkstrace knows */
};

/* A record, as it lies in the text. */
struct session_line {
	enum record_type type;
	size_t at, length;
};

struct session {
	const char *path;
	char *text; /* all of the file */
	size_t size;
	struct session_line *line; /* those that can be read */
	size_t nr, room;
	struct session_header header;
	struct session_record *first; /* what the header's strings belong to */
	bool damaged;		      /* something is missing; this has been said */
};

/* One record, read. */
struct session_record {
	enum record_type type;
	union {
		const void *data; /* of any type */
		const struct session_header *header;
		const struct resolved_finding *finding;
		const struct resolved_injection *injection;
		const struct resolved_summary *summary; /* or interval */
		const struct report_injections *injections;
		const struct report_survey *survey;
		const struct kept_windows *windows;
		const struct report_message *message;
		const struct report_hunt *hunt;
		const struct session_end *end;
	};
	/* Private: what the data belongs to. */
	json_t *object;
	struct arena arena;
};

/*
 * Reads a file; "-": standard input. Returns STATUS_USAGE, after one line, for a file that is
 * damaged, cut short, of a later version, or no session at all; with force, all but the last
 * are read as far as they can be, with the same line. session__close() is due in any case.
 */
enum status session__open(struct session *s, const char *path, bool force);

/* The same from a descriptor, from its beginning; path is its name for messages. */
enum status session__read(struct session *s, const char *path, int fd, bool force);
void session__close(struct session *s);

/* Reads a record; at is an index into line[]. Returns 0, -EINVAL or -ENOMEM. */
int session__record(const struct session *s, size_t at, struct session_record *record);
void session_record__free(struct session_record *record);

/* The index of the first record of a type from `at` on; s->nr: there is none. */
size_t session__next(const struct session *s, enum record_type type, size_t at);

/* That of the last one. */
size_t session__last(const struct session *s, enum record_type type);

/* Prints all of it again, into r. */
void session__print(const struct session *s, struct report *r);

/* What the run that was kept ended with; STATUS_INCOMPLETE where nobody can tell. */
enum status session__status(const struct session *s);

#endif
