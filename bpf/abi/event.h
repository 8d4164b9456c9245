/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire ABI between the BPF programs and the loader: what goes through the
 * ring buffer and what lies in shared maps. Fixed-width types only; every
 * structure's size is asserted. A saved session holds these records as they
 * are, so PKS_ABI goes up with any change here.
 */
#ifndef PKSTRACE_EVENT_H
#define PKSTRACE_EVENT_H

#include <linux/types.h>

#define PKS_ABI 3

/* Finding classes; names and meanings are in user/findings/class.c. */
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

/* Where a window must be closed at the latest. */
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

/* What the counts of windows are kept by. */
enum pks_by {
	PKS_BY_SITE,   /* return address of the grant */
	PKS_BY_THREAD, /* tgid << 32 | tid */
	PKS_BY_CGROUP, /* its id */
	PKS_BY_ALL,    /* all windows together: the cheapest */
	PKS_NR_BY,
};

/* Why something was not recorded. Any of these makes a verdict incomplete. */
enum pks_loss {
	PKS_LOST_RING,	    /* ring buffer full: a finding not delivered */
	PKS_LOST_SLOT,	    /* no thread slot free: an event not paired */
	PKS_LOST_NESTING,   /* nested deeper than the stack: no attribution */
	PKS_LOST_SITE,	    /* call-site table full: counted as "other" */
	PKS_LOST_STACK,	    /* a stack could not be captured */
	PKS_LOST_MISMATCH,  /* depth differed from the kernel's count */
	PKS_LOST_FOLD,	    /* fold table full: repeats not counted apart */
	PKS_LOST_RECURSION, /* a program refused to nest (filled in by the loader) */
	PKS_LOST_STORAGE,   /* task storage refused: a thread perhaps not followed */
	PKS_NR_LOSSES,
};

#define PKS_STACK_DEPTH 48
#define PKS_FRAMES	16   /* windows of a thread that its slot has room for */
#define PKS_DEEP_FRAMES 64   /* and further ones, in a block of their own */
#define PKS_DEPTH	(PKS_FRAMES + PKS_DEEP_FRAMES)
#define PKS_DEEPS	64   /* threads nested so deep at one moment */
#define PKS_HISTORY	2
#define PKS_SLOTS	4096 /* threads inside a window at one moment */
#define PKS_SHARDS	16   /* of the sites' counts, at most */
#define PKS_SITES	2048 /* grant call sites, and as many revoke call sites */
#define PKS_OPENED	4096
#define PKS_FOLDS	4096
#define PKS_BUCKETS	128 /* hold time: 4 linear steps per power of two */
#define PKS_COMM	16
#define PKS_NO_STACK	(-1)

/* Flags of a stack reference. */
#define PKS_STACK_EXACT	    1u /* taken at this very event, not at an earlier one of the site */
#define PKS_STACK_OF_ANOTHER 2u /* where another window of the same grant site was revoked */

/*
 * A captured stack. The array of them has a place for the first stack of each
 * grant site (at its index) and of each revoke site (PKS_SITES further), then a
 * ring for those of single windows. A reference to the ring grows for ever; the
 * place is its low bits, and the id tells whether it was overwritten since.
 */
struct pks_stack {
	__u64 id; /* reference + 1; 0: empty; PKS_STACK_BUSY: somebody writes here */
	__u64 nr; /* addresses */
	__u64 address[PKS_STACK_DEPTH];
};
#define PKS_STACK_BUSY (~0ULL)
_Static_assert(sizeof(struct pks_stack) == 400, "wire ABI");

#define PKS_STACK_HOMES (2 * PKS_SITES)
#define PKS_STACK_RING	8192
#define PKS_STACKS	(PKS_STACK_HOMES + PKS_STACK_RING)

/* One of a report's owner stacks: where a window was granted or revoked. */
struct pks_origin {
	__u64 caller;	/* return address into the caller, 0: not known */
	__u64 time;	/* CLOCK_MONOTONIC ns, 0: not known */
	__s32 stack;	/* reference to a captured stack, or PKS_NO_STACK */
	__u32 flags;	/* PKS_STACK_* */
};
_Static_assert(sizeof(struct pks_origin) == 24, "wire ABI");

/*
 * A finding, as it goes through the ring buffer. Addresses are the kernel's;
 * a zero means "not known". stack[] is the stack at the time of the finding.
 */
struct pks_finding {
	__u8 class;    /* enum pks_class; first, so that a reader can dispatch on it */
	__u8 cause;    /* enum pks_cause, stray-access only */
	__u8 boundary; /* enum pks_boundary, leak only */
	__u8 context;  /* enum pks_context */
	__u8 write;    /* stray-access: 1 write, 0 read */
	__u8 fatal;    /* stray-access: the kernel refused to go on (strict) */
	__u8 unsure;   /* found after a count mismatch on this thread */
	__u8 pad;
	__u32 nr_stack;
	__u64 time; /* CLOCK_MONOTONIC ns */
	__u64 fold; /* key of the fold entry that counts its repeats */
	__u32 tid;
	__u32 tgid;
	__u32 cpu;
	__u32 pkrs;	 /* the register as the culprit saw it */
	__u32 error_code; /* of the page fault */
	__s32 count;	 /* current->pgmap_prot_count */
	__s32 depth;	 /* windows open as the tool counts them */
	__s32 skew;	 /* count less depth: leaked (+) or over-revoked (-) */
	__u64 address;	 /* accessed */
	__u64 ip;	 /* the accessing instruction, or the caller */
	__u64 key;	 /* struct page (or dev_pagemap) of the event */
	__u64 key2;	 /* struct page that was expected instead */
	__u64 phys;	 /* physical address of the page */
	__u64 pgmap;
	__u64 pgmap_start; /* physical start of the pgmap's range */
	__u64 held;	   /* ns the window has been open, 0: not known */
	__s64 arg;	   /* boundary: system call number, work function, vector */
	__u64 ino;	   /* file whose page was hit, 0: none */
	__u64 index;	   /* page offset in that file, in pages */
	__u32 dev;	   /* its device, kernel dev_t */
	__u32 other_tid;   /* thread that holds the window, cross-thread cases */
	char comm[PKS_COMM];
	struct pks_origin granted;
	struct pks_origin revoked;
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_finding) == 608, "wire ABI");

/*
 * A call site of grants, or of revokes; claimed once, never freed. Entry 0 of
 * each table stands for all sites that found no place, and by thread for those
 * ended ones whose place another thread needed.
 */
struct pks_site {
	__u64 caller; /* return address into the caller, 0: free; see PKS_BY_* for what else */
	__u64 grants; /* of those that the short way of a full trace took */
	__u64 closed; /* and of their windows' ends those whose time was not read */
	__s32 home_stack; /* 0: no stack was taken yet, PKS_STACK_TAKING; else the first one's
			   * reference + 1. Taken once: who finds 0 and sets it, does. */
	__u32 skip;   /* events until the next whose stack is due */
	__u32 flags;  /* PKS_SITE_* */
	__u32 taken;  /* stacks so far, up to the first ones */
	__u16 revoke_site; /* of grants: where such a window was revoked last, as far as read */
	__u16 revoke_skip; /* revokes until the next whose caller and time are read */
	__u32 pad[5];	   /* to a power of two: the index is then a shift */
};
_Static_assert(sizeof(struct pks_site) == 64, "wire ABI");

#define PKS_STACK_TAKING (-1)

/* The site's first captured stack, or PKS_NO_STACK. */
static inline __s32 site__first_stack(const struct pks_site *site)
{
	return site->home_stack > 0 ? site->home_stack - 1 : PKS_NO_STACK;
}

#define PKS_SITE_SUSPECT 1u /* had a finding: take the stack of each window */
#define PKS_SITE_ENDED	 2u /* by thread: it has ended, and may make room for another */

/*
 * Counts of one grant site, one shard. A grant counts at once, the rest at its
 * revoke; struct pks_site has more of both.
 */
struct pks_site_stat {
	__u64 grants;
	__u64 total; /* ns held, of the windows in hist */
	__u64 max;   /* ns */
	__u64 hist[PKS_BUCKETS]; /* windows closed whose time was read, by hold time */
};
_Static_assert(sizeof(struct pks_site_stat) == 1048, "wire ABI");

/* A window that a thread holds. */
struct pks_frame {
	__u64 key;   /* struct page, or dev_pagemap where no page is known; 0: unknown */
	__u64 since; /* CLOCK_MONOTONIC ns */
	__s32 stack;
	union {
		struct {
			__u16 site;
			__u8 context;
			__u8 flags; /* PKS_FRAME_* */
		};
		__u32 place; /* all three */
	};
};
_Static_assert(sizeof(struct pks_frame) == 24, "wire ABI");

#define PKS_PLACE_FLAGS_SHIFT 24 /* where flags are in place */

#define PKS_FRAME_UNKNOWN 1u /* grant not seen: any revoke fits */
#define PKS_FRAME_TOLD	  2u /* reported as held too long, or about to be: whoever sets it does */
#define PKS_FRAME_CLOSED  4u /* granted with the key closed, nested: it opened nothing */

/* A window that a thread closed. */
struct pks_closed {
	__u64 key;
	__u64 when; /* CLOCK_MONOTONIC ns */
	__s32 grant_stack;
	__s32 revoke_stack;
	__u16 grant_site;
	__u16 revoke_site;
	__u32 flags; /* PKS_STACK_OF_ANOTHER */
};
_Static_assert(sizeof(struct pks_closed) == 32, "wire ABI");

/*
 * What is known of one thread. Owned by the thread (owner = its task_struct)
 * only while it must be: a window is open or its count is skewed. A thread
 * whose windows are all closed gives the slot back, so the pool bounds the
 * threads inside a window at one moment, not the threads that ever had one.
 * Invariant after each event: kernel count == depth + skew + adjust.
 */
struct pks_slot {
	__u64 owner;	    /* task_struct, 0: free */
	union {
		struct {
			__s32 skew;   /* >0: leaked or older than the trace; <0: over-revoked */
			__s32 adjust; /* an interrupted event that is not yet in the count */
		};
		__u64 off; /* both: 0, depth is the kernel's count */
	};
	__s32 depth;	    /* windows open; frames[] holds the first PKS_FRAMES, a block the next */
	__s32 told;	    /* part of skew already reported */
	__u32 tid;
	__u32 tgid;
	union {
		struct {
			__u8 last_kind; /* PKS_GRANT or PKS_REVOKE */
			__u8 last_context;
			__u8 pending; /* the page form was seen, its pgmap form may follow */
			__u8 last_pad;
		};
		__u32 last; /* all three */
	};
	union {
		struct {
			__u8 flags;	    /* PKS_SLOT_* */
			__u8 claim_context; /* that claimed the slot; PKS_TASK while free */
			__u8 holds;	    /* PKS_HOLDS_*: what there is to give back with the slot */
			__u8 special_pad;
		};
		__u32 special; /* all three: 0, nothing is */
#define PKS_SPECIAL_HOLDS_SHIFT 16
	};
	__u32 displaced;    /* owners of other slots whose home is this one */
	__s32 poison_stack;
	__u16 poison_site;  /* revoke site of the underflow */
	__u8 closed_at;	    /* next entry of closed[] */
	__u8 adjust_context;
	__u8 deep;	    /* with PKS_HOLDS_DEEP: the block that holds its deeper frames */
	__u8 pad[3];	    /* to a power of two: the index is then a shift */
	__u64 history_of;   /* task_struct that closed[] is of */
	struct pks_closed closed[PKS_HISTORY];
	struct pks_frame frames[PKS_FRAMES];
};
_Static_assert(sizeof(struct pks_slot) == 512, "wire ABI");

#define PKS_HOLDS_AWAY 1u /* the owner's home, by its hash, is another slot */
#define PKS_HOLDS_DEEP 2u
#define PKS_HOLDS_HIDDEN 4u /* it counts in quiet.over_revoked */

/* The frames of a thread that is nested deeper than PKS_FRAMES. */
struct pks_deep {
	__u64 owner; /* task_struct, 0: free */
	struct pks_frame frames[PKS_DEEP_FRAMES];
};
_Static_assert(sizeof(struct pks_deep) == 1544, "wire ABI");

#define PKS_GRANT  1
#define PKS_REVOKE 2

/* pks_slot's last, of a page-form event in task context. */
#define PKS_SLOT_LAST_GRANT  (PKS_GRANT | PKS_GRANT << 16)
#define PKS_SLOT_LAST_REVOKE (PKS_REVOKE | PKS_REVOKE << 16)

#define PKS_SLOT_RESYNCED 1u /* frames were guessed: page findings would be unsure */
#define PKS_SLOT_UNSURE	  4u /* an adjustment was made: it may have been a missed event */
#define PKS_SLOT_RESIDUE  2u /* a relaxed fault opened the key for this thread */

/*
 * Repeats of one finding: same class, same cause, same places. Counts each,
 * whether it is delivered or not.
 */
struct pks_fold {
	__u64 key; /* 0: free */
	__u64 count;
	__u64 first; /* CLOCK_MONOTONIC ns */
	__u64 last;
	__u8 class;    /* enum pks_class; as in struct pks_finding from here on */
	__u8 cause;
	__u8 boundary;
	__u8 write;
	__u8 fatal;
	__u8 pad[3];
	__u64 granted; /* struct pks_site's caller */
	__u64 revoked;
	__u64 ip;
};
_Static_assert(sizeof(struct pks_fold) == 64, "wire ABI");

/* The name of the thread that first came to a call site's entry, where that is a thread. */
struct pks_name {
	char comm[PKS_COMM];
};
_Static_assert(sizeof(struct pks_name) == 16, "wire ABI");

/* A thread that is inside a window, or has the key open without one: a snapshot's record. */
struct pks_inside {
	__u32 tid;
	__u32 tgid;
	__s32 count; /* current->pgmap_prot_count: below 0, revoked too often */
	__u32 pkrs;  /* the thread's own */
	__u32 nr_stack;
	__u8 running; /* on a CPU: it has no stack that could be read */
	__u8 pad[3];
	char comm[PKS_COMM];
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_inside) == 424, "wire ABI");

/* When a window that is only counted was opened. Owned by its thread until it closes. */
struct pks_tally {
	__u64 task;  /* task_struct, 0: free */
	__u64 since; /* CLOCK_MONOTONIC ns */
};
_Static_assert(sizeof(struct pks_tally) == 16, "wire ABI");

#define PKS_TALLIES	 (4096 + PKS_FRAMES) /* nested windows lie behind each other */
#define PKS_TALLY_SHARDS 16

/*
 * The struct pages that are known to be protected, by the low half of their
 * addresses: nothing of a page has to be read. And what to look at in others.
 */
struct pks_quick_pages {
	__u32 last;	/* byte */
	__u32 size;	/* in bytes of struct pages; 0: none is known */
	__u64 zone_bit; /* of page->flags: in no page of the usual zones, in all of device memory */
};
_Static_assert(sizeof(struct pks_quick_pages) == 16, "wire ABI");

/* What a thread looks like at a boundary where there is nothing to do, in one word. */
struct pks_quiet {
	union {
		struct {
			__u32 pkrs;	    /* a thread's, with the key closed; as seen last */
			/*
			 * Threads that were over-revoked and are inside windows: their count
			 * says 0 at a boundary that finds windows to put right.
			 */
			__u32 over_revoked;
		};
		__u64 word;
	};
};

/* The thread that last opened a window on a page. Never cleared: checked when used. */
struct pks_opened {
	__u64 key;  /* struct page or dev_pagemap */
	__u64 task; /* task_struct */
};
_Static_assert(sizeof(struct pks_opened) == 16, "wire ABI");

/* Who knows how many windows a thread has open; the count that events are checked with. */
enum pks_truth {
	PKS_TRUTH_PGMAP, /* the kernel: its count of windows on protected memory */
	PKS_TRUTH_KMAP,	 /* the kernel: its count of pages mapped by kmap_local_page() */
	PKS_TRUTH_NONE,	 /* nobody: only our own depth, which is not checked */
};

/* What the key of a window is. */
enum pks_key_kind {
	PKS_KEY_PAGE, /* struct page; dev_pagemap where no page is known */
	PKS_KEY_PKEY, /* number of a protection key: set and reset, it does not nest */
	PKS_KEY_ARG,  /* an argument that says nothing beyond its value */
};

#define PKS_NO_ARG 0xff

/* What the loader found out about this kernel before load; see user/kernel/dialect.c. */
struct pks_facts {
	__u64 vmemmap_base;	/* addresses of these variables, 0: not found */
	__u64 page_offset_base;
	__u64 max_pfn;
	__u64 zone_mask;    /* of the zone number in page->flags */
	__u64 zone_device;  /* what is there in a page of device memory */
	__u64 zone_bit;	    /* the highest bit of that */
	__u32 pkey_mask;    /* the two bits of the pgmap key in PKRS */
	__u32 pkey_default; /* their value while closed */
	__u32 saved_pkrs;   /* bytes below pt_regs where the saved PKRS lies, 0: nowhere */
	__u8 truth;	    /* enum pks_truth */
	__u8 key;	    /* enum pks_key_kind */
	__u8 grant_arg;	    /* of a grant by argument: the key's number, from 0, or PKS_NO_ARG */
	__u8 revoke_arg;
	__u8 storage_refuses; /* a look-up in a task storage that is in use gets no answer */
	__u8 pad[7];
};
_Static_assert(sizeof(struct pks_facts) == 72, "wire ABI");

/* Settings, constants for the verifier: the loader fixes them before load. */
struct pks_settings {
	struct pks_facts facts;
	__u32 shard_mask;  /* shards of the site statistics less one */
	__u32 stack_first; /* windows of a site whose stack is taken at first */
	__u32 grant_mask;  /* then each (grant_mask + 1)th grant's */
	__u32 revoke_mask; /* and each (revoke_mask + 1)th revoke's, of those whose caller is read */
	__u16 caller_mask; /* read the caller of each (caller_mask + 1)th revoke by grant site */
	__u16 pad2[3];
	__s32 tgid;	   /* follow: this process too, 0: none */
	__u8 by;	   /* enum pks_by: what a grant's caller stands for in grant_sites */
	__u8 keys;	   /* note what each window opened */
	__u8 pages;	   /* that is a page: compare it with what the revoke names */
	__u8 revokes;	   /* read the caller of each revoke; else of wrong ones only */
	__u8 stacks;	   /* take stacks of windows */
	__u8 effect;	   /* check at each revoke that the window had opened the key */
	__u8 follow;	   /* only threads in the followed map */
	__u8 records;	   /* deliver findings; else they are counted only */
	__u8 tally;	   /* windows are counted all together, while nothing is found */
	__u8 pad[3];
	__u64 long_hold;   /* ns; a window open for longer is a finding; 0: never */
};
_Static_assert(sizeof(struct pks_settings) == 120, "wire ABI");

/* First byte of a record that is no finding; finding classes are below. */
#define PKS_RECORD_INJECTION 0x80
#define PKS_RECORD_STOPPED   0x81 /* a thread that hunt wanted stopped; laid out as an injection */
_Static_assert(PKS_NR_CLASSES <= PKS_RECORD_INJECTION, "the first byte tells records apart");

/* What is broken on purpose; names are in user/inject/plan.c. */
enum pks_injection_kind {
	PKS_INJECT_NONE,
	PKS_SKIP_GRANT,
	PKS_SKIP_REVOKE,
	PKS_EXTRA_REVOKE,
	PKS_DELAY_REVOKE,
	PKS_FAIL_CALL,
	PKS_NR_INJECTION_KINDS,
};

/* An injection that was made, or in a dry run would have been. */
struct pks_injection {
	__u8 type;    /* PKS_RECORD_* */
	__u8 kind;    /* enum pks_injection_kind */
	__u8 context; /* enum pks_context */
	__u8 dry;
	__u32 rule;   /* number of the rule, or of hunt's function */
	__u32 nr_stack;
	__u32 serial; /* the how manieth of the run, from 1 */
	__u64 time;   /* CLOCK_MONOTONIC ns */
	__u32 tid;
	__u32 tgid;
	__u32 cpu;
	__s32 count;  /* current->pgmap_prot_count before the call */
	__u64 path;   /* of the thread in the tree of forks: the same in a repeated run */
	__u64 nth;    /* the how manieth call of that thread that passed the filters */
	__u64 caller; /* return address of the call */
	__u64 key;    /* first argument: struct page or dev_pagemap of a window */
	__s64 value;  /* what the call returned instead, or the delay in ns */
	char comm[PKS_COMM];
	__u64 stack[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_injection) == 480, "wire ABI");

/* How many of a finding go through the ring before only the count grows. */
#define PKS_FOLD_DELIVER 4

#endif
