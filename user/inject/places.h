/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the calls came from that a dry run would have hit. */
#ifndef PKSTRACE_INJECT_PLACES_H
#define PKSTRACE_INJECT_PLACES_H

#include <jansson.h>

#include "abi/inject.h"

struct report;

/* A table of all PKS_PLACES, which it puts in order; lost: calls that found no place in it. */
void inject_places__text(const struct report *report, struct pks_place *places, __u64 lost);

/* The same as an array; the caller's. */
json_t *inject_places__json(const struct report *report, const struct pks_place *places);

#endif
