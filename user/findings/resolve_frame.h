/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the resolve files: addresses to places and frames. */
#ifndef PKSTRACE_FINDINGS_RESOLVE_FRAME_H
#define PKSTRACE_FINDINGS_RESOLVE_FRAME_H

#include "findings/resolve.h"

/* flags: enum symbol_flags. Address 0 gives an empty place. */
void place__resolve(const struct resolver *r, __u64 address, unsigned int flags,
		    struct resolved_place *out);

/* top: this is the newest frame, so inlined functions may belong to the window API. */
void frame__resolve(const struct resolver *r, __u64 address, unsigned int flags, bool top,
		    struct resolved_frame *out);

/* Fills out->what from the rest of *out. */
void resolve__sentence(const struct resolver *r, const struct pks_finding *raw,
		       struct resolved_finding *out);

/* The injection that a finding follows, if there is one. */
void resolve__cause(const struct resolver *r, const struct pks_finding *raw,
		    struct resolved_finding *out);

#endif
