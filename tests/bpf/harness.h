/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads of a pretended kernel, whose grants, revokes, faults and boundaries
 * go through the real window core in BPF. After each event the core's invariant
 * is checked: kernel count == depth + skew + adjust.
 */
#ifndef PKSTRACE_TESTS_HARNESS_H
#define PKSTRACE_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/settings.h"
#include "abi/tables.h"
#include "drive.h"

/* A thread as the kernel keeps it. The count and the register follow V10. */
struct thread {
	__u64 task;
	__u32 tid;
	__s32 count;		    /* current->pgmap_prot_count */
	__s32 logical;		    /* count, as if no body were still to run */
	bool open[PKS_NR_CONTEXTS]; /* PKRS lets the key through, by context */
	bool fresh;		    /* was at a boundary since the trace began */
	int home;		    /* first slot looked at, -1: not known */
};

enum body { BODY_GRANT, BODY_REVOKE };

#define HARNESS_RECORDS 64

struct harness {
	bool exact;	    /* no event was kept from the core: depth + skew == logical */
	bool hoard;	    /* leave findings in the ring */
	bool verbose;	    /* tell each event */
	bool quiet;	    /* a failed check is counted and not told */
	enum drive_way way; /* stays over a reset, as the next one does */
	__u64 fast;	    /* events that went the fast path */
	__u64 now;
	__u64 events; /* driven so far */
	struct drive_answer answer;
	__u64 found[PKS_NR_CLASSES]; /* by the last event */
	int nr_records;		     /* of the last event, as delivered */
	struct pks_finding records[HARNESS_RECORDS];
	__u64 delivered; /* since the last reset */
};

extern struct harness h;

/*
 * Loads the core, for a kernel with such a count and counts kept by this;
 * PKS_BY_ALL: for counts alone. 0, or a negative errno: -EPERM where the kernel refuses.
 */
int harness__open(enum pks_count_source truth, enum pks_by by);
void harness__close(void);
/* Everything as just loaded; nothing else is shared between two tests. */
void harness__reset(void);
/* A thread with no window; different numbers make different threads. */
struct thread harness__thread(unsigned int number);
/* Finds the thread's home slot, for speed. Only while the table is empty. */
void harness__place(struct thread *t);
/* A thread whose first slot is that of `like`, another one than it. */
struct thread harness__neighbour(const struct thread *like, unsigned int first_number);

/* Pages whose entries in the table of openers are all different. The table must be empty. */
void harness__pages(__u64 *pages, int nr);

void harness__grant(struct thread *t, __u8 context, __u64 key, __u64 caller);
void harness__revoke(struct thread *t, __u8 context, __u64 key, __u64 caller);
/* The probe alone, and the body alone: an interrupt may come between. */
void harness__probe(struct thread *t, enum body body, __u8 context, __u64 key, __u64 caller,
		    bool page_form);
void harness__body(struct thread *t, enum body body, __u8 context);
/* The whole event without the core seeing it. */
void harness__miss(struct thread *t, enum body body, __u8 context);
void harness__boundary(struct thread *t, __u8 context, enum pks_boundary boundary);
/* A protection-key fault at an access to the page `key`. */
void harness__fault(struct thread *t, __u8 context, __u64 key, bool handled);
/* An interrupt or exception hits: it starts with the key closed. */
void harness__interrupt(struct thread *t, __u8 context);
void harness__inherit(struct thread *child, __s32 count);
void harness__claim(struct thread *t, __u8 context);
/* The thread whose windows are counted as those of `caller` ends. */
void harness__end(__u64 caller);

/* The thread ends with nothing open; who gets its task_struct then is another one. */
void harness__gone(struct thread *t);
/* Arguments, bit by bit, that say that a call with these registers must not fail. */
struct pt_regs;
unsigned int harness__nofail(const struct pt_regs *regs);
/* Threads inside windows that their count does not show. */
unsigned int harness__hidden(void);

/* ns; asked for where the truth is PKS_COUNT_SOURCE_KMAP. */
#define HARNESS_LONG_HOLD (1ULL << 40)

/* The core's state, to be looked at. */
struct pks_slot *harness__slot(const struct thread *t);
__u64 harness__found(enum pks_class class);
__u64 harness__lost(enum pks_loss loss);
__u64 harness__older(void);
__u64 harness__late(void);
struct pks_fold *harness__folds(void);
const struct pks_site *harness__grant_sites(void);
struct pks_site_stat *harness__stats(void);

/* All grants of a call site, whichever way they took. */
__u64 harness__grants(unsigned int site);
const struct pks_opened *harness__opened(void);
/* Counts of the windows that went by the count-only path, and those in it that are open. */
const struct pks_site_stat *harness__tallied(void);
unsigned int harness__count_only_open(void);
/* False where the count-only path has given up for the core. */
bool harness__fastpath_open(void);
void harness__drain(void);

/* Where findings go in the place of h.records; NULL: there. */
extern void (*harness__sink)(const struct pks_finding *finding);
/* A worker's batch, and its run: by several workers at once, each of its own. */
struct drive_batch *harness__batch(unsigned int worker);
int harness__run_batch(unsigned int worker);
/* Findings out of the ring, until there are none for a while (ms). */
void harness__poll(int timeout);
/* A place of the array of stacks. False where it has none, or none that is whole. */
bool harness__stack(unsigned int place, struct pks_stack *stack);
const struct pks_slot *harness__slots(void);
const struct pks_overflow *harness__overflows(void);
const struct pks_site *harness__revoke_sites(void);
__u64 harness__folded(void);
__u64 harness__dropped(void);

/* Checks: a failure is reported with its place and makes the running test fail. */
bool check__true(bool ok, const char *text, const char *file, int line);
bool check__equal(long long got, long long want, const char *text, const char *file, int line);
bool check__failed(void);
/* As check__failed(), and forgets them. */
bool check__take(void);

#define CHECK(cond) check__true(!!(cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(got, want)                                                                        \
	check__equal((long long)(got), (long long)(want), #got " == " #want, __FILE__, __LINE__)

#endif
