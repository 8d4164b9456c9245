// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/symbols/module_loads.h"
#include "util/array.h"

int module_loads__add(struct module_loads *loads, const char *name, uint64_t start, uint64_t end)
{
	if (array__grow(&loads->load, &loads->room, loads->nr, sizeof(*loads->load)))
		return -ENOMEM;
	loads->load[loads->nr++] =
		(struct module_load){ .name = name,
				      .range[MODULE_CORE] = { .start = start, .end = end } };
	return 0;
}

/*
 * "name 16384 0 - Live 0xffffffffc0000000 (OE)": the size is that of all of its memory, which is
 * more than that of its code where the two lie apart (6.4 and later).
 */
int module_loads__read(struct module_loads *loads, const char *path,
		       const char *(*intern)(void *arg, const char *name, size_t length), void *arg)
{
	char name[64], line[4096];
	uint64_t start, size;
	FILE *f = fopen(path, "re");
	const char *kept;
	int err = 0;

	/* A kernel without modules has no such file. */
	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (!err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %" SCNu64 " %*s %*s %*s %" SCNx64, name, &size, &start) !=
			    3 ||
		    !start)
			continue;
		kept = intern(arg, name, strlen(name));
		err = kept ? module_loads__add(loads, kept, start, start + size) : -ENOMEM;
	}
	fclose(f);
	return err;
}

static bool loads__have(const struct module_loads *loads, const struct module_load *wanted)
{
	for (size_t i = 0; i < loads->nr; i++)
		if (!strcmp(loads->load[i].name, wanted->name) &&
		    loads->load[i].range[MODULE_CORE].start == wanted->range[MODULE_CORE].start)
			return true;
	return false;
}

bool module_loads__same(const struct module_loads *a, const struct module_loads *b)
{
	for (size_t i = 0; i < a->nr; i++)
		if (!loads__have(b, &a->load[i]))
			return false;
	return a->nr == b->nr;
}

void module_loads__retire(struct module_loads *loads, const char *name, uint64_t start,
			  uint64_t end, uint32_t number,
			  void (*lose)(void *arg, struct module_load *load,
				       const struct module_range *range),
			  void *arg)
{
	for (size_t i = 0; i < loads->nr; i++) {
		struct module_load *load = &loads->load[i];

		if (name && strcmp(load->name, name))
			continue;
		for (int r = 0; r < NR_MODULE_RANGES; r++) {
			struct module_range *range = &load->range[r];

			if (range->gone || range->start >= end || range->end <= start)
				continue;
			lose(arg, load, range);
			range->gone = number;
		}
	}
}

static bool range__has(const struct module_range *range, uint64_t address)
{
	return address >= range->start && address < range->end;
}

struct module_place module_loads__live(const struct module_loads *loads, uint64_t address)
{
	struct module_place found = { .address = address };

	for (size_t i = 0; i < loads->nr; i++)
		for (int r = 0; r < NR_MODULE_RANGES; r++) {
			const struct module_range *range = &loads->load[i].range[r];

			/* What begins last: others may be listed with more than they have. */
			if (range->gone || !range__has(range, address) ||
			    (found.range && found.range->start >= range->start))
				continue;
			found.load = &loads->load[i];
			found.range = range;
		}
	return found;
}

/* Of a marked address the upper half is the mark; modules lie where all bits of it are set. */
static uint64_t address__plain(uint64_t address)
{
	return PKS_IS_RETIRED(address) ? UINT64_MAX << 32 | (uint32_t)address : address;
}

struct module_place module_loads__gone(const struct module_loads *loads, uint64_t address)
{
	struct module_place found = { .address = address__plain(address) };
	bool marked = PKS_IS_RETIRED(address);

	for (size_t i = 0; i < loads->nr; i++)
		for (int r = 0; r < NR_MODULE_RANGES; r++) {
			struct module_load *load = &loads->load[i];
			const struct module_range *range = &load->range[r];

			if (!range->gone || !range__has(range, found.address) ||
			    (marked && range->gone != PKS_RETIRED_BY(address)))
				continue;
			if (found.load && strcmp(found.load->name, load->name))
				return (struct module_place){ .address = found.address };
			if (found.range && found.range->gone > range->gone)
				continue;
			found.load = load;
			found.range = range;
		}
	return found;
}

uint64_t module_loads__mark(const struct module_loads *loads, uint64_t address, uint32_t events)
{
	uint32_t first = 0;

	if (!address || PKS_IS_RETIRED(address))
		return address;
	for (size_t i = 0; i < loads->nr; i++)
		for (int r = 0; r < NR_MODULE_RANGES; r++) {
			const struct module_range *range = &loads->load[i].range[r];

			if (range->gone > events && range__has(range, address - 1) &&
			    (!first || range->gone < first))
				first = range->gone;
		}
	return first ? PKS_RETIRED(address, first) : address;
}

void module_loads__free(struct module_loads *loads)
{
	for (size_t i = 0; i < loads->nr; i++)
		symbol_table__free(&loads->load[i].kept);
	free(loads->load);
	*loads = (struct module_loads){};
}
