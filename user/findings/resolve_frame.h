/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the resolving that its files share: addresses to places and frames. */
#ifndef PKSTRACE_FINDINGS_RESOLVE_FRAME_H
#define PKSTRACE_FINDINGS_RESOLVE_FRAME_H

#include "findings/resolve.h"

/* flags: enum symbol_flags. Address 0 is no place. */
void place__resolve(const struct resolver *r, __u64 address, unsigned int flags,
		    struct resolved_place *out);

/* top: the newest of its stack, where what is inlined may be the window API's. */
void frame__resolve(const struct resolver *r, __u64 address, unsigned int flags, bool top,
		    struct resolved_frame *out);

/* out->what, when all else in it is known. */
void resolve__sentence(const struct resolver *r, const struct pks_finding *raw,
		       struct resolved_finding *out);

/* The injection that a finding follows, where there is one. */
void resolve__cause(const struct resolver *r, const struct pks_finding *raw,
		    struct resolved_finding *out);

#endif
