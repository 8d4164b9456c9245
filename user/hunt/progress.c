// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hunt/progress.h"
#include "util/escape.h"
#include "hunt/table.h"
#include "util/status.h"

#define BAR   24
#define WIDTH 512

static unsigned int terminal__columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || size.ws_col < 20)
		return 80;
	return size.ws_col < WIDTH ? size.ws_col : WIDTH;
}

/* "should_failslab -ENOMEM in f+0x1/0x2". */
static void item__text(const struct hunt_plan *plan, const struct hunt_item *item, char *text,
		       size_t size)
{
	size_t used = 0;

	text[0] = 0;
	for (unsigned int i = 0; i < item->depth && used < size; i++) {
		const struct hunt_site *site = &plan->sites[item->site[i]];
		size_t length;
		const char *name = hunt_site__name(site, &length);
		char error[24];

		hunt_table__error(site, item->value[i], error, sizeof(error));
		used += snprintf(text + used, size - used, "%s%s %s in %.*s", i ? ", then " : "",
				 site->function, error, (int)length, name);
	}
}

void hunt_progress__begin(const struct hunt_plan *plan, size_t item)
{
	size_t done = hunt_plan__done(plan), total = plan->nr_items;
	unsigned int full = total ? done * BAR / total : 0;
	char what[WIDTH], line[2 * WIDTH];

	if (!isatty(STDERR_FILENO))
		return;
	item__text(plan, &plan->items[item], what, sizeof(what));
	snprintf(line, sizeof(line), "[%.*s%*s] run %zu of %zu, %zu with findings: %s", full,
		 "########################", BAR - full, "", done + 1, total,
		 hunt_plan__found(plan), what);
	fprintf(stderr, "\r\033[K%.*s", terminal__columns() - 1, escaped(line));
}

void hunt_progress__end(const struct hunt_plan *plan, size_t item)
{
	char what[WIDTH];

	if (isatty(STDERR_FILENO))
		return;
	item__text(plan, &plan->items[item], what, sizeof(what));
	status__note("run %zu of %zu: %s: %s", hunt_plan__done(plan), plan->nr_items, what,
		     hunt_outcome__name(plan->items[item].result.outcomes));
}

void hunt_progress__clear(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
