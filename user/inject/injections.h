/* SPDX-License-Identifier: GPL-2.0-only */
/* The injections of a run, as they were recorded. Plain C: no libbpf, no clock. */
#ifndef PKSTRACE_INJECTIONS_H
#define PKSTRACE_INJECTIONS_H

#include <stddef.h>

#include "abi/record.h"

struct injections {
	struct pks_injection *all;
	size_t nr, room;
};

/* Takes a copy. 0 or -ENOMEM. */
int injections__add(struct injections *list, const struct pks_injection *one);

/*
 * The injection that a finding follows: the last one on its thread before it,
 * else, for what shows on another thread, the last one of all. NULL: none.
 * *same tells which of the two it is.
 */
const struct pks_injection *injections__cause(const struct injections *list,
					      const struct pks_finding *finding, int *same);

void injections__free(struct injections *list);

#endif
