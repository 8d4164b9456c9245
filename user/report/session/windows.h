/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A log of windows in a session: many to a record, which names threads and places once. A
 * record stands by itself, so that one that is damaged takes no other with it.
 */
#ifndef PKSTRACE_REPORT_SESSION_WINDOWS_H
#define PKSTRACE_REPORT_SESSION_WINDOWS_H

#include <jansson.h>

#include "findings/resolve.h"

#define WINDOWS_AT_ONCE 512

struct kept_place {
	const char *name;
};

/* A record. Each row is [granted, held, depth, page, thread, granted by, revoked by]. */
struct kept_windows {
	struct resolved_thread *thread; /* rows have their indices */
	struct kept_place *place;
	json_t *row;
	size_t nr_thread, nr_place;
};

/* What waits to be written. Zero it before use. */
struct windows_batch {
	struct resolved_thread thread[WINDOWS_AT_ONCE];
	struct kept_place place[2 * WINDOWS_AT_ONCE]; /* the names are copies; owned */
	struct kept_windows record;
	size_t nr;
};

/* Adds a window; the batch must not be full. 0 or -ENOMEM. */
int windows_batch__add(struct windows_batch *b, const struct resolved_window *window);
static inline bool windows_batch__full(const struct windows_batch *b)
{
	return b->nr == WINDOWS_AT_ONCE;
}

/* Makes it empty, and frees what it owns. */
void windows_batch__clear(struct windows_batch *b);

/* Calls fn for each window of a record. Returns how many rows are none: a reader's loss. */
typedef void (*window_fn)(void *arg, const struct resolved_window *window);
size_t kept_windows__each(const struct kept_windows *record, window_fn fn, void *arg);

#endif
