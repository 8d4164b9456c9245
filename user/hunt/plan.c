// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "kernel/dialect/dialect.h"
#include "hunt/plan.h"

/* FNV-1a, 64 bits. */
static uint64_t hash__text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
	return hash;
}

uint64_t hunt_site__id(const char *function, const char *stack)
{
	return hash__text(hash__text(0xcbf29ce484222325ULL, function) ^ '\n', stack);
}

/* Functions that allocate, or copy, on behalf of a caller: their names say nothing of the place. */
static const char *const allocator_frames[] = {
	"__alloc_",    "alloc_",	  "__get_free_pages", "get_zeroed_page", "__folio_alloc",
	"folio_alloc", "vma_alloc_folio", "kmem_cache_alloc", "__kmem_cache_",	 "kmalloc",
	"__kmalloc",   "__do_kmalloc",	  "kvmalloc",	      "slab_",		 "___slab_",
	"__slab_",     "mempool_alloc",	  "prepare_alloc_",   "_copy_from_user", "_copy_to_user",
	"should_fail", "__should_fail",	  "kmemdup",	      "_copy_from_iter", "_copy_to_iter",
};

/* One of the traced functions, to the reader the driver's own call. */
static bool frame__is_own(const char *frame)
{
	char name[128];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(frame, "+ \n"), frame);
	return dialect__is_own(name);
}

static bool frame__serves(const char *frame)
{
	for (size_t i = 0; i < sizeof(allocator_frames) / sizeof(allocator_frames[0]); i++)
		if (!strncmp(frame, allocator_frames[i], strlen(allocator_frames[i])))
			return true;
	return frame__is_own(frame);
}

const char *hunt_site__name(const struct hunt_site *site, size_t *length)
{
	const char *frame = site->stack;

	while (frame__serves(frame)) {
		const char *next = strchr(frame, '\n');

		if (!next || !next[1]) {
			frame = site->stack;
			break;
		}
		frame = next + 1;
	}
	*length = strcspn(frame, "\n");
	return frame;
}

bool hunt_site__in_module(const struct hunt_site *site, const char *module)
{
	size_t length = strlen(module);

	for (const char *at = strstr(site->stack, " ["); at; at = strstr(at, " [")) {
		size_t same = 0;

		at += 2;
		while (same < length &&
		       (at[same] == module[same] || (at[same] == '_' && module[same] == '-')))
			same++;
		if (same == length && at[length] == ']')
			return true;
	}
	return false;
}

long hunt_plan__by_id(const struct hunt_plan *plan, uint64_t id)
{
	for (size_t i = 0; i < plan->nr_sites; i++)
		if (plan->sites[i].id == id)
			return i;
	return -1;
}

long hunt_plan__by_hash(const struct hunt_plan *plan, uint64_t hash)
{
	for (size_t i = 0; hash && i < plan->nr_sites; i++)
		if (plan->sites[i].hash == hash)
			return i;
	return -1;
}

long hunt_plan__site(struct hunt_plan *plan, const struct hunt_site *site)
{
	long at = hunt_plan__by_id(plan, site->id);
	char *stack = site->stack;

	if (at < 0) {
		if (array__grow(&plan->sites, &plan->sites_room, plan->nr_sites, sizeof(*site))) {
			free(stack);
			return -ENOMEM;
		}
		at = plan->nr_sites++;
	} else {
		free(plan->sites[at].stack);
		if (plan->sites[at].hash) {
			plan->sites[at].stack = stack;
			return at;
		}
	}
	plan->sites[at] = *site;
	return at;
}

static bool item__same(const struct hunt_item *a, const struct hunt_item *b)
{
	if (a->depth != b->depth)
		return false;
	for (unsigned int i = 0; i < a->depth; i++)
		if (a->site[i] != b->site[i] || a->value[i] != b->value[i])
			return false;
	return true;
}

long hunt_plan__add(struct hunt_plan *plan, const struct hunt_item *item)
{
	for (size_t i = 0; i < plan->nr_items; i++)
		if (item__same(&plan->items[i], item))
			return i;
	if (array__grow(&plan->items, &plan->items_room, plan->nr_items, sizeof(*item)))
		return -ENOMEM;
	plan->items[plan->nr_items] = *item;
	return plan->nr_items++;
}

long hunt_plan__next(const struct hunt_plan *plan)
{
	for (size_t i = 0; i < plan->nr_items; i++)
		if (plan->items[i].state != HUNT_DONE)
			return i;
	return -1;
}

size_t hunt_plan__done(const struct hunt_plan *plan)
{
	size_t done = 0;

	for (size_t i = 0; i < plan->nr_items; i++)
		done += plan->items[i].state == HUNT_DONE;
	return done;
}

size_t hunt_plan__found(const struct hunt_plan *plan)
{
	size_t found = 0;

	for (size_t i = 0; i < plan->nr_items; i++)
		found += hunt_outcome__is_finding(plan->items[i].result.outcomes);
	return found;
}

void hunt_item__finish(struct hunt_item *item, const struct hunt_result *result)
{
	hunt_result__free(&item->result);
	item->result = *result;
	item->state = HUNT_DONE;
}

void hunt_result__free(struct hunt_result *result)
{
	free(result->report);
	free(result->oops);
	json_decref(result->findings);
	*result = (struct hunt_result){};
}

void hunt_plan__free(struct hunt_plan *plan)
{
	for (size_t i = 0; i < plan->nr_sites; i++)
		free(plan->sites[i].stack);
	for (size_t i = 0; i < plan->nr_items; i++)
		hunt_result__free(&plan->items[i].result);
	free(plan->sites);
	free(plan->items);
	*plan = (struct hunt_plan){};
}
