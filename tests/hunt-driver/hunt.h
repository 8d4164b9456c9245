/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver whose error paths are hunted. Each path does a piece of work
 * with a window open, and a call in it can fail. Nothing fails in normal use,
 * and then each window is closed: the bugs are behind the failures only.
 */
#ifndef PKSTRACE_HUNT_H
#define PKSTRACE_HUNT_H

#include "bugs.h"

/* One write to the driver. */
struct request {
	struct run *run; /* its protected pages, see device.c */
	const char __user *data;
	size_t size;
	bool fixed; /* the corrected form */
};

/*
 * steps.c: parts of the device's work that can fail, marked for error
 * injection. On a machine that works they do not.
 */
int step_submit(void *addr);
int step_start(void *addr);
int step_check(void *addr);
int step_finish(void *addr);
struct page *step_next_page(struct request *q);

/* paths.c */
struct error_path {
	const char *name;
	int (*run)(struct request *q);
	const char *bug; /* what it does wrong when its call fails, or NULL */
};

extern const struct error_path error_paths[];
extern const size_t nr_error_paths;

int paths_init(void);
void paths_exit(void);

#endif
