/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps a run as a session: a record each, written as it comes and in one piece. Whatever
 * ends the writer, the file is whole up to its last record.
 */
#ifndef PKSTRACE_REPORT_SESSION_WRITER_H
#define PKSTRACE_REPORT_SESSION_WRITER_H

#include "report/report.h"

struct session_writer {
	struct report report; /* for another one's `keep` */
	/* Private. */
	const char *path; /* NULL: in memory, for a form that is made at the end */
	const char *mode;
	char *command;
	int fd; /* -1: not begun */
	__u64 records;
	__u32 crc;
	bool failed;		       /* this has been said */
	struct windows_batch *windows; /* those that are not written yet; NULL: there were none */
};

/*
 * Before anything is traced: refuses a path that cannot be a new session's. path NULL: no
 * file. argv: of the command. Anything but STATUS_CLEAN: a line was printed.
 */
enum status session_writer__open(struct session_writer *w, const char *path, int argc,
				 char *const *argv);

/* Makes the file and writes its header: what is traced, and as which dialect, in words. */
enum status session_writer__begin(struct session_writer *w, const char *target,
				  const char *dialect);

/* The last record, after which the file is complete; without it, a reader says that it is not. */
void session_writer__end(struct session_writer *w);

struct session;

/* Reads what was written, as session__read() does; it need not have been ended. */
enum status session_writer__read(const struct session_writer *w, struct session *session);

/* Says what is missing, if anything is; *missing is the number of records. */
void session_writer__close(struct session_writer *w, unsigned int *missing);

#endif
