/* SPDX-License-Identifier: GPL-2.0-only */
/* The injections of a run, as they were recorded. Plain C: no libbpf, no clock. */
#ifndef PKSTRACE_FINDINGS_INJECTIONS_H
#define PKSTRACE_FINDINGS_INJECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/record.h"

struct injection {
	struct pks_injection record;
	const char *function; /* that was made to fail, outlives the list; NULL: none was */
};

struct injections {
	struct injection *all;
	size_t nr, room;
	__u64 missing; /* found no memory */
};

/* Takes a copy. 0 or -ENOMEM. */
int injections__add(struct injections *list, const struct pks_injection *one, const char *function);

/*
 * The injection that a finding follows: the last one on its thread before it,
 * else, for what shows on another thread, the last one of all. NULL: none.
 * *same tells which of the two it is.
 */
const struct injection *injections__cause(const struct injections *list,
					  const struct pks_finding *finding, bool *same);

void injections__free(struct injections *list);

/* "skip-revoke", ... of enum pks_injection_kind. */
const char *injection__kind_name(unsigned int kind);

/* "ENOMEM" of -ENOMEM and ENOMEM; NULL where it has no name. */
const char *errno__name(long value);

#endif
