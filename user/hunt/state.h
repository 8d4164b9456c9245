/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hunt's plan in a file, so that it goes on after an interrupt, or after the
 * machine went down. The file is replaced as a whole, never half-written.
 */
#ifndef PKSTRACE_HUNT_STATE_H
#define PKSTRACE_HUNT_STATE_H

#include "hunt/plan.h"
#include "util/status.h"

struct hunt_state_file {
	const char *path;
	char *const *command;
	const char *boot; /* id of the running boot */
};

/* 0, or STATUS_CANNOT after one line. */
enum status hunt_state__save(const struct hunt_state_file *file, const struct hunt_plan *plan);

/*
 * Fills an empty plan; a file that is not there leaves it empty. A run that
 * was under way is to be made again if pkstrace alone was ended, and counts as
 * a kernel oops if the machine was booted since. STATUS_USAGE after one line
 * where the file is damaged, or another hunt's; the plan is to be freed in any
 * case.
 */
enum status hunt_state__load(const struct hunt_state_file *file, struct hunt_plan *plan);

#endif
