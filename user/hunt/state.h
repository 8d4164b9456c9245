/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hunt's plan in a file, so that the hunt can continue after an interrupt or
 * after the machine went down. The file is replaced atomically.
 */
#ifndef PKSTRACE_HUNT_STATE_H
#define PKSTRACE_HUNT_STATE_H

#include "hunt/plan.h"
#include "util/status.h"

struct hunt_state_file {
	const char *path;
	char *const *command;
	const char *boot; /* ID of this boot */
};

/* Returns 0, or STATUS_CANNOT after printing one line. */
enum status hunt_state__save(const struct hunt_state_file *file, const struct hunt_plan *plan);

/*
 * Fills an empty plan; if there is no file, the plan stays empty. A run that
 * was in progress is repeated if only pkstrace ended, and counts as a kernel oops
 * if the machine has been rebooted since. Returns STATUS_USAGE after printing one
 * line if the file is damaged or belongs to another hunt. The plan must be freed
 * in any case.
 */
enum status hunt_state__load(const struct hunt_state_file *file, struct hunt_plan *plan);

#endif
