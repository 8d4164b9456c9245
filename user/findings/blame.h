/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_FINDINGS_BLAME_H
#define PKSTRACE_FINDINGS_BLAME_H

struct model_finding;
struct symbols;

/*
 * Of two windows on one page, one inside the other, one was closed: by a revoke that can't
 * tell which. Takes for closed the one whose grant came from nearest to the revoke, and
 * makes the other one the window of the finding. Nothing happens where there is one only.
 */
void blame__choose(struct symbols *symbols, struct model_finding *f);

#endif
