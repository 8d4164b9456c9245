/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output: what was written either arrived, or the run says that it did not. A
 * reader that went away (EPIPE) is no exception: what it did not read may have been the
 * finding.
 */
#ifndef PKSTRACE_OUTPUT_H
#define PKSTRACE_OUTPUT_H

#include <stdbool.h>

#include "util/status.h"

/*
 * To be called first in main(): turns a broken pipe into a write error instead of a signal,
 * and occupies descriptors 0 to 2, so that no other file gets them.
 */
void output__open(void);

/* In a child that is about to exec another program: restores the signals. */
void output__leave_to_child(void);

/* Whoever reads it has gone: nothing more will arrive, whether something is written or not. */
void output__reader_gone(void);

/* Flushes. True if something written so far was lost, and nothing more will arrive. */
bool output__failed(void);

/* To be called last in main(): returns `status`, or STATUS_OUTPUT after printing one line. */
enum status output__close(enum status status);

#endif
