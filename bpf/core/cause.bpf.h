/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_CAUSE_BPF_H
#define PKSTRACE_CAUSE_BPF_H

#include "core/finding.bpf.h"

/*
 * The enum pks_cause of a stray access to page r->key, as far as the windows of this and of
 * other threads tell; whose window it was goes into r.
 */
int fault__cause(const struct window_event *e, struct finding_request *r);

/* A relaxed fault leaves the key open for the thread; its next boundary reports that. */
int fault__mark_residue(const struct window_event *e);

#endif
