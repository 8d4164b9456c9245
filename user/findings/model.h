/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run has found so far: findings with their stacks, call sites with
 * their counts, losses. Plain C without libbpf or a clock of its own, so that
 * unit tests can drive it with recorded streams.
 */
#ifndef PKSTRACE_FINDINGS_MODEL_H
#define PKSTRACE_FINDINGS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/tables.h"
#include "findings/class.h"

/* A stack of return addresses, newest first. */
struct model_stack {
	unsigned int nr;
	bool cut; /* there are more, further out, that were not taken */
	__u64 address[PKS_STACK_DEPTH];
};

/* The earlier finding of the same thread that this one is a consequence of. */
struct model_link {
	__u64 time;  /* CLOCK_MONOTONIC ns; 0: none is known */
	__u64 place; /* a stray access's instruction, or a revoke's return address */
	__u8 class;
	struct model_stack stack; /* as captured at that time */
};

/*
 * In place of a suppression's number: the finding may be the result of a call for
 * which the programs were not run. It then counts as a loss, not as a finding.
 */
#define MODEL_WITHDRAWN (~0u)

/* A finding with its owner stacks; repeats are only counted. */
struct model_finding {
	struct pks_finding raw;
	struct model_stack granted;
	struct model_stack revoked;
	struct model_stack sibling;
	bool swapped; /* granted and sibling: the latter is what leaked, see blame__choose() */
	struct model_link follows; /* poisoned-grant: the underflow; residue: the stray access */
	bool unseen;		   /* known from its count alone: no record was delivered */
	unsigned int suppressed;   /* number of the suppression that hides it, from 1; 0: shown */
	__u64 fold;		   /* as raw.fold, by what its addresses are now: retire.h */
	__u64 count;		   /* of delivered ones, until model__fold() corrects it */
	__u64 first;		   /* CLOCK_MONOTONIC ns */
	__u64 last;
};

/* A grant call site. Times in ns. */
struct model_site {
	__u64 caller;	     /* as in struct pks_site; 0: all those the table had no room for */
	char comm[PKS_COMM]; /* by thread: its name */
	unsigned int index;  /* in the table it was read from */
	__u64 user; /* the first caller of the mapping helper that `caller` is in; 0: none */
	const char *through; /* its name */
	__u64 grants;
	__u64 closed;
	__u64 timed; /* closed ones whose hold time is known; the fields below are about these */
	__u64 total;
	__u64 max;
	__u64 hist[PKS_BUCKETS];
};

/* A finding that a later one of the same thread may follow from. */
struct model_recent {
	size_t finding; /* index */
	__u64 time;	/* of this occurrence: the finding may be a repeat */
	__u32 tid;	/* 0: none */
};

#define MODEL_RECENT 256

/* Different findings; each takes 2 KiB, and time to compare with. */
#define MODEL_FINDINGS_MAX 16384

/* A program that the kernel did not run because it was already running. */
struct model_skipped {
	const char *program; /* must outlive the model */
	__u64 count;
};

struct model {
	struct model_finding *findings;
	size_t nr_findings, findings_room;
	struct model_recent recent[MODEL_RECENT];
	unsigned int recent_at; /* next entry to be overwritten */
	struct model_site *sites;
	size_t nr_sites, sites_room;
	__u64 found[PKS_NR_CLASSES];	  /* totals, including folded and dropped ones */
	__u64 suppressed[PKS_NR_CLASSES]; /* how many of found[] are hidden */
	__u64 withdrawn;		  /* and how many of these are withdrawn */
	__u64 lost[NR_LOSSES];		  /* by enum pks_loss and enum loader_loss */
	__u64 (*lost_on)[NR_LOSSES];	  /* the same, by CPU where one is known; owned */
	size_t nr_cpus, cpus_room;
	struct model_skipped *skipped; /* what lost[PKS_LOST_RECURSION] is made of; owned */
	size_t nr_skipped, skipped_room;
	bool untested; /* something was to open windows, and nothing did */
	__u64 older_windows;
	__u64 late_revokes;
	/* Of a log of windows: those that are in it, and those that there was no room for. */
	__u64 windows_kept, windows_dropped;
	__u64 open_windows;
	struct pks_faults faults;
	/* What became of the findings that the BPF programs made. */
	__u64 made;
	__u64 delivered;
	__u64 folded;
	__u64 dropped;
};

/* What became of a finding. */
enum model_added {
	MODEL_NEW,     /* not seen before: show it */
	MODEL_REPEAT,  /* counted with an earlier one */
	MODEL_NO_ROOM, /* out of memory, or MODEL_FINDINGS_MAX reached: it is lost */
};

/*
 * Adds a finding. It is a repeat if one with the same fold exists, unless it is the
 * first with the exact stack of its own grant or revoke and that stack is different.
 * *out is the model's entry for it, valid until the next call.
 */
enum model_added model__add_finding(struct model *m, const struct pks_finding *raw,
				    const struct model_stack *granted,
				    const struct model_stack *revoked, struct model_finding **out);

/*
 * Adds the programs' count of a fold. Repeats that were not delivered are counted
 * with the first finding of the fold that is shown: which one they belong to is not
 * known, and none may be hidden by mistake. If none was delivered, the count itself
 * becomes a finding without stacks and *out points to it; otherwise *out is NULL.
 * Returns 0 or -ENOMEM.
 */
int model__fold(struct model *m, const struct pks_fold *fold, struct model_finding **out);

/* After all folds were added: counts the findings that suppressions hide. */
void model__count_suppressed(struct model *m);

/*
 * Adds to what was lost on a CPU; MODEL_NO_CPU: not known on which. Returns 0 or -ENOMEM;
 * the sum is right in any case.
 */
#define MODEL_NO_CPU (~0u)
int model__add_loss(struct model *m, unsigned int cpu, unsigned int reason, __u64 count);

/* Adds to the losses of the loader itself. */
void model__lose(struct model *m, enum loader_loss reason, __u64 count);

/* Adds hits for which a program was not run. Returns as above. */
int model__add_skipped(struct model *m, const char *program, __u64 count);

/* Adds a call site. Returns 0 or -ENOMEM. */
int model__add_site(struct model *m, __u64 caller, const struct pks_site_stat *stat, __u64 untimed);

/*
 * Of windows nested on one page the programs count the newest as closed. Where another one
 * is taken to be what a revoke has closed, that one's site is given it.
 */
void model__move_closed(struct model *m);

/* Sorts the sites, most windows first. */
void model__sort_sites(struct model *m);

/* The sum of all sites; its caller is 0. */
void model__sum_sites(const struct model *m, struct model_site *sum);

/*
 * The difference between two readings of the same sites, in table order, into
 * *delta, which the caller frees. The maximum is then an upper bound. Returns 0 or
 * -ENOMEM.
 */
int model__between(const struct model *before, const struct model *now, struct model *delta);

__u64 model__grants(const struct model *m);
__u64 model__closed(const struct model *m);

/* Findings that are not suppressed: of a class, and of all classes. */
__u64 model__found(const struct model *m, unsigned int class);
__u64 model__total_findings(const struct model *m);
/* Findings that suppressions hide, without withdrawn ones. */
__u64 model__total_suppressed(const struct model *m);

/*
 * True if the finding may be the result of a missed call: it was found in an
 * interrupt, which may have hit one of our own programs, and the kernel does not run
 * a program inside itself. The count does not tell: it is that of the interrupted
 * thread, whose own event is then only half done.
 */
bool model__doubtful(const struct pks_finding *raw);

/* How many findings a suppression hides. */
__u64 model__used(const struct model *m, unsigned int suppression);

/*
 * Protection faults: of the memory that is traced, by its callback and by the page fault
 * tracepoint, and on keys that are not its own.
 */
__u64 model__faults(const struct model *m);
__u64 model__faults_seen(const struct model *m);
__u64 model__other_faults(const struct model *m);

/* Protection faults that only one of the two witnesses saw, key by key. */
__u64 model__unexplained_faults(const struct model *m);

/* True if there was nothing that a finding could have been about. */
bool model__saw_nothing(const struct model *m);

/* True if nothing was lost, and something was tested, so that the verdict may be "clean". */
bool model__complete(const struct model *m);

/* Mean hold time in ns, and an upper bound for the given share (0..1) of a site's windows. */
__u64 model__mean(const struct model_site *site);
__u64 model__quantile(const struct model_site *site, double share);

/* Upper end of a histogram bucket in ns; the inverse of stat__bucket() in the BPF core. */
__u64 model__bucket_end(unsigned int bucket);

/* Frees everything the model owns. */
void model__free(struct model *m);

#endif
