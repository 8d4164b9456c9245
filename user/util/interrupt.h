/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals that end a run: the loop is told, so that there is a summary. A thread of its own
 * reads them, for whoever is in the middle of something may stay there: in a file that never
 * answers, before a reader that never reads. Then it ends the process without.
 */
#ifndef PKSTRACE_UTIL_INTERRUPT_H
#define PKSTRACE_UTIL_INTERRUPT_H

#include <stdbool.h>

#include "util/status.h"

/*
 * SIGINT, SIGTERM and SIGHUP become readable: from now on they end the loop and not the
 * process; SIGHUP stays ignored where nohup(1) says so. A descriptor, or -1 after one line.
 * To be called once.
 */
int interrupt__open(enum status *status);

/* One has come, and was not read yet. */
bool interrupt__pending(int fd);

/* Takes those that have come. */
void interrupt__read(int fd);

/* Has the processes of this cgroup ended together with a process that has to be; "": none. */
void interrupt__end_too(const char *cgroup);

#endif
