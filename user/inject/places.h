/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the calls came from that a dry run would have hit, in words. */
#ifndef PKSTRACE_INJECT_PLACES_H
#define PKSTRACE_INJECT_PLACES_H

#include "abi/inject.h"
#include "report/report.h"

/*
 * Of a table of all PKS_PLACES, which it puts in order, the rows that are in use: most
 * calls first. Into all->place and nr_places, to be freed with inject_places__free().
 * 0 or -ENOMEM.
 */
int inject_places__resolve(const struct resolver *r, struct pks_place *places,
			   struct report_injections *all);
void inject_places__free(struct report_injections *all);

#endif
