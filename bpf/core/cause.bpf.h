/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_CAUSE_BPF_H
#define PKSTRACE_CAUSE_BPF_H

#include "core/finding.bpf.h"

/*
 * enum pks_cause of a stray access to the page r->key, as far as this thread's
 * and other threads' windows tell; whose window it was goes into r.
 */
int fault__cause(const struct window_event *e, struct finding_request *r);

/* A relaxed fault leaves the key open for the thread: its next boundary tells. */
int fault__mark_residue(const struct window_event *e);

#endif
