/* SPDX-License-Identifier: GPL-2.0-only */
/* What a finding's record tells by itself: the function to blame, its stacks, the register. */
#ifndef PKSTRACE_FINDINGS_FINDING_H
#define PKSTRACE_FINDINGS_FINDING_H

#include <stdbool.h>

#include "findings/class.h"
#include "findings/model.h"

struct symbols;

struct finding_stack {
	struct model_stack frames; /* without own frames; newest first */
	__u64 exact;		   /* the address in it that is no return address; 0: all are */
	bool earlier;		   /* taken at an earlier call from the same place */
	bool another; /* where another window, granted at the same place, was revoked */
};

/* False where a finding of this class has no such stack, or nothing of it is known. */
bool finding__stack(struct symbols *symbols, const struct model_finding *f, enum finding_role role,
		    struct finding_stack *out);

/* The place that the title names. flags: enum symbol_flags. Returns 0 where it is not known. */
__u64 finding__culprit(const struct model_finding *f, unsigned int *flags);

/*
 * Physical address of the page that a wrong-page or out-of-order revoke should have named; 0 where
 * it is not known. page_struct: bytes of the kernel's struct page.
 */
__u64 finding__expected_phys(const struct pks_finding *f, unsigned int page_struct);

/* Of the device of the file that was hit. */
unsigned int finding__dev_major(const struct pks_finding *f);
unsigned int finding__dev_minor(const struct pks_finding *f);

/* A key's number by its two bits in the register, and what a value of the register lets it do. */
unsigned int finding__pkey(__u32 pkey_mask);
const char *finding__rights(__u32 pkrs, __u32 pkey_mask);

/* False where the saved register can't be what denied the access: it is another context's. */
bool finding__pkrs_fits(const struct pks_finding *f, __u32 pkey_mask);

#endif
