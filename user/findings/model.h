/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run has found so far: findings with their stacks, call sites with
 * their counts, losses. Plain C, no libbpf, no clock of its own: it takes what
 * it is given, so that recorded streams drive it in unit tests.
 */
#ifndef PKSTRACE_FINDINGS_MODEL_H
#define PKSTRACE_FINDINGS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/tables.h"
#include "findings/class.h"

/* A stack as return addresses, newest first. */
struct model_stack {
	unsigned int nr;
	__u64 address[PKS_STACK_DEPTH];
};

/* The earlier finding of the same thread that one is a consequence of. */
struct model_link {
	__u64 time;  /* CLOCK_MONOTONIC ns; 0: none is known */
	__u64 place; /* of a stray access the instruction, else the revoke's return address */
	__u8 class;
	struct model_stack stack; /* as captured then */
};

/*
 * In the place of a suppression's number: it may be the consequence of a call
 * that the programs were not run for. Such a finding is no finding, but a loss.
 */
#define MODEL_WITHDRAWN (~0u)

/* A finding with its owner stacks; repeats of it only count. */
struct model_finding {
	struct pks_finding raw;
	struct model_stack granted;
	struct model_stack revoked;
	struct model_link follows; /* poisoned-grant: the underflow; residue: the stray access */
	bool unseen;		   /* known from its count alone: no record was delivered */
	unsigned int suppressed;   /* number of the suppression that hides it, from 1; 0: shown */
	__u64 count;		   /* delivered ones, until model__fold() corrects it */
	__u64 first;		   /* CLOCK_MONOTONIC ns */
	__u64 last;
};

/* A grant call site. Times in ns. */
struct model_site {
	__u64 caller;	     /* as in struct pks_site; 0: those that found no place */
	char comm[PKS_COMM]; /* by thread: its name */
	unsigned int index;  /* in the table that it was read from */
	__u64 grants;
	__u64 closed;
	__u64 timed; /* those of the closed ones whose hold time is known: the rest is of them */
	__u64 total;
	__u64 max;
	__u64 hist[PKS_BUCKETS];
};

/* A finding that a later one of its thread may follow from. */
struct model_recent {
	size_t finding; /* index */
	__u64 time;	/* of this very one: the finding may be a repeat */
	__u32 tid;	/* 0: none */
};

#define MODEL_RECENT 64

/* Of different ones; each takes 2 KiB, and time to be compared with. */
#define MODEL_FINDINGS_MAX 16384

/* A program that the kernel did not run since it was running already. */
struct model_skipped {
	const char *program; /* outlives the model */
	__u64 count;
};

struct model {
	struct model_finding *findings;
	size_t nr_findings, findings_room;
	struct model_recent recent[MODEL_RECENT];
	unsigned int recent_at; /* next entry to be overwritten */
	struct model_site *sites;
	size_t nr_sites, sites_room;
	__u64 found[PKS_NR_CLASSES];	  /* totals, folded and dropped ones included */
	__u64 suppressed[PKS_NR_CLASSES]; /* how many of found[] are not to be shown */
	__u64 withdrawn;		  /* and how many of these are withdrawn */
	__u64 lost[NR_LOSSES];		  /* by enum pks_loss and enum loader_loss */
	__u64 (*lost_on)[NR_LOSSES];	  /* the same, by CPU where one is known; owned */
	size_t nr_cpus, cpus_room;
	struct model_skipped *skipped; /* what lost[PKS_LOST_RECURSION] is made of; owned */
	size_t nr_skipped, skipped_room;
	__u64 older_windows;
	__u64 late_revokes;
	__u64 open_windows;
	__u64 fault_witness;
	__u64 fault_calls;
	/* What became of the findings that the kernel side made. */
	__u64 made;
	__u64 delivered;
	__u64 folded;
	__u64 dropped;
};

/* What became of a finding. */
enum model_added {
	MODEL_NEW,     /* not seen before: to be shown */
	MODEL_REPEAT,  /* counted with an earlier one */
	MODEL_NO_ROOM, /* no memory, or MODEL_FINDINGS_MAX are there: it is lost */
};

/*
 * Adds a finding. It is a repeat if one of the same fold was there, unless it
 * is the first that has the exact stack of its own grant or revoke and that
 * stack is another one. *out, owned by the model, is where it went; valid until
 * the next call.
 */
enum model_added model__add_finding(struct model *m, const struct pks_finding *raw,
				    const struct model_stack *granted,
				    const struct model_stack *revoked, struct model_finding **out);

/*
 * The kernel side's count of a fold. Repeats that were not delivered are
 * counted with its first finding that is shown: which of them they were is not
 * known, and none may be hidden by mistake. Where not one was delivered, the
 * count itself becomes a finding without stacks: *out is that, else NULL.
 * Returns 0 or -ENOMEM.
 */
int model__fold(struct model *m, const struct pks_fold *fold, struct model_finding **out);

/* When all folds are in: how many findings the suppressions hide. */
void model__count_suppressed(struct model *m);

/*
 * Adds to what was lost on a CPU; MODEL_NO_CPU: not known on which. Returns 0 or -ENOMEM;
 * the sum is right in any case.
 */
#define MODEL_NO_CPU (~0u)
int model__add_loss(struct model *m, unsigned int cpu, unsigned int reason, __u64 count);

/* Adds to what the loader itself has lost. */
void model__lose(struct model *m, enum loader_loss reason, __u64 count);

/* Adds hits that a program was not run for. Returns as above. */
int model__add_skipped(struct model *m, const char *program, __u64 count);

/* Adds a call site. Returns 0 or -ENOMEM. */
int model__add_site(struct model *m, __u64 caller, const struct pks_site_stat *stat, __u64 untimed);

/* Puts the sites in order: most windows first. */
void model__sort_sites(struct model *m);

/* All sites as one, its caller 0. */
void model__sum_sites(const struct model *m, struct model_site *sum);

/*
 * What came between two readings of the same sites, in the table's order: into
 * *delta, freed by the caller. The maximum is then an upper bound. 0 or -ENOMEM.
 */
int model__between(const struct model *before, const struct model *now, struct model *delta);

__u64 model__grants(const struct model *m);
__u64 model__closed(const struct model *m);

/* Findings that are not suppressed, of a class and of all. */
__u64 model__found(const struct model *m, unsigned int class);
__u64 model__total_findings(const struct model *m);
/* Those that suppressions hide, withdrawn ones left out. */
__u64 model__total_suppressed(const struct model *m);

/*
 * True where the finding can come from a call that was not seen: it was found
 * in an interrupt, which may have hit our own program, and the kernel runs no
 * program inside itself. The count can't tell: it is the interrupted thread's,
 * whose own event is then half done.
 */
bool model__doubtful(const struct pks_finding *raw);

/* How many findings a suppression hides. */
__u64 model__used(const struct model *m, unsigned int suppression);

/* Protection faults that only one of the two witnesses saw. */
__u64 model__unexplained_faults(const struct model *m);

/* True where nothing was lost: a verdict of "clean" can then be given. */
bool model__complete(const struct model *m);

/* Hold time (ns) that the given share (0..1) of a site's windows stay within: an upper bound. */
__u64 model__mean(const struct model_site *site);
__u64 model__quantile(const struct model_site *site, double share);

/* Upper end (ns) of a histogram bucket. The inverse of stat__bucket() in the BPF core. */
__u64 model__bucket_end(unsigned int bucket);

/* Frees what the model holds. */
void model__free(struct model *m);

#endif
