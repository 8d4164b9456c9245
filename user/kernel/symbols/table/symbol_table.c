// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "kernel/symbols/table/symbol_table.h"
#include "util/array.h"

int symbol_table__add(struct symbol_table *table, const struct symbol_entry *entry)
{
	if (array__grow(&table->entry, &table->cap, table->nr, sizeof(*table->entry)))
		return -ENOMEM;
	if (!table->nr)
		table->sorted = true;
	else if (entry->addr < table->entry[table->nr - 1].addr)
		table->sorted = false;
	table->entry[table->nr] = *entry;
	table->entry[table->nr].order = table->nr;
	table->nr++;
	return 0;
}

/* By address, and in the file's order at one address: the kernel names the first of aliases. */
static int entry__compare(const void *a, const void *b)
{
	const struct symbol_entry *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

void symbol_table__sort(struct symbol_table *table)
{
	if (!table->sorted && table->nr)
		qsort(table->entry, table->nr, sizeof(*table->entry), entry__compare);
	table->sorted = true;
}

/* The first entry above an address; table->nr when there is none. */
static size_t table__above(const struct symbol_table *table, uint64_t addr)
{
	size_t low = 0, high = table->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entry[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The entry an address belongs to in one table, and where the next begins. */
const struct symbol_entry *symbol_table__find(const struct symbol_table *table, uint64_t addr,
					      uint64_t *next)
{
	size_t above = table__above(table, addr), first;
	const struct symbol_entry *found;

	if (above < table->nr && table->entry[above].addr < *next)
		*next = table->entry[above].addr;
	if (!above)
		return NULL;
	first = above - 1;
	while (first && table->entry[first - 1].addr == table->entry[above - 1].addr)
		first--;
	/* Of several at one address the first that names a function, as the kernel does. */
	for (found = &table->entry[first]; !found->text && found < &table->entry[above - 1];)
		found++;
	return found;
}

void symbol_table__free(struct symbol_table *table)
{
	free(table->entry);
	*table = (struct symbol_table){};
}
