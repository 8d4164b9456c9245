/* SPDX-License-Identifier: GPL-2.0-only */
/* From where a run has called what can fail: the programs' table, in words. */
#ifndef PKSTRACE_HUNT_PLACES_H
#define PKSTRACE_HUNT_PLACES_H

#include "hunt/plan.h"
#include "hunt/session.h"

/*
 * Adds the call sites that this run has seen to the plan, and passes each to fn if there is
 * one; after: calls made after the run's first failure. Returns -ENOMEM, or the number of
 * calls from sites that the programs' table had no room for.
 */
typedef void (*hunt_place_fn)(void *arg, size_t site, uint64_t after);
long hunt_session__places(struct hunt_session *s, struct hunt_plan *plan, hunt_place_fn fn,
			  void *arg);

#endif
