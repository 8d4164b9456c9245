/* SPDX-License-Identifier: GPL-2.0-only */
/* What the runs of a hunt have found, each place once: several error paths may lead to one bug. */
#ifndef PKSTRACE_HUNT_FOUND_H
#define PKSTRACE_HUNT_FOUND_H

#include "hunt/plan.h"
#include "report/report.h"

/*
 * The findings of all runs that are done, folded by class, cause and place, in the order of the
 * runs that showed them first. *nr of them, in an array that the caller frees; the strings are
 * the plan's. NULL: none, or no memory (*nr then says how many runs had one).
 */
struct report_found *hunt_found(const struct hunt_plan *plan, size_t *nr);

#endif
