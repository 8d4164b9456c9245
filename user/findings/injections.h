/* SPDX-License-Identifier: GPL-2.0-only */
/* The injections of a run, as recorded. Plain C without libbpf or a clock. */
#ifndef PKSTRACE_FINDINGS_INJECTIONS_H
#define PKSTRACE_FINDINGS_INJECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/record.h"

struct injection {
	struct pks_injection record;
	const char *function; /* that was made to fail; must outlive the list; NULL: none */
};

struct injections {
	struct injection *all;
	size_t nr, room;
	__u64 missing; /* lost for lack of memory */
};

/* Adds a copy. Returns 0 or -ENOMEM. */
int injections__add(struct injections *list, const struct pks_injection *one, const char *function);

/*
 * The injection that a finding follows: the last one before it on the same thread,
 * or, if there is none, the last one before it on any thread; *same says which.
 * NULL: none.
 */
const struct injection *injections__cause(const struct injections *list,
					  const struct pks_finding *finding, bool *same);

/* True where a call went wrong; one that was made to return 0 has not: that is success. */
bool injections__any_failure(const struct injections *list);

void injections__free(struct injections *list);

/* "skip-revoke", ... of enum pks_injection_kind. */
const char *injection__kind_name(unsigned int kind);

/* "ENOMEM" for -ENOMEM and ENOMEM; NULL if it has no name. */
const char *errno__name(long value);

#endif
