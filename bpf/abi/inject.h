/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the loader tells the injecting programs, and what they count, in shared memory.
 * The wire record is struct pks_injection in record.h.
 *
 * The attributes have the names and meanings of the kernel's own fault injection
 * (Documentation/fault-injection/fault-injection.rst, should_fail_ex()).
 */
#ifndef PKSTRACE_INJECT_H
#define PKSTRACE_INJECT_H

#include "abi/record.h"

#define PKS_RULES	 8
#define PKS_PLACES	 4096
#define PKS_PLACE_FRAMES 24
#define PKS_HUNT_CALLS	 2
#define PKS_FUNCTIONS	 128
#define PKS_FAULTS	 4  /* attributes of the kernel's own fault injection */
#define PKS_STACK_FILTER 32 /* frames to look at, like the kernel's stacktrace-depth */
#define PKS_GFP_NONE	 0xff
#define PKS_FORMS	 4 /* forms of grants and revokes: by page, by pgmap */

/* Rules with a fixed index: one for all forms of grants, one for revokes. The rest fail calls. */
#define PKS_RULE_GRANT	0
#define PKS_RULE_REVOKE 1
#define PKS_RULE_CALLS	2

/* The filters of a rule that are set; others are not even looked at. */
#define PKS_FILTER_COMM	  0x01
#define PKS_FILTER_TID	  0x02
#define PKS_FILTER_WINDOW 0x04 /* calls made while a window is open */
#define PKS_FILTER_CGROUP 0x08
#define PKS_FILTER_MARK	  0x10 /* tasks with /proc/PID/make-it-fail set */

/* What to look at first in a call: whatever rules out most calls. */
enum pks_first {
	PKS_FIRST_ALL, /* nothing: the rule applies to every call */
	PKS_FIRST_COMM,
	PKS_FIRST_TID,
	PKS_FIRST_TARGET, /* whether the thread is traced */
	PKS_FIRST_CGROUP,
	PKS_FIRST_SITE, /* where the call comes from */
	PKS_FIRST_WINDOW,
};

/* The code of a function: [entry, end). */
struct pks_range {
	__u64 entry;
	__u64 end;
};
_Static_assert(sizeof(struct pks_range) == 16, "shared with the loader");

/*
 * A rule: what to break, for whom, and how often. Fixed before load, so the verifier
 * removes the code for whatever no rule asks for.
 */
struct pks_rule {
	__u64 entry; /* the function: addresses [entry, end) */
	__u64 end;
	__u64 require_start; /* some caller must be within, unless end is 0 */
	__u64 require_end;
	__u64 reject_start; /* no caller may be within */
	__u64 reject_end;
	__u64 site_start; /* the direct caller must be within, unless end is 0 */
	__u64 site_end;
	__u64 seed;
	__u64 delay;	   /* ns */
	__s64 value;	   /* what the failing function returns */
	__s64 times;	   /* at most; -1: no limit */
	__s64 space;	   /* calls to let pass first */
	__u64 probability; /* of 2^32 */
	__u32 interval;
	__u32 fail_nth; /* 0: not used */
	__u32 filters;	/* PKS_FILTER_* */
	__s32 tid;
	__u8 kind;    /* enum pks_injection_kind; PKS_INJECT_NONE: rule not in use */
	__u8 gfp_arg; /* which argument is a gfp_t, PKS_GFP_NONE: none */
	__u8 dry;
	__u8 first; /* enum pks_first */
	__u8 alone; /* that is the only filter set */
	__u8 pad[3];
	char comm[PKS_COMM]; /* padded with zeros */
};
_Static_assert(sizeof(struct pks_rule) == 152, "shared with the loader");

/* The progress of a rule. */
struct pks_rule_state {
	__s64 times; /* left; -1: no limit */
	__s64 space; /* calls still to let pass */
	__u64 count; /* for interval */
	__u64 seen;  /* calls that passed the filters */
	__u64 hits;
	__u32 spent; /* it can no longer hit: its calls are only counted */
	__u32 over;  /* set when that happens while injection is armed */
};
_Static_assert(sizeof(struct pks_rule_state) == 48, "shared with the loader");

/*
 * A call site of an injectable function: a stack, and how often it was seen.
 * The thread that claims hash writes function, stack and then nr; the one that
 * claims nth, path and syscalls. Counts are atomic. The loader reads all of it when
 * the command has ended.
 */
struct pks_place {
	__u64 hash; /* of the stack, 0: free */
	__u64 seen;
	__u64 in_window; /* with a window open; the rest after one, in the same system call */
	__u64 after;	 /* after this run's injection */
	__u32 function; /* which it calls: a rule, or a function (then a fault attribute) of hunt */
	__u32 nr;	/* frames */
	/* About the first call; only for hunt's fault attributes. */
	__u64 path;	/* position of the thread in the tree of forks */
	__u32 syscalls; /* that the thread had completed by then */
	__u32 nth;	/* sequence number of the opportunity to fail since the last of these */
	__u64 stack[PKS_PLACE_FRAMES]; /* callers, direct caller first */
};
_Static_assert(sizeof(struct pks_place) == 248, "shared with the loader");

/* A function that hunt may fail. */
struct pks_function {
	__u64 entry;
	__u64 end;
	__u8 gfp_arg;
	__u8 pad[7];
};
_Static_assert(sizeof(struct pks_function) == 24, "shared with the loader");

/* Where to stop a thread, so that the loader can arm the kernel's own fault injection. */
struct pks_stop {
	__u64 path;	/* of the thread */
	__u32 syscalls; /* sequence number of the system call at whose end to stop it; 0: nowhere */
	__u32 done;
};
_Static_assert(sizeof(struct pks_stop) == 16, "shared with the loader");

/* A call for hunt to fail: the nth from this call site. The second waits for the first. */
struct pks_hunt_call {
	__u64 hash; /* 0: none */
	__s64 value;
	__u32 nth; /* from 1 */
	__u32 seen;
	__u32 done;
	__u32 pad;
};
_Static_assert(sizeof(struct pks_hunt_call) == 32, "shared with the loader");

#endif
