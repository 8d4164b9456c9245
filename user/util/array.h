/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes room for one more element in a growing array. */
#ifndef PKSTRACE_ARRAY_H
#define PKSTRACE_ARRAY_H

#include <errno.h>
#include <stdlib.h>

/* array: address of the pointer to the elements. Returns 0, or -ENOMEM with nothing changed. */
static inline int array__grow(void *array, size_t *room, size_t used, size_t element)
{
	size_t more = *room ? *room * 2 : 16;
	void **start = array, *grown;

	if (used < *room)
		return 0;
	grown = realloc(*start, more * element);
	if (!grown)
		return -ENOMEM;
	*start = grown;
	*room = more;
	return 0;
}

#endif
