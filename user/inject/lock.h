/* SPDX-License-Identifier: GPL-2.0-only */
/* Only one process of a machine injects at a time: two would not know each other's faults. */
#ifndef PKSTRACE_INJECT_LOCK_H
#define PKSTRACE_INJECT_LOCK_H

#include "util/status.h"

/* Owned by root, so nobody else can hold it; gone with the boot, so it needs no cleanup. */
#define INJECT_LOCK "/run/pkstrace.lock"

/*
 * Takes the lock (flock). The kernel releases it with the last process that has the
 * descriptor: us, or our guardian while it restores settings. Waits a few seconds for
 * the guardian of a run that was killed. Returns the descriptor, or -1 after printing one
 * line that names the holder.
 */
int inject_lock__take(enum status *status);

#endif
