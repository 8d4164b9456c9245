// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "hunt/found.h"
#include "util/array.h"

struct found_list {
	struct report_found *all;
	size_t nr, room;
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct report_found *found__find(const struct found_list *list,
					const struct report_found *one)
{
	for (size_t i = 0; i < list->nr; i++)
		if (same(list->all[i].class, one->class) && same(list->all[i].cause, one->cause) &&
		    same(list->all[i].in, one->in))
			return &list->all[i];
	return NULL;
}

/* A run counts once for a place, however often it came there. */
static int found__add(struct found_list *list, json_t *finding, size_t run)
{
	struct report_found one = {
		.class = json_string_value(json_object_get(finding, "class")),
		.cause = json_string_value(json_object_get(finding, "cause")),
		.in = json_string_value(json_object_get(finding, "in")),
		.first = run,
		.last = run,
		.runs = 1,
	};
	struct report_found *known = found__find(list, &one);

	if (!one.class)
		return 0;
	if (known) {
		known->runs += known->last != run;
		known->last = run;
		return 0;
	}
	if (array__grow(&list->all, &list->room, list->nr, sizeof(one)))
		return -ENOMEM;
	list->all[list->nr++] = one;
	return 0;
}

struct report_found *hunt_found(const struct hunt_plan *plan, size_t *nr)
{
	struct found_list list = {};
	json_t *finding;
	size_t at;

	*nr = 0;
	for (size_t i = 0; i < plan->nr_items; i++) {
		if (plan->items[i].state != HUNT_DONE)
			continue;
		json_array_foreach (plan->items[i].result.findings, at, finding) {
			if (!found__add(&list, finding, i + 1))
				continue;
			free(list.all);
			*nr = hunt_plan__found(plan);
			return NULL;
		}
	}
	*nr = list.nr;
	return list.all;
}
