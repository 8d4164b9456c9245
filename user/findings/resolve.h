/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From numbers to what a reader can be shown. Addresses, device and inode numbers,
 * system calls become names here and nowhere else: what prints asks nobody.
 */
#ifndef PKSTRACE_FINDINGS_RESOLVE_H
#define PKSTRACE_FINDINGS_RESOLVE_H

#include <limits.h>

#include "findings/class.h"
#include "findings/injections.h"
#include "findings/model.h"
#include "findings/suppress.h"

struct dialect;
struct source;
struct symbols;

#define PLACE_TEXT	 160
#define WINDOW_TEXT	 (PATH_MAX + 256)
#define INLINED_MAX	 16
#define RESOLVED_REMARKS 4

/* Whom to ask; all of it outlives what is resolved with it. */
struct resolver {
	struct symbols *symbols;
	struct source *source; /* NULL: no file:line */
	const struct dialect *dialect;
	const struct suppress *suppress;     /* NULL: nothing is suppressed */
	const struct injections *injections; /* NULL: nothing is injected */
	enum pks_by by;			     /* what the model's call sites are */
	const char *target;		     /* what is traced, in words */
};

/* "drv_map+0x10/0x100 [drv]", the address itself, or "": nothing is known. */
struct resolved_place {
	char text[PLACE_TEXT];
};

/* A function inlined at a frame's address. The strings are the debug info's: they outlive this. */
struct resolved_line {
	const char *function;
	const char *file;  /* NULL: not known */
	unsigned int line; /* 0: not known */
};

struct resolved_frame {
	__u64 address;
	const char *function; /* NULL: not known */
	const char *module;   /* NULL: vmlinux, or not known */
	__u64 offset, size;
	struct resolved_place place;
	struct resolved_line own;		   /* the function's own line */
	struct resolved_line inlined[INLINED_MAX]; /* innermost first */
	unsigned int nr_inlined;
	unsigned int hidden; /* of these the first so many are the window API's, not the driver's */
};

struct resolved_stack {
	const char *key;   /* "granted_by": for programs */
	const char *title; /* "Window granted by": for people */
	char remark[128];  /* what else is to be known of it; "": nothing */
	bool earlier;	   /* taken at an earlier call from the same place */
	bool another;	   /* where another window, granted at the same place, was revoked */
	struct resolved_frame frame[PKS_STACK_DEPTH]; /* newest first, without our own */
	unsigned int nr;
};

struct resolved_thread {
	char comm[PKS_COMM + 1];
	__u32 tid, tgid, cpu;
	const char *context;
	bool interrupted; /* it was hit by what the context says */
	__s32 count;
};

struct resolved_page {
	bool known;	  /* else the rest is empty */
	char where[64];	  /* "pmem0+0x3000" */
	__u64 physical;	  /* byte address */
	bool whole_pgmap; /* no page of it is known */
};

struct resolved_file {
	__u64 inode;	     /* 0: no file, and the rest is empty */
	char path[PATH_MAX]; /* "": no process holds it now */
	char device[64];     /* "pmem0"; "": it has no name */
	char number[32];     /* "259:0" */
	__u64 page;
};

/* The register as it was, as far as it tells of this finding's key. */
struct resolved_pkrs {
	bool known; /* and a key is watched */
	__u32 value;
	bool fits; /* false: it is another context's, and says nothing of this access */
	unsigned int pkey;
	const char *rights;
};

/* An injection, in words. */
struct resolved_injection {
	__u32 serial;
	bool dry;
	__u64 time, nth;
	const char *kind;      /* "skip-revoke" */
	char what[PLACE_TEXT]; /* "should_failslab() failed with -ENOMEM" */
	struct resolved_place caller;
	const char *function; /* that was made to fail; NULL: none was */
	const char *error;    /* "ENOMEM"; NULL: what was returned has no name */
	__s64 value;	      /* what it returned */
	__u64 delay;	      /* ns; 0: none */
	struct resolved_thread thread;
	struct resolved_place stack[PKS_STACK_DEPTH];
	unsigned int nr_stack;
};

/* The earlier finding that one is a consequence of. */
struct resolved_link {
	__u64 time; /* CLOCK_MONOTONIC ns; 0: none */
	const char *class;
	struct resolved_place in;
};

struct resolved_finding {
	__u64 time; /* CLOCK_MONOTONIC ns */
	const char *class;
	const char *cause;		   /* NULL: none */
	const char *meaning;		   /* the cause's, or the class's */
	struct resolved_place in;	   /* the function to blame */
	char what[WINDOW_TEXT + 256];	   /* what was seen, in one sentence */
	const char *boundary;		   /* NULL: none */
	struct resolved_place boundary_of; /* the system call or function that ended there */
	const char *access;		   /* "read", "write"; NULL: this is none */
	const char *fault_mode;		   /* "strict", "relaxed"; NULL as above */
	__u64 address;			   /* accessed, or named by the revoke; 0: none */
	bool by_page;			   /* the window is on `page`, else on `key` */
	struct resolved_page page;
	__u64 key;
	__u64 expected; /* physical address of the page that should have been named; 0: not known */
	struct resolved_file file;
	struct resolved_pkrs pkrs;
	__u64 held;	 /* ns; 0: not known */
	__u32 other_tid; /* 0: none */
	bool holds;	 /* that thread holds the window */
	struct resolved_link follows;
	bool injected;
	struct resolved_injection injection; /* where injected: the one that it follows */
	bool injected_thread;		     /* and it was on the same thread */
	__u64 injected_before;		     /* ns */
	bool unsure;
	bool of_revoke; /* thread.count is the one before the revoke */
	struct resolved_thread thread;
	char remark[RESOLVED_REMARKS][PLACE_TEXT]; /* sentences */
	unsigned int nr_remarks;
	struct resolved_stack stack[NR_ROLES];
	unsigned int nr_stacks;
};

/* A thread that a snapshot lists. */
enum snapshot_state {
	SNAPSHOT_INSIDE,       /* has windows open */
	SNAPSHOT_OVER_REVOKED, /* its count is below zero: its next windows open nothing */
	SNAPSHOT_KEY_OPEN,     /* no window, but the key is open */
	NR_SNAPSHOT_STATES,
};

struct resolved_inside {
	struct resolved_thread thread;
	enum snapshot_state state;
	struct resolved_pkrs pkrs;
	bool running;
	struct resolved_frame frame[PKS_STACK_DEPTH];
	unsigned int nr;
};

/*
 * Fills *out, which is large: not for the stack. Writes no file and needs no memory; may
 * read debug info, /proc and /sys, and so take a second the first time.
 */
void resolve__finding(const struct resolver *r, const struct model_finding *f,
		      struct resolved_finding *out);
void resolve__injection(const struct resolver *r, const struct injection *one,
			struct resolved_injection *out);
void resolve__inside(const struct resolver *r, const struct pks_inside *thread,
		     struct resolved_inside *out);

/* The place alone that a finding's title names; "" where it is not known. */
void resolve__culprit(const struct resolver *r, const struct model_finding *f,
		      struct resolved_place *out);

/* The number of the suppression that hides a finding, from 1; 0: none does. */
unsigned int resolve__suppression(const struct resolver *r, const struct model_finding *f);

/* A place by its return address, as all the above name it. */
void resolve__place(const struct resolver *r, __u64 address, struct resolved_place *out);

/* Each module that a finding's stacks are in. */
void resolve__modules(const struct resolver *r, const struct model_finding *f,
		      void (*fn)(void *arg, const char *module), void *arg);

const char *snapshot__state_name(enum snapshot_state state);

#endif
