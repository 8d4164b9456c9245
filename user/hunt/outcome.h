/* SPDX-License-Identifier: GPL-2.0-only */
/* What a run with a failure in it came to: a set, of which the worst gives the name. */
#ifndef PKSTRACE_HUNT_OUTCOME_H
#define PKSTRACE_HUNT_OUTCOME_H

#include <stdbool.h>

/* From the worst to the best; a bit each. None of them: clean. */
enum hunt_outcome {
	HUNT_KERNEL_OOPS,
	HUNT_STRAY_ACCESS,
	HUNT_UNDERFLOW,
	HUNT_LEAK,
	HUNT_OTHER_FINDING,
	HUNT_CMD_HUNG,
	HUNT_CMD_FAILED,
	HUNT_NOT_REACHED, /* the call that was to fail did not come */
	HUNT_NR_OUTCOMES,
};

#define HUNT_BIT(outcome) (1u << (outcome))

/* The worst of a set in words; "clean" of an empty one. */
const char *hunt_outcome__name(unsigned int set);

/* A single one by number and by name; -1: no such name. */
const char *hunt_outcome__text(enum hunt_outcome outcome);
int hunt_outcome__parse(const char *name);

/* The bit of a finding's class (enum pks_class). */
unsigned int hunt_outcome__of_class(unsigned int class);

/* True where the set tells of something wrong with the windows, or with the kernel. */
bool hunt_outcome__is_finding(unsigned int set);

#endif
