/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns numbers into what a reader can be shown. Addresses, device and inode numbers
 * and system calls become names here and nowhere else: printers look nothing up.
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

/* What to look things up in; all of it must outlive what is resolved with it. */
struct resolver {
	struct symbols *symbols;
	struct source *source; /* NULL: no file:line */
	const struct dialect *dialect;
	const struct suppress *suppress; /* NULL: nothing is suppressed */
	struct injections *injections;	 /* NULL: nothing is injected */
	enum pks_by by;			 /* what the model's call sites are */
	const char *target;		 /* what is traced, in words */
};

/* "drv_map+0x10/0x100 [drv]", or the address itself; "": nothing is known. */
struct resolved_place {
	char text[PLACE_TEXT];
};

/* A function inlined at a frame's address. The strings belong to the debug info and outlive this.
 */
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
	unsigned int hidden; /* how many of these, from the first, belong to the window API */
};

struct resolved_stack {
	const char *key;   /* "granted_by": for programs */
	const char *title; /* "Window granted by": for people */
	char remark[128];  /* what else to know about it; "": nothing */
	bool earlier;	   /* of an earlier call from the same call site */
	bool another;	   /* of the revoke of another window granted at the same call site */
	bool cut;	   /* there are more frames, which were not taken */
	struct resolved_frame frame[PKS_STACK_DEPTH]; /* newest first, without the tracer's own */
	unsigned int nr;
};

struct resolved_thread {
	char comm[PKS_COMM + 1];
	__u32 tid, tgid, cpu;
	const char *context;
	bool interrupted; /* by what the context says */
	__s32 count;
};

struct resolved_page {
	bool known;	  /* if not, the rest is empty */
	char where[64];	  /* "pmem0+0x3000" */
	__u64 physical;	  /* byte address */
	bool whole_pgmap; /* the page is not known */
};

struct resolved_file {
	__u64 inode;	     /* 0: no file; the rest is empty */
	char path[PATH_MAX]; /* "": no process has it open */
	char device[64];     /* "pmem0"; "": it has no name */
	char number[32];     /* "259:0" */
	__u64 page;
};

/* The rights register at that time, as far as it concerns the key of this finding. */
struct resolved_pkrs {
	bool known; /* and there is a key to watch */
	__u32 value;
	bool fits; /* false: it is another context's and says nothing about this access */
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
	const char *function; /* that was made to fail; NULL: none */
	const char *error;    /* "ENOMEM"; NULL: the value has no name */
	__s64 value;	      /* what it returned */
	__u64 delay;	      /* ns; 0: none */
	struct resolved_thread thread;
	struct resolved_place stack[PKS_STACK_DEPTH];
	unsigned int nr_stack;
};

/* A window that has ended. */
struct resolved_window {
	struct resolved_thread thread; /* count: its windows then, with this one; no CPU */
	__u64 granted, revoked;	       /* CLOCK_MONOTONIC ns */
	__u64 page;		       /* the struct page's address; 0: not known */
	const char *granted_by, *revoked_by;
};

/* The earlier finding that this one is a consequence of. */
struct resolved_link {
	__u64 time; /* CLOCK_MONOTONIC ns; 0: none */
	const char *class;
	struct resolved_place in;
};

/* A machine on which a finding was seen. The strings belong to its session. */
struct resolved_seen {
	const char *host;
	const char *kernel;
	__u64 count;
};

struct resolved_finding {
	__u64 time; /* CLOCK_MONOTONIC ns */
	const char *class;
	const char *cause;	      /* NULL: none */
	const char *meaning;	      /* of the cause if there is one, otherwise of the class */
	struct resolved_place in;     /* the function to blame */
	const char *through;	      /* the mapping helper that it called; NULL: none */
	char what[WINDOW_TEXT + 256]; /* what was seen, in one sentence */
	const char *boundary;	      /* NULL: none */
	struct resolved_place boundary_of; /* the system call or function that ended there */
	const char *access;		   /* "read", "write"; NULL: not an access */
	const char *fault_mode;		   /* "strict", "relaxed", "unknown"; NULL as above */
	bool let_through;		   /* the access: the kernel opened the key for it */
	__u64 address;			   /* accessed, or named by the revoke; 0: none */
	bool by_page;			   /* the window is on `page`, otherwise on `key` */
	struct resolved_page page;
	__u64 key;
	__u64 expected; /* physical address of the page that should have been named; 0: not known */
	struct resolved_file file;
	struct resolved_pkrs pkrs;
	__u64 held;	 /* ns; 0: not known */
	__u32 other_tid; /* 0: none */
	bool holds;	 /* other_tid holds the window */
	struct resolved_link follows;
	bool injected;
	struct resolved_injection injection; /* if injected: the one it follows */
	bool injected_thread;		     /* and it hit the same thread */
	__u64 injected_before;		     /* ns */
	bool unsure;
	bool by_device; /* the cause is known of the whole device only, not of the page */
	bool of_revoke; /* thread.count was read before the revoke */
	struct resolved_thread thread;
	char remark[RESOLVED_REMARKS][PLACE_TEXT]; /* sentences */
	unsigned int nr_remarks;
	struct resolved_stack stack[NR_ROLES];
	unsigned int nr_stacks;
	/* Where sessions of several machines are one report: those that have it. */
	const struct resolved_seen *seen;
	size_t nr_seen;
};

/* A thread that a snapshot lists. */
enum snapshot_state {
	SNAPSHOT_INSIDE,       /* has windows open */
	SNAPSHOT_OVER_REVOKED, /* its count is below zero: its next windows will not open access */
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
 * Fills *out, which is too large for the stack. Allocates nothing; may read debug info,
 * /proc and /sys, and so take a second the first time.
 */
void resolve__finding(const struct resolver *r, const struct model_finding *f,
		      struct resolved_finding *out);
void resolve__injection(const struct resolver *r, const struct injection *one,
			struct resolved_injection *out);
void resolve__inside(const struct resolver *r, const struct pks_inside *thread,
		     struct resolved_inside *out);

/*
 * Only the place that the title of a finding names; "" if it is not known. Where it called a
 * mapping helper, *through is that function's name, which outlives this; otherwise NULL.
 */
void resolve__culprit(const struct resolver *r, const struct model_finding *f,
		      struct resolved_place *out, const char **through);

/* The caller of a mapping helper in a stack, as above; 0: no helper is on top of it. */
__u64 resolve__user(struct symbols *symbols, const struct model_stack *stack, const char **through);

/* The number of the suppression that hides a finding, from 1; 0: none. */
unsigned int resolve__suppression(const struct resolver *r, const struct model_finding *f);

/* The place of a return address, named as above. */
void resolve__place(const struct resolver *r, __u64 address, struct resolved_place *out);

/* Calls fn for each module that the stacks of a finding pass through. */
void resolve__modules(const struct resolver *r, const struct model_finding *f,
		      void (*fn)(void *arg, const char *module), void *arg);

const char *snapshot__state_name(enum snapshot_state state);

#endif
