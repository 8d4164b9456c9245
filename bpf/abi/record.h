/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire ABI: records that go through the ring buffer and through the pipe of a
 * snapshot. Fixed-width types only; the size of every structure is asserted. A saved
 * session contains these records as they are, so any change here increments PKS_ABI.
 * Tables in shared memory are in tables.h.
 */
#ifndef PKSTRACE_ABI_RECORD_H
#define PKSTRACE_ABI_RECORD_H

#include <linux/types.h>

#define PKS_ABI 5

#define PKS_STACK_DEPTH 104 /* room; how many are taken is settings.stack_depth */
#define PKS_STACK_OWN	8   /* of these, at most, are a program's and a trampoline's */
#define PKS_COMM	16

/* Finding classes; their names and meanings are in user/findings/class.c. */
enum pks_class {
	PKS_CLASS_NONE,
	PKS_LEAK,
	PKS_UNDERFLOW,
	PKS_WRONG_PAGE,
	PKS_OUT_OF_ORDER,
	PKS_CROSS_THREAD,
	PKS_STRAY_ACCESS,
	PKS_INEFFECTIVE_GRANT,
	PKS_RESIDUE,
	PKS_INHERITED,
	PKS_LONG_HOLD,
	PKS_SLEPT,
	PKS_NR_CLASSES,
};

/* Why an access was stray. */
enum pks_cause {
	PKS_CAUSE_NONE,
	PKS_USE_AFTER_REVOKE,
	PKS_OTHER_THREAD_WINDOW,
	PKS_IRQ_IN_WINDOW,
	PKS_EXCEPTION_IN_WINDOW,
	PKS_POISONED_GRANT,
	PKS_NEVER_GRANTED,
	PKS_NR_CAUSES,
};

/* Where a window must have been closed. */
enum pks_boundary {
	PKS_BOUNDARY_NONE,
	PKS_SYSCALL_EXIT,
	PKS_WORK_END,
	PKS_SOFTIRQ_END,
	PKS_IRQ_END,
	PKS_EXCEPTION_RETURN,
	PKS_THREAD_EXIT,
	PKS_NMI_END,
	PKS_NR_BOUNDARIES,
};

/* What the CPU was doing; a higher one interrupts a lower one. */
enum pks_context {
	PKS_TASK,
	PKS_SOFTIRQ,
	PKS_HARDIRQ,
	PKS_NMI,
	PKS_NR_CONTEXTS,
};

/* Protection keys that the CPU has; 0 is that of every mapping which asked for none. */
#define PKS_PKEYS 16
/* In place of a key: it is not known. Counts of faults have an entry for it, too. */
#define PKS_NO_PKEY    PKS_PKEYS
#define PKS_FAULT_KEYS (PKS_PKEYS + 1)

/* In place of a reference to a stack: there is none. */
#define PKS_NO_STACK (-1)

/* Flags of a stack reference. */
#define PKS_STACK_EXACT	     1u /* taken at this event, not at an earlier one of the site */
#define PKS_STACK_OF_ANOTHER 2u /* of the revoke of another window of the same grant site */
/* Flags of an origin: what is known of it, beyond where it was. */
#define PKS_ORIGIN_OF_PGMAP    4u /* of a window on the whole pgmap: on which page is not known */
#define PKS_ORIGIN_INTERRUPTED 8u /* an interrupt's revoke of a window of the thread that it hit */

/* Where a window was granted or revoked: one of the owner stacks of a report. */
struct pks_origin {
	__u64 caller; /* return address into the caller, 0: not known */
	__u64 time;   /* CLOCK_MONOTONIC ns, 0: not known */
	__s32 stack;  /* reference to a captured stack, or PKS_NO_STACK */
	__u32 flags;  /* PKS_STACK_*, PKS_ORIGIN_* */
};
_Static_assert(sizeof(struct pks_origin) == 24, "wire ABI");

/*
 * A finding, as sent through the ring buffer. Addresses are kernel addresses; zero
 * means "not known". stack[] is the stack at the time of the finding.
 */
struct pks_finding {
	__u8 class;    /* enum pks_class; first, so that a reader can dispatch on it */
	__u8 cause;    /* enum pks_cause, stray-access only */
	__u8 boundary; /* enum pks_boundary, leak only */
	__u8 context;  /* enum pks_context */
	__u8 write;    /* stray-access: 1 write, 0 read */
	__u8 fatal;    /* stray-access: the kernel did not let it through (strict) */
	__u8 unsure;   /* found after a count mismatch on this thread */
	__u8 pkey;     /* stray-access: of the page; PKS_NO_PKEY: not known */
	__u32 nr_stack;
	__u64 time; /* CLOCK_MONOTONIC ns */
	__u64 fold; /* key of the fold that counts its repeats */
	__u32 tid;
	__u32 tgid;
	__u32 cpu;
	__u32 pkrs;	  /* the rights register as the culprit saw it */
	__u32 error_code; /* of the page fault */
	__s32 count;	  /* current->pgmap_prot_count */
	__s32 depth;	  /* open windows as the tracer counts them */
	__s32 skew;	  /* count minus depth: leaked (+) or over-revoked (-) */
	__u64 address;	  /* accessed */
	__u64 ip;	  /* the accessing instruction, or the caller */
	__u64 key;	  /* struct page (or dev_pagemap) of the event */
	__u64 key2;	  /* struct page that was expected instead */
	__u64 phys;	  /* physical address of the page */
	__u64 pgmap;
	__u64 pgmap_start; /* physical start of the pgmap's range */
	__u64 held;	   /* how long the window has been open, in ns; 0: not known */
	__s64 arg;	   /* boundary: system call number, work function, vector */
	__u64 ino;	   /* file that the page belongs to, 0: none */
	__u64 index;	   /* page offset in that file, in pages */
	__u32 dev;	   /* device of that file, as the kernel's dev_t */
	__u32 other_tid;   /* thread that holds the window, if it is another one */
	char comm[PKS_COMM];
	struct pks_origin granted;
	struct pks_origin revoked;
	/*
	 * leak: the grant of a window on the same page that was nested in this one and is
	 * closed, by `revoked`. A revoke names a page, so which of them it meant is a guess.
	 * underflow: who had closed the window. out-of-order: the grant of the window that the
	 * revoke names.
	 */
	struct pks_origin sibling;
	__u8 siblings; /* leak: how many such windows are known; 0: none */
	__u8 cut;      /* stack[] is not all of it */
	__u8 pad[6];
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_finding) == 1088, "wire ABI");

/* First byte of a record that is not a finding; that of a finding is smaller. */
#define PKS_RECORD_INJECTION 0x80
#define PKS_RECORD_STOPPED   0x81 /* a thread stopped for hunt; laid out as an injection */
#define PKS_RECORD_MODULE    0x82 /* a module has come or gone */
#define PKS_RECORD_WINDOW    0x83 /* a window has ended */
_Static_assert(PKS_NR_CLASSES <= PKS_RECORD_INJECTION, "the first byte tells records apart");

/* What to break; names are in user/findings/injections.c. */
enum pks_injection_kind {
	PKS_INJECT_NONE,
	PKS_SKIP_GRANT,
	PKS_SKIP_REVOKE,
	PKS_EXTRA_REVOKE,
	PKS_DELAY_REVOKE,
	PKS_FAIL_CALL,
	PKS_NR_INJECTION_KINDS,
};

/* An injection that was made, or that a dry run would have made. */
struct pks_injection {
	__u8 type;    /* PKS_RECORD_* */
	__u8 kind;    /* enum pks_injection_kind */
	__u8 context; /* enum pks_context */
	__u8 dry;
	__u32 rule; /* index of the rule, or of the function that hunt fails */
	__u32 nr_stack;
	__u32 serial; /* sequence number in this run, from 1 */
	__u64 time;   /* CLOCK_MONOTONIC ns */
	__u32 tid;
	__u32 tgid;
	__u32 cpu;
	__s32 count;  /* current->pgmap_prot_count before the call */
	__u64 path;   /* position of the thread in the tree of forks: the same in a repeated run */
	__u64 nth;    /* of the call, among those of the thread that passed the filters; from 1 */
	__u64 caller; /* return address of the call */
	__u64 key;    /* first argument: struct page or dev_pagemap of a window */
	__s64 value;  /* what the call returned instead, or the delay in ns */
	char comm[PKS_COMM];
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_injection) == 928, "wire ABI");

/*
 * A module comes, before any of its code has run, or goes, after all of it has. From then on
 * its memory may be another's. Whatever was noted about addresses in it is noted as
 * PKS_RETIRED() by the time that this is delivered, in the programs' tables.
 */
struct pks_module_event {
	__u8 type; /* PKS_RECORD_MODULE */
	__u8 gone;
	__u8 pad[2];
	__u32 number; /* of such events in this run, from 1 */
	__u64 start;  /* its code, or the memory that this is in: [start, end) */
	__u64 end;
	__u64 init_start; /* the same of what is given back once it is initialized; 0: none */
	__u64 init_end;
	char name[56];
};
_Static_assert(sizeof(struct pks_module_event) == 96, "wire ABI");

/*
 * A code address that was a module's until event `number`. No CPU takes what looks so for an
 * address: its upper bits are not all the same. Those of modules' addresses are all set.
 */
#define PKS_RETIRED(address, number)                                                               \
	(1ULL << 62 | (__u64)((number)&0x3fffffffu) << 32 | (__u32)(address))
#define PKS_IS_RETIRED(address) ((address) >> 62 == 1)
#define PKS_RETIRED_BY(address) ((__u32)((address) >> 32) & 0x3fffffffu)
/* The key of a fold that such an address is in. */
#define PKS_FOLD_RETIRED(key, number) (((key) + 0x9e3779b97f4a7c15ULL * (number)) | 1)

/* A window that has ended, where all of them are wanted. It goes through a ring of its own. */
struct pks_window {
	__u8 type;    /* PKS_RECORD_WINDOW */
	__u8 context; /* enum pks_context of its grant */
	__u8 depth;   /* windows that the thread had open, with this one: 1 and more */
	__u8 pad;
	__u32 tid;
	__u32 tgid;
	__u16 granted_by; /* index of the call site, as in the programs' tables */
	__u16 revoked_by;
	__u64 granted; /* CLOCK_MONOTONIC ns */
	__u64 revoked;
	__u64 key; /* struct page (or dev_pagemap) */
	char comm[PKS_COMM];
};
_Static_assert(sizeof(struct pks_window) == 56, "wire ABI");

/* A snapshot's record: a thread that is inside a window, or has the key open without one. */
struct pks_inside {
	__u32 tid;
	__u32 tgid;
	__s32 count; /* current->pgmap_prot_count: below 0, revoked too often */
	__u32 pkrs;  /* the thread's own */
	__u32 nr_stack;
	__u8 running; /* on a CPU: its stack cannot be read */
	__u8 pad[3];
	char comm[PKS_COMM];
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_inside) == 872, "wire ABI");

#endif
