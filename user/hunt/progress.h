/* SPDX-License-Identifier: GPL-2.0-only */
/* Progress of a hunt, on stderr: a bar on a terminal, otherwise a line for each run. */
#ifndef PKSTRACE_HUNT_PROGRESS_H
#define PKSTRACE_HUNT_PROGRESS_H

#include "hunt/plan.h"

/* A run starts. */
void hunt_progress__begin(const struct hunt_plan *plan, size_t item);

/* It has ended. */
void hunt_progress__end(const struct hunt_plan *plan, size_t item);

/* Removes the bar at the end. */
void hunt_progress__clear(void);

#endif
