/* SPDX-License-Identifier: GPL-2.0-only */
/* What the record of a finding says by itself: whom to blame, its stacks, the rights register. */
#ifndef PKSTRACE_FINDINGS_FINDING_H
#define PKSTRACE_FINDINGS_FINDING_H

#include <stdbool.h>

#include "findings/class.h"
#include "findings/model.h"

struct symbols;

struct finding_stack {
	struct model_stack frames; /* without the tracer's own frames; newest first */
	__u64 exact;  /* the one address in it that is not a return address; 0: all are */
	bool earlier; /* of an earlier call from the same call site */
	bool another; /* of the revoke of another window granted at the same call site */
};

/* Returns false if a finding of this class has no such stack, or nothing is known of it. */
bool finding__stack(struct symbols *symbols, const struct model_finding *f, enum finding_role role,
		    struct finding_stack *out);

/* The address that the title names. flags: enum symbol_flags. Returns 0 if it is not known. */
__u64 finding__culprit(const struct model_finding *f, unsigned int *flags);

/*
 * Physical address of the page that a wrong-page or out-of-order revoke should have named; 0 if it
 * is not known. page_struct: size of the kernel's struct page in bytes.
 */
__u64 finding__expected_phys(const struct pks_finding *f, unsigned int page_struct);

/* Device of the file that the page belongs to. */
unsigned int finding__dev_major(const struct pks_finding *f);
unsigned int finding__dev_minor(const struct pks_finding *f);

/* The number of a key, by its two bits in the register; what a register value allows it. */
unsigned int finding__pkey(__u32 pkey_mask);
const char *finding__rights(__u32 pkrs, __u32 pkey_mask);

/* False if the saved register is another context's, so it can't be what denied the access. */
bool finding__pkrs_fits(const struct pks_finding *f, __u32 pkey_mask);

#endif
