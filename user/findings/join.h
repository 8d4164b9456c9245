/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One bug, one finding: which finding is a part of another one's story. What follows from a
 * finding, and what was seen of it before its class was known, is told with it.
 */
#ifndef PKSTRACE_FINDINGS_JOIN_H
#define PKSTRACE_FINDINGS_JOIN_H

#include "findings/model.h"

/* The earlier finding that this one is a part of; NULL: it stands for itself. */
struct model_recent *join__cause(struct model *m, const struct pks_finding *raw);

/* What a part knows of the finding that it is of; time: of that occurrence. */
void link__set(struct model_link *link, const struct pks_finding *raw, __u64 time);

/* Notes an occurrence, for later ones that are a part of it. */
void join__remember(struct model *m, const struct model_finding *f, const struct pks_finding *raw);

/*
 * What became of a window tells what those findings were that wait for it. f: what was found
 * of the window's end; NULL: it was closed as it should.
 */
void join__settle(struct model *m, const struct pks_finding *raw, const struct model_finding *f);

/* Nothing more will come: whatever waits is what it was taken for. */
void join__settle_all(struct model *m);

#endif
