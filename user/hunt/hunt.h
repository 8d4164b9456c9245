/* SPDX-License-Identifier: GPL-2.0-only */
/* A hunt as a whole: the survey, then the runs, in which order and until when. */
#ifndef PKSTRACE_HUNT_H
#define PKSTRACE_HUNT_H

#include "hunt/plan.h"
#include "hunt/session.h"
#include "util/status.h"

struct hunt_options {
	struct hunt_session_options session;
	/* Only call sites with a function of one of these on the stack; NULL-terminated. */
	const char *const *modules;
	const char *resume;	/* file to keep the state in; NULL: none */
	double timeout;		/* seconds a run may take; 0: ten times what the survey took */
	unsigned long max_runs; /* besides the survey */
	unsigned int depth;	/* failures in one run: 1 or 2 */
	long errors[8];		/* for functions that may return any; 0: the usual error */
	unsigned int nr_errors;
	bool keep_going; /* even if CMD fails on its own, or can't be ended */
	bool allow_none; /* a hunt without a path is no failure */
	const struct format *format;
	struct session_writer *keep; /* opened; NULL: nothing is kept */
};

/* Does it all. Returns the exit status. */
enum status hunt(const struct hunt_options *options);

#endif
