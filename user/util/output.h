/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output: what was written there either arrived, or the run says that
 * it did not. A reader that went away (EPIPE) is no exception: what it has not
 * read may have been the finding.
 */
#ifndef PKSTRACE_OUTPUT_H
#define PKSTRACE_OUTPUT_H

#include <stdbool.h>

#include "util/status.h"

/*
 * First thing in main(): a broken pipe becomes an error of the write instead of
 * a signal, and descriptors 0 to 2 are taken, so that nothing else becomes them.
 */
void output__open(void);

/* In a child that is to execute another program: signals as we found them. */
void output__leave_to_child(void);

/* Flushes. True where something written so far was lost: nothing more will arrive. */
bool output__failed(void);

/* Last thing in main(): `status`, or STATUS_OUTPUT after one line. */
enum status output__close(enum status status);

#endif
