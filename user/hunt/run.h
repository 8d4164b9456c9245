/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of the command under trace, from its start to its outcome. */
#ifndef PKSTRACE_HUNT_RUN_H
#define PKSTRACE_HUNT_RUN_H

#include "hunt/session.h"

/* Findings that come with nothing failed, so that no failure is blamed for them. */
struct hunt_baseline {
	__u64 *folds;
	size_t nr, room;
};

struct hunt_run_options {
	char *const *command;
	double timeout;	 /* seconds; 0: none */
	int wait_status; /* of a command that did not fail; -1: not known yet */
};

struct hunt_run {
	struct hunt_result result; /* owned by the caller */
	size_t findings;
	bool interrupted;  /* by a signal: no result */
	char lost[96];	   /* why the run can't be called clean: "ring full 3"; "": nothing */
	unsigned int left; /* processes that could not be killed */
	double seconds;
};

/*
 * Runs it with what hunt_session__arm() has armed. baseline: findings to leave out or,
 * with learn, to be filled in. Returns STATUS_CLEAN, or another status after printing one
 * line.
 */
enum status hunt_run(struct hunt_session *s, const struct hunt_run_options *options,
		     struct hunt_baseline *baseline, bool learn, struct hunt_run *run);

void hunt_baseline__free(struct hunt_baseline *baseline);

#endif
