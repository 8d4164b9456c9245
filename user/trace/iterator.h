/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the kernel which threads are inside a window, through a BPF iterator. */
#ifndef PKSTRACE_TRACE_ITERATOR_H
#define PKSTRACE_TRACE_ITERATOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "abi/record.h"
#include "abi/settings.h"
#include "findings/model.h"
#include "kernel/pid_ns.h"
#include "util/status.h"

struct pkstrace;

typedef void (*iterator_fn)(void *arg, const struct pks_inside *thread);

/*
 * Passes each such thread to fn; *looked_at becomes the number of all threads. The
 * facts name the key. Returns STATUS_CANNOT after printing one line if the kernel
 * refuses, STATUS_INCOMPLETE if the list ended early.
 */
enum status iterator__run(const struct pks_facts *facts, const struct pid_ns *pid_ns,
			  iterator_fn fn, void *arg, __u64 *looked_at);

/*
 * What was there before a trace: threads that were inside a window, revoked too often, or
 * had the key open. They are asked for once, when the programs are attached and no event
 * counts yet, and again at the end, for whoever was just using a window has closed it since.
 */
struct before {
	struct pks_inside *thread; /* owned */
	size_t nr, room;
	/* Of which threads a trace wants to know. */
	bool all;
	bool kernel; /* the kernel's own */
	pid_t tgid;
	pid_t command; /* may have its creator's count */
	bool short_of_memory;
};

/* Fills the list and marks the threads' slots. A line is printed where it can't. */
enum status before__list(struct before *b, struct pkstrace *skel);

/*
 * Adds to the model what is left of the list, now that the programs are detached. Returns
 * 0 or -ENOMEM; a failure to look again leaves those that may have closed their windows in.
 */
int before__left(struct before *b, struct pkstrace *skel, struct model *m);

void before__free(struct before *b);

#endif
