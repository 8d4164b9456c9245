/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run has found so far: findings with their stacks, call sites with
 * their counts, losses. Plain C, no libbpf, no clock of its own: it takes what
 * it is given, so that recorded streams drive it in unit tests.
 */
#ifndef PKSTRACE_MODEL_H
#define PKSTRACE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

/* A stack as return addresses, newest first. */
struct model_stack {
	unsigned int nr;
	__u64 address[PKS_STACK_DEPTH];
};

/* A finding with its owner stacks; repeats of it only count. */
struct model_finding {
	struct pks_finding raw;
	struct model_stack granted;
	struct model_stack revoked;
	__u64 count; /* delivered ones, until model__fold() corrects it */
	__u64 first; /* CLOCK_MONOTONIC ns */
	__u64 last;
};

/* A grant call site. Times in ns. */
struct model_site {
	__u64 caller; /* return address, 0: the sites that found no place */
	__u64 grants;
	__u64 closed;
	__u64 total;
	__u64 max;
	__u32 hist[PKS_BUCKETS];
};

struct model {
	struct model_finding *findings;
	size_t nr_findings, findings_room;
	struct model_site *sites;
	size_t nr_sites, sites_room;
	__u64 found[PKS_NR_CLASSES]; /* totals, folded and dropped ones included */
	__u64 lost[PKS_NR_LOSSES];
	__u64 older_windows;
	__u64 late_revokes;
	__u64 open_windows;
	__u64 fault_witness;
	__u64 fault_calls;
};

/* What became of a finding. */
enum model_added {
	MODEL_NEW,	/* not seen before: to be shown */
	MODEL_REPEAT,	/* counted with an earlier one */
	MODEL_NO_MEMORY,
};

/*
 * Adds a finding. It is a repeat if one of the same fold was there, unless it
 * is the first that has the exact stack of its own grant or revoke and that
 * stack is another one. *out, owned by the model, is where it went; valid until
 * the next call.
 */
enum model_added model__add_finding(struct model *m, const struct pks_finding *raw,
				    const struct model_stack *granted,
				    const struct model_stack *revoked,
				    struct model_finding **out);

/* The kernel side's count of a finding's repeats. */
void model__fold(struct model_finding *finding, const struct pks_fold *fold);

/* Adds a call site. Returns 0 or -ENOMEM. */
int model__add_site(struct model *m, __u64 caller, const struct pks_site_stat *stat);

/* Puts the sites in order: most windows first. */
void model__sort_sites(struct model *m);

__u64 model__grants(const struct model *m);
__u64 model__closed(const struct model *m);
__u64 model__total_findings(const struct model *m);

/* Protection faults that only one of the two witnesses saw. */
__u64 model__unexplained_faults(const struct model *m);

/* True where nothing was lost: a verdict of "clean" can then be given. */
bool model__complete(const struct model *m);

/* Hold time (ns) that the given share (0..1) of a site's windows stay within: an upper bound. */
__u64 model__quantile(const struct model_site *site, double share);

/* Upper end (ns) of a histogram bucket. The inverse of stat__bucket() in the BPF core. */
__u64 model__bucket_end(unsigned int bucket);

/* Frees what the model holds. */
void model__free(struct model *m);

#endif
