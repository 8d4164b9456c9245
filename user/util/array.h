/* SPDX-License-Identifier: GPL-2.0-only */
/* Room for one more element in an array that grows. */
#ifndef PKSTRACE_ARRAY_H
#define PKSTRACE_ARRAY_H

#include <errno.h>
#include <stdlib.h>

/* array: address of the pointer to elements of this size. 0, or -ENOMEM with all as it was. */
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
