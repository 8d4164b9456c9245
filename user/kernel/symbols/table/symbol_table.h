/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols in the order of their addresses. */
#ifndef PKSTRACE_SYMBOLS_TABLE_SYMBOL_TABLE_H
#define PKSTRACE_SYMBOLS_TABLE_SYMBOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Data is kept for its address by name, and because it ends the function before it. */
struct symbol_entry {
	uint64_t addr;
	const char *name; /* somebody else's, as is module */
	const char *module;
	uint32_t order; /* in the file */
	bool text;
};

struct symbol_table {
	struct symbol_entry *entry;
	size_t nr, cap;
	bool sorted;
};

/* Appends a copy. Returns 0 or -ENOMEM. */
int symbol_table__add(struct symbol_table *table, const struct symbol_entry *entry);

/* By address; has to be called before anything is looked up. */
void symbol_table__sort(struct symbol_table *table);

/*
 * The entry that an address belongs to, or NULL. *next becomes the address of the one that
 * follows, if that is lower.
 */
const struct symbol_entry *symbol_table__find(const struct symbol_table *table, uint64_t addr,
					      uint64_t *next);

void symbol_table__free(struct symbol_table *table);

#endif
