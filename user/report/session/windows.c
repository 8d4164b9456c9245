// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/session/windows.h"

/* --- written ------------------------------------------------------------------------ */

static bool thread__same(const struct resolved_thread *a, const struct resolved_thread *b)
{
	return a->tid == b->tid && a->tgid == b->tgid && !strcmp(a->comm, b->comm) &&
	       !strcmp(a->context, b->context);
}

/* The newest are looked at first: a thread opens one window after the other. */
static size_t thread__number(struct windows_batch *b, const struct resolved_thread *thread)
{
	size_t at = b->record.nr_thread;

	while (at && !thread__same(&b->thread[at - 1], thread))
		at--;
	if (at)
		return at - 1;
	at = b->record.nr_thread++;
	b->thread[at] = *thread;
	b->thread[at].count = 0; /* the window's own */
	return at;
}

/* Negative: out of memory. */
static long place__number(struct windows_batch *b, const char *name)
{
	size_t at = b->record.nr_place;

	while (at && strcmp(b->place[at - 1].name, name) != 0)
		at--;
	if (at)
		return (long)at - 1;
	at = b->record.nr_place;
	b->place[at].name = strdup(name);
	if (!b->place[at].name)
		return -ENOMEM;
	b->record.nr_place++;
	return (long)at;
}

int windows_batch__add(struct windows_batch *b, const struct resolved_window *w)
{
	size_t thread = thread__number(b, &w->thread);
	long granted = place__number(b, w->granted_by), revoked = place__number(b, w->revoked_by);
	char page[24];
	json_t *row;

	if (!b->record.row)
		b->record.row = json_array();
	if (granted < 0 || revoked < 0 || !b->record.row)
		return -ENOMEM;
	snprintf(page, sizeof(page), "0x%" PRIx64, (uint64_t)w->page);
	row = json_pack("[I, I, i, s, I, I, I]", (json_int_t)w->granted,
			(json_int_t)(w->revoked - w->granted), w->thread.count, page,
			(json_int_t)thread, (json_int_t)granted, (json_int_t)revoked);
	if (!row || json_array_append_new(b->record.row, row))
		return -ENOMEM;
	b->record.thread = b->thread;
	b->record.place = b->place;
	b->nr++;
	return 0;
}

void windows_batch__clear(struct windows_batch *b)
{
	for (size_t i = 0; i < b->record.nr_place; i++)
		free((char *)b->place[i].name);
	json_decref(b->record.row);
	b->record = (struct kept_windows){};
	b->nr = 0;
}

/* --- read --------------------------------------------------------------------------- */

/* False: this is no row. */
static bool row__read(const struct kept_windows *from, json_t *row, struct resolved_window *w)
{
	json_int_t granted, held, thread, by[2];
	const char *page;
	int depth;

	if (json_unpack(row, "[I, I, i, s, I, I, I]", &granted, &held, &depth, &page, &thread,
			&by[0], &by[1]) ||
	    thread < 0 || (size_t)thread >= from->nr_thread)
		return false;
	for (int i = 0; i < 2; i++)
		if (by[i] < 0 || (size_t)by[i] >= from->nr_place || !from->place[by[i]].name)
			return false;
	*w = (struct resolved_window){ .thread = from->thread[thread],
				       .granted = granted,
				       .revoked = granted + held,
				       .page = strtoull(page, NULL, 16),
				       .granted_by = from->place[by[0]].name,
				       .revoked_by = from->place[by[1]].name };
	w->thread.count = depth;
	w->thread.context = w->thread.context ?: "unknown";
	return true;
}

size_t kept_windows__each(const struct kept_windows *record, window_fn fn, void *arg)
{
	struct resolved_window window;
	size_t at, wrong = 0;
	json_t *row;

	json_array_foreach (record->row, at, row) {
		if (row__read(record, row, &window))
			fn(arg, &window);
		else
			wrong++;
	}
	return wrong;
}
