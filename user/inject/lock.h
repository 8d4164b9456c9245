/* SPDX-License-Identifier: GPL-2.0-only */
/* One injector at a time on a machine: two would not know each other's faults. */
#ifndef PKSTRACE_INJECT_LOCK_H
#define PKSTRACE_INJECT_LOCK_H

#include "util/status.h"

/* Root's, so that nobody else can hold it; of this boot, so that it needs no clean-up. */
#define INJECT_LOCK "/run/pkstrace.lock"

/*
 * Takes the lock (flock), which the kernel frees with the last process that has
 * the descriptor: us, or our guardian, which has things to put back. Waits a few
 * seconds for such a guardian of a run that has been killed. The descriptor, or
 * -1 after a line, which names the holder.
 */
int inject_lock__take(enum status *status);

#endif
