/* SPDX-License-Identifier: GPL-2.0-only */
/* How far a hunt is: a bar on a terminal, a line for each run elsewhere. On stderr. */
#ifndef PKSTRACE_HUNT_PROGRESS_H
#define PKSTRACE_HUNT_PROGRESS_H

#include "hunt/plan.h"

/* A run begins. */
void hunt_progress__begin(const struct hunt_plan *plan, size_t item);

/* It has ended. */
void hunt_progress__end(const struct hunt_plan *plan, size_t item);

/* Nothing more comes: takes the bar away. */
void hunt_progress__clear(void);

#endif
