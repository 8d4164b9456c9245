// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/symbols/table/strings.h"

#define CHUNK_SIZE (256UL * 1024)

struct string_chunk {
	struct string_chunk *next;
	size_t used;
	char data[CHUNK_SIZE];
};

const char *strings__add(struct strings *strings, const char *string, size_t len)
{
	struct string_chunk *chunk = strings->chunk;
	char *copy;

	if (!chunk || chunk->used + len + 1 > CHUNK_SIZE) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->used = 0;
		chunk->next = strings->chunk;
		strings->chunk = chunk;
	}
	copy = chunk->data + chunk->used;
	memcpy(copy, string, len);
	copy[len] = '\0';
	chunk->used += len + 1;
	return copy;
}

/* FNV-1a */
uint32_t strings__hash(const char *string, size_t len)
{
	uint32_t value = 2166136261u;

	while (len--)
		value = (value ^ (unsigned char)*string++) * 16777619u;
	return value;
}

static int strings__grow(struct strings *strings)
{
	size_t cap = strings->cap ? strings->cap * 2 : 1024;
	const char **slot = calloc(cap, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	for (size_t i = 0; i < strings->cap; i++) {
		const char *name = strings->slot[i];
		size_t at;

		if (!name)
			continue;
		for (at = strings__hash(name, strlen(name)); slot[at & (cap - 1)]; at++)
			;
		slot[at & (cap - 1)] = name;
	}
	free(strings->slot);
	strings->slot = slot;
	strings->cap = cap;
	return 0;
}

const char *strings__intern(struct strings *strings, const char *string, size_t len)
{
	const char **slot;

	if (strings->nr * 2 >= strings->cap && strings__grow(strings))
		return NULL;
	for (size_t at = strings__hash(string, len);; at++) {
		slot = &strings->slot[at & (strings->cap - 1)];
		if (!*slot)
			break;
		if (!strncmp(*slot, string, len) && !(*slot)[len])
			return *slot;
	}
	*slot = strings__add(strings, string, len);
	if (*slot)
		strings->nr++;
	return *slot;
}

void strings__free(struct strings *strings)
{
	while (strings->chunk) {
		struct string_chunk *chunk = strings->chunk;

		strings->chunk = chunk->next;
		free(chunk);
	}
	free(strings->slot);
	*strings = (struct strings){ 0 };
}
