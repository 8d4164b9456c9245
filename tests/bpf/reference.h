/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The window core once more, as plain as can be: lists without limit, no
 * slots, no sharing, no missed events. What the BPF core is compared with.
 */
#ifndef PKSTRACE_TESTS_REFERENCE_H
#define PKSTRACE_TESTS_REFERENCE_H

#include <stdbool.h>

#include "abi/tables.h"

#define REF_THREADS 8
#define REF_KEYS    12
#define REF_DEPTH   64
#define REF_EXPECT  (REF_DEPTH + 2)
#define REF_CALLERS 64

struct ref_window {
	int key; /* number of a page */
	int caller;
	__u64 since;
	__u8 context;
	bool closed; /* its grant did not open the key, nor was it open */
	bool taken;  /* revoked by an interrupt: the thread goes on as if it had it */
};

struct ref_thread {
	struct ref_window windows[REF_DEPTH];
	int nr;
	int count;    /* the kernel's, as if each body ran with its probe */
	int reported; /* of count - nr, reported as leaked */
	bool residue;
	int closed[PKS_HISTORY]; /* newest first; -1: none */
};

/* A finding that has to come. Keys are page numbers, -1: none. */
struct ref_finding {
	enum pks_class class;
	enum pks_cause cause;
	int key;
	int key2;
	__u32 others; /* threads, by a bit each, of which one has to be named; 0: none */
};

struct ref_expect {
	int nr;
	struct ref_finding findings[REF_EXPECT];
};

/* What the windows of one grant site come to. */
struct ref_site {
	__u64 grants;
	__u64 closed; /* by a revoke; a leaked one is not */
	__u64 held;   /* ns, all of these */
	__u64 longest;
};

struct reference {
	__u64 now;  /* set before each event: ns */
	int caller; /* and of a grant: whose it is */
	struct ref_site sites[REF_CALLERS];
	struct ref_thread threads[REF_THREADS];
	int opener[REF_KEYS]; /* thread that last opened a window on the page, -1: none */
	__u64 unpaired;	      /* revokes of windows reported as leaked or older than the trace */
};

void ref__init(struct reference *ref);
/* `open`: the key was open to the thread right after the grant. */
void ref__grant(struct reference *ref, int thread, __u8 context, int key, bool open);
/* `open`: the key was open to the thread at the revoke. */
void ref__revoke(struct reference *ref, int thread, __u8 context, int key, bool open,
		 struct ref_expect *expect);
void ref__boundary(struct reference *ref, int thread, __u8 context, enum pks_boundary boundary,
		   bool open, struct ref_expect *expect);
/* A new thread, with its parent's count: that is reported at the fork. */
void ref__inherit(struct reference *ref, int child, int count);
void ref__fault(struct reference *ref, int thread, __u8 context, int key, bool handled,
		struct ref_expect *expect);

#endif
