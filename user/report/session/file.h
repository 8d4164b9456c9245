/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a session is written to. */
#ifndef PKSTRACE_REPORT_SESSION_FILE_H
#define PKSTRACE_REPORT_SESSION_FILE_H

#include "util/status.h"

/*
 * Returns STATUS_USAGE after one line if the file may not be made: there is something else than a
 * session, or than a regular file.
 */
enum status session_file__check(const char *path);

/*
 * Makes a new file that only its owner may read, and no link leads to. A session that is
 * there is first renamed to PATH.old. Returns STATUS_USAGE after printing one line.
 */
enum status session_file__create(const char *path, int *fd);

#endif
