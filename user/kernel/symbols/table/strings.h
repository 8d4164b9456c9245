/* SPDX-License-Identifier: GPL-2.0-only */
/* The strings of symbol tables: only ever added, so that what is handed out stays good. */
#ifndef PKSTRACE_SYMBOLS_TABLE_STRINGS_H
#define PKSTRACE_SYMBOLS_TABLE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct string_chunk;

/* All zeroes: none yet. */
struct strings {
	struct string_chunk *chunk;
	const char **slot; /* those that were interned, by hash */
	size_t nr, cap;	   /* of slot; cap is a power of two */
};

/*
 * A copy of the first len bytes, which end it; NULL without memory. It is the pool's, until
 * strings__free().
 */
const char *strings__add(struct strings *strings, const char *string, size_t len);

/* The same, but equal strings are one copy, so that its address can be compared. No zero bytes. */
const char *strings__intern(struct strings *strings, const char *string, size_t len);

/* For tables by name. */
uint32_t strings__hash(const char *string, size_t len);

/* Frees all of them; the pool is empty then, and can be used again. */
void strings__free(struct strings *strings);

#endif
