/* SPDX-License-Identifier: GPL-2.0-only */
/* The outcome of a run with a failure in it: a set that is named after its worst member. */
#ifndef PKSTRACE_HUNT_OUTCOME_H
#define PKSTRACE_HUNT_OUTCOME_H

#include <stdbool.h>

/* From worst to best, one bit each. No bit: clean. */
enum hunt_outcome {
	HUNT_KERNEL_OOPS,
	HUNT_STRAY_ACCESS,
	HUNT_UNDERFLOW,
	HUNT_LEAK,
	HUNT_OTHER_FINDING,
	HUNT_CMD_HUNG,
	HUNT_NOT_REACHED, /* the call that was to fail was not made */
	HUNT_CMD_FAILED,
	HUNT_NR_OUTCOMES,
};

#define HUNT_BIT(outcome) (1u << (outcome))

/* The name of the worst of a set; "clean" for an empty one. */
const char *hunt_outcome__name(unsigned int set);

/* A single outcome by number, and by name; -1: no such name. */
const char *hunt_outcome__text(enum hunt_outcome outcome);
int hunt_outcome__parse(const char *name);

/* The bit of a finding's class (enum pks_class). */
unsigned int hunt_outcome__of_class(unsigned int class);

/* True if the set contains something wrong with the windows, or with the kernel. */
bool hunt_outcome__is_finding(unsigned int set);

#endif
