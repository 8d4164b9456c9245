/* SPDX-License-Identifier: GPL-2.0-only */
/* Only one process of a machine injects at a time: two would not know each other's faults. */
#ifndef PKSTRACE_INJECT_LOCK_H
#define PKSTRACE_INJECT_LOCK_H

#include <sys/types.h>

#include "util/status.h"

/* Owned by root, so nobody else can hold it; gone with the boot, so it needs no cleanup. */
#define INJECT_LOCK "/run/pkstrace.lock"

/* What a run has set in the kernel, as long as it is set; only the holder looks at it. */
#define INJECT_JOURNAL "/run/pkstrace.undo"

/*
 * Takes the lock (flock). The kernel releases it with the last process that has the
 * descriptor: us, or our guardian while it restores settings. Waits a few seconds for
 * the guardian of a run that was killed; where that was killed, too, undoes what both have
 * left, and says so. Returns the descriptor, or -1 after printing one line that names the
 * holder.
 */
int inject_lock__take(enum status *status);

/* The process that holds the lock, as far as it has said so; 0: nobody has it. */
pid_t inject_lock__holder(void);

#endif
