/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF side as the commands see it: load, attach, read, stop. Nothing else
 * in the loader knows libbpf's objects.
 */
#ifndef PKSTRACE_TRACE_COLLECTOR_H
#define PKSTRACE_TRACE_COLLECTOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "kernel/dialect/dialect.h"
#include "kernel/pid_ns.h"
#include "abi/settings.h"
#include "abi/tables.h"

struct bpf_program;
struct collector;
struct pkstrace;

/*
 * Programs that are loaded and attached beside the tracing ones: inject's and
 * hunt's. Each function is called with `arg`; any but configure may be NULL.
 */
struct collector_extension {
	/* The program for a grant's or revoke's function in the tracing one's place; NULL: that. */
	struct bpf_program *(*window)(void *arg, struct pkstrace *skel, enum probe probe);
	/* Before load: choose programs and targets. 0, negative errno, or a status after a line. */
	int (*configure)(void *arg, struct pkstrace *skel, const struct dialect *dialect);
	/* After the tracing programs are on. Prints one line where it can't. */
	enum status (*attach)(void *arg, struct pkstrace *skel);
	/* What is traced counts from now on; NULL: nothing to do then. */
	void (*started)(void *arg, struct pkstrace *skel);
	/* First of all at the end. */
	void (*stop)(void *arg);
	/* A record that is no finding, as collector__consume() meets it. */
	void (*record)(void *arg, const void *data, size_t size);
	void *arg;
};

struct collector_options {
	enum pks_target target;
	struct pid_ns pid_ns;
	pid_t tgid;	   /* with a target: this process as well, with all its threads; 0: none */
	bool counts_only;  /* the cheapest form: no records of findings, no stacks, no pages */
	enum pks_by by;	   /* what the counts of windows are kept by */
	bool grant_stacks; /* take the stack of each grant, not only of what is new or suspect */
	bool window_log;   /* hand out each window that has ended */
	bool slept;	   /* report threads that sleep inside a window */
	unsigned int
		stack_depth; /* frames of a stack to keep, PKS_STACK_DEPTH - PKS_STACK_OWN at most */
	__u64 long_hold;     /* ns: report windows open for longer; 0: none */
	const struct collector_extension *extension; /* NULL: none; outlives the collector */
};

struct symbols;

typedef void (*collector_finding_fn)(void *arg, const struct pks_finding *finding);

/* What collector__consume() hands out, in the order of events. */
struct collector_reader {
	collector_finding_fn finding;
	/* A module has come or gone; addresses in its memory mean something else from here on. */
	void (*module)(void *arg, const struct pks_module_event *event);
	/* A window has ended; NULL: none is handed out. Not in the order of the others. */
	void (*window)(void *arg, const struct pks_window *window);
	void *arg;
};

/* What the kernel side counted; read at any time, final after collector__stop(). */
struct collector_counts {
	__u64 found[PKS_NR_CLASSES];
	__u64 lost[PKS_NR_LOSSES];
	__u64 older_windows;   /* windows granted before the trace and closed in it */
	__u64 late_revokes;    /* leaked windows that were closed after all */
	__u64 windows_dropped; /* not handed out though that was asked for */
	struct pks_faults faults;
	__u64 open_windows; /* open at this moment */
	/* What became of all in found[]. */
	__u64 delivered; /* handed out by collector__consume() */
	__u64 folded;	 /* counted with earlier ones only */
	__u64 dropped;
};

/*
 * Opens and loads; prints one line and sets *status where it can't. The
 * dialect must outlive the collector. NULL on failure.
 */
struct collector *collector__open(const struct dialect *dialect,
				  const struct collector_options *options, enum status *status);

/* Traces this thread and the children it gets from now on. 0 or negative errno. */
int collector__target_thread(struct collector *c, pid_t tid);

/* PKS_TARGET_CGROUP: the control group, by a descriptor of its directory. 0 or negative errno. */
int collector__target_cgroup(struct collector *c, int cgroup);

/*
 * The threads that descend from the process in collector_options, apart from its own. Follows
 * those that are there already, when attached; later, how many of those that are followed
 * live. Negative errno where that can't be found out.
 */
int collector__family(struct collector *c);

/* From now on events count. Prints one line where it can't. */
enum status collector__attach(struct collector *c);

/* Number of attached programs, for the line that says so. */
unsigned int collector__attached(const struct collector *c);

/* The programs stopped by themselves: from then on calls would have been missed. */
bool collector__blind(const struct collector *c);

/* A descriptor that polls readable when findings wait. */
int collector__fd(const struct collector *c);

/* Hands out what waits, up to a bound while the programs run. 0 or negative errno. */
int collector__consume(struct collector *c, const struct collector_reader *reader);

/* How many modules have come or gone up to now; arg is a struct collector. */
__u32 collector__module_events(void *arg);

/* Detaches; findings still in the ring wait for a last collector__consume(). */
void collector__stop(struct collector *c);

/* Where windows are granted, or revoked, by the index in a record; PKS_RETIRED() if it is gone. */
__u64 collector__caller(const struct collector *c, bool revoked, unsigned int index);

/* One call site's counts, summed over CPUs. False where the entry is unused. */
bool collector__site(struct collector *c, unsigned int index, struct pks_site *site,
		     struct pks_site_stat *stat);

/* A copy of one thread's slot, as it is now. False where it holds no open window. */
bool collector__slot(struct collector *c, unsigned int index, struct pks_slot *slot);

/* A copy of window number `at` of that slot, from 0. False where it has no more that are known. */
bool collector__frame(struct collector *c, unsigned int index, const struct pks_slot *slot, int at,
		      struct pks_frame *frame);

/*
 * That window, of which `copy` is, is about to be reported as held too long: the
 * programs will not do so at its end. False where they have done so already.
 */
bool collector__mark_reported(struct collector *c, unsigned int index, const struct pks_slot *slot,
			      int at, const struct pks_frame *copy);

/* Grants and revokes that the kernel refused to run programs for. 0 or negative errno. */
int collector__refused(struct collector *c, __u64 *refused);

/* Physical address of a struct page; 0 where that is not known. */
__u64 collector__phys(const struct collector *c, __u64 page);

/* A thread's name into comm[PKS_COMM]; "?" where it is gone. */
void collector__comm(pid_t tid, char *comm);

/* What the kernel side counted of one finding and its repeats. False where the entry is unused. */
bool collector__fold(struct collector *c, unsigned int index, struct pks_fold *fold);

/* The name of the thread that a call site's entry is of, where they are by thread. */
void collector__thread_comm(struct collector *c, unsigned int index, char *comm);

/*
 * Addresses of an origin's stack, at most PKS_STACK_DEPTH; returns their
 * number. Where its own is gone it is the site's first one: the origin is then
 * no longer marked as exact. *modules becomes the number of module events at the time that
 * it was taken, by which symbols__mark() knows whose code the addresses were.
 */
int collector__stack(struct collector *c, struct pks_origin *origin, __u64 *addresses,
		     __u32 *modules);

/* 0, or negative errno where some could not be read: these are then 0. */
int collector__counts(struct collector *c, struct collector_counts *counts);

/*
 * What the losses in collector_counts are made of: each that is not 0 goes to
 * fn, by CPU; those of programs that the kernel did not run have no CPU, but
 * the program's name, which lives as long as the collector. Of some neither is
 * known: MODEL_NO_CPU. Returns as above.
 */
typedef void (*collector_loss_fn)(void *arg, enum pks_loss reason, unsigned int cpu,
				  const char *program, __u64 count);
int collector__losses(struct collector *c, collector_loss_fn fn, void *arg);

/* Detaches and frees everything. Takes NULL. */
void collector__close(struct collector *c);

#endif
