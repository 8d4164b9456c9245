/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables that the programs keep in their memory and the loader reads while they
 * run, or afterwards. No wire ABI: loader and programs are built together. Fixed-width
 * types all the same, and sizes asserted, for two compilers lay them out.
 *
 * Who writes what, who reads it, and what orders them stands at each structure.
 * "The thread" means its programs in task context and those of interrupts that hit
 * it: on one CPU, the later one ends first. The loader runs on another CPU and may
 * read anything at any time.
 */
#ifndef PKSTRACE_ABI_TABLES_H
#define PKSTRACE_ABI_TABLES_H

#include "abi/record.h"

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
	PKS_LOST_RING,	     /* ring buffer full: a finding not delivered */
	PKS_LOST_SLOT,	     /* no thread slot free: an event not paired */
	PKS_LOST_NESTING,    /* nested deeper than the stack: no attribution */
	PKS_LOST_SITE,	     /* call-site table full: counted as "other" */
	PKS_LOST_STACK,	     /* a stack could not be captured */
	PKS_LOST_MISMATCH,   /* depth differed from the kernel's count */
	PKS_LOST_FOLD,	     /* fold table full: repeats not counted apart */
	PKS_LOST_RECURSION,  /* a program refused to nest (filled in by the loader) */
	PKS_LOST_STORAGE,    /* task storage refused: a thread perhaps not followed */
	PKS_LOST_BLOCKED,    /* a thread ran where the kernel runs no program of a kprobe */
	PKS_LOST_INTERRUPT,  /* an interrupt hit such a program: its windows, if any, unseen */
	PKS_LOST_PREEMPTION, /* the kernel became preemptible: nothing traced since */
	PKS_LOST_HOOKS,	     /* the kernel no longer calls the programs: nothing traced since */
	PKS_LOST_CALLER,     /* the caller of a grant or revoke could not be found */
	PKS_LOST_MODULE,     /* ring buffer full: the coming or going of a module not delivered */
	PKS_NR_LOSSES,
};

#define PKS_FRAMES	    16 /* windows of a thread that its slot has room for */
#define PKS_OVERFLOW_FRAMES 64 /* and further ones, in a block of their own */
#define PKS_DEPTH	    (PKS_FRAMES + PKS_OVERFLOW_FRAMES)
#define PKS_OVERFLOWS	    64 /* threads nested so deep at one moment */
#define PKS_HISTORY	    2
#define PKS_SLOTS	    4096 /* threads inside a window at one moment */
#define PKS_SHARDS	    16	 /* of the sites' counts, at most */
#define PKS_SITES	    2048 /* grant call sites, and as many revoke call sites */
#define PKS_OPENED	    4096
#define PKS_FOLDS	    4096
#define PKS_BUCKETS	    128 /* hold time: 4 linear steps per power of two */

/*
 * A captured stack. The array of them has a place for the first stack of each
 * grant site (at its index) and of each revoke site (PKS_SITES further), then a
 * ring for those of single windows. A reference to the ring grows for ever; the
 * place is its low bits, and the id tells whether it was overwritten since.
 *
 * Writer: whoever changes id to busy, by compare and exchange, until it stores the
 * next one (stack__fill()). Reader: the loader, which looks at id before and after
 * (stack__read()).
 */
struct pks_stack {
	__u64 id;      /* reference + 1; 0: empty; PKS_STACK_BUSY: somebody writes here */
	__u32 nr;      /* addresses */
	__u32 modules; /* how many modules had come or gone by then: struct pks_module_event */
	__u64 address[PKS_STACK_DEPTH];
};
_Static_assert(sizeof(struct pks_stack) == 848, "shared with the loader");

#define PKS_STACK_BUSY	(~0ULL)
#define PKS_STACK_HOMES (2 * PKS_SITES)
#define PKS_STACK_RING	8192
#define PKS_STACKS	(PKS_STACK_HOMES + PKS_STACK_RING)

/*
 * A call site of grants, or of revokes; claimed once, never freed. Entry 0 of
 * each table stands for all sites that found no place, and by thread for those
 * ended ones whose place another thread needed.
 *
 * Any CPU writes: caller by compare and exchange (site__claim()), flags and counts by
 * atomic operations. skip, taken, revoke_skip and revoke_site only decide which events
 * are looked at more closely, and where an event that was not is said to have been:
 * they are stored plainly, and of two CPUs that do so at once one has no effect. What
 * is stored is always a value that some CPU meant.
 */
struct pks_site {
	__u64 caller; /* return address into the caller, 0: free; see PKS_BY_* for what else */
	__u64 grants; /* of those that the short way of a full trace took */
	__u64 closed; /* and of their windows' ends those whose time was not read */
	/*
	 * Reference of its first stack, plus 1; 0: none was taken yet; PKS_STACK_TAKING:
	 * one is, by whoever has changed 0 to that (stack__keep()). Then it stays.
	 */
	__s32 home_stack;
	__u32 skip;	   /* events until the next whose stack is due */
	__u32 flags;	   /* PKS_SITE_* */
	__u32 taken;	   /* stacks so far, up to the first ones */
	__u16 revoke_site; /* of grants: where such a window was revoked last, as far as read */
	__u16 revoke_skip; /* revokes until the next whose caller and time are read */
	__u32 pad[5];	   /* to a power of two: the index is then a shift */
};
_Static_assert(sizeof(struct pks_site) == 64, "shared with the loader");

#define PKS_STACK_TAKING (-1)

/* Of a site's home_stack: the reference of its first stack, or PKS_NO_STACK. */
#define PKS_FIRST_STACK(home_stack) ((home_stack) > 0 ? (home_stack)-1 : PKS_NO_STACK)

#define PKS_SITE_SUSPECT 1u /* had a finding: take the stack of each window */
#define PKS_SITE_ENDED	 2u /* by thread: it has ended, and may make room for another */

/*
 * Counts of one grant site, one shard. A grant counts at once, the rest at its
 * revoke; struct pks_site has more of both.
 *
 * Atomic operations of any CPU; a shard makes it unlikely, not impossible, that two
 * come at once. The loader reads field by field: what it has read of total, max and
 * hist need not be of the same windows.
 */
struct pks_site_stat {
	__u64 grants;
	__u64 total;		 /* ns held, of the windows in hist */
	__u64 max;		 /* ns */
	__u64 hist[PKS_BUCKETS]; /* windows closed whose time was read, by hold time */
};
_Static_assert(sizeof(struct pks_site_stat) == 1048, "shared with the loader");

/*
 * A window that a thread holds. Written by the thread, before the slot's depth takes
 * it in. Read by other CPUs, for whose window a page is (opened__holder()), and by the
 * loader, for windows held too long: since goes in last, and is read before and after.
 */
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
_Static_assert(sizeof(struct pks_frame) == 24, "shared with the loader");

#define PKS_PLACE_CONTEXT_SHIFT 16 /* where context is in place */
#define PKS_PLACE_FLAGS_SHIFT	24 /* and flags */

#define PKS_FRAME_UNKNOWN  1u /* grant not seen: any revoke fits */
#define PKS_FRAME_REPORTED 2u /* reported as held too long, or about to be: whoever sets it does */
#define PKS_FRAME_CLOSED   4u /* granted with the key closed, nested: it opened nothing */
#define PKS_FRAME_TAKEN	   8u /* revoked by an interrupt of the thread; it does not know */

/* A window that a thread closed. Written and read by that thread alone. */
struct pks_closed {
	__u64 key;
	__u64 when; /* CLOCK_MONOTONIC ns */
	__s32 grant_stack;
	__s32 revoke_stack;
	__u16 grant_site;
	__u16 revoke_site;
	__u32 flags; /* PKS_STACK_OF_ANOTHER */
};
_Static_assert(sizeof(struct pks_closed) == 32, "shared with the loader");

/*
 * What is known of one thread. Owned by the thread (owner = its task_struct)
 * only while it must be: a window is open or its count is skewed. A thread
 * whose windows are all closed gives the slot back, so the pool bounds the
 * threads inside a window at one moment, not the threads that ever had one.
 * Invariant after each event: kernel count == depth + skew + adjust.
 *
 * owner: 0 to a task by compare and exchange on any CPU, in that task's name; back to
 * 0 by a plain store of that task's own, after all else that it wrote: whoever claims
 * the slot next finds it. displaced: atomic, any CPU. special: atomic where an
 * interrupt of the owner may change it at the same time. The rest: the owner's programs
 * alone. An interrupt of the owner that comes between two stores of a program finds
 * what it would have found before or after the event, for the event is noted (depth)
 * by one store.
 */
struct pks_slot {
	__u64 owner; /* task_struct, 0: free */
	union {
		struct {
			__s32 skew;   /* >0: leaked or older than the trace; <0: over-revoked */
			__s32 adjust; /* an interrupted event that is not yet in the count */
		};
		__u64 off; /* both: 0, depth is the kernel's count */
	};
	__s32 depth;	/* windows open; frames[] holds the first PKS_FRAMES, a block the next */
	__s32 reported; /* part of skew already reported */
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
			__u8 holds; /* PKS_HOLDS_*: what there is to give back with the slot */
			__u8 special_pad;
		};
		__u32 special; /* all three: 0, nothing is */
	};
	__u32 displaced; /* owners of other slots whose home is this one */
	__s32 poison_stack;
	__u16 poison_site; /* revoke site of the underflow */
	__u8 closed_at;	   /* next entry of closed[] */
	__u8 adjust_context;
	__u8 overflow;	  /* with PKS_HOLDS_OVERFLOW: the block that holds its deeper frames */
	__u8 pad[3];	  /* to a power of two: the index is then a shift */
	__u64 history_of; /* task_struct that closed[] is of */
	struct pks_closed closed[PKS_HISTORY];
	struct pks_frame frames[PKS_FRAMES];
};
_Static_assert(sizeof(struct pks_slot) == 512, "shared with the loader");

#define PKS_SPECIAL_HOLDS_SHIFT 16 /* where holds are in special */

#define PKS_HOLDS_AWAY	   1u /* the owner's home, by its hash, is another slot */
#define PKS_HOLDS_OVERFLOW 2u
#define PKS_HOLDS_HIDDEN   4u /* it counts in quiet.over_revoked */

/*
 * The frames of a thread that is nested deeper than PKS_FRAMES. owner: claimed by
 * compare and exchange, given back by a plain store; frames: as those of the slot.
 */
struct pks_overflow {
	__u64 owner; /* task_struct, 0: free */
	struct pks_frame frames[PKS_OVERFLOW_FRAMES];
};
_Static_assert(sizeof(struct pks_overflow) == 1544, "shared with the loader");

#define PKS_GRANT  1
#define PKS_REVOKE 2

/* pks_slot's last, of a page-form event in task context. */
#define PKS_SLOT_LAST_GRANT  (PKS_GRANT | PKS_GRANT << 16)
#define PKS_SLOT_LAST_REVOKE (PKS_REVOKE | PKS_REVOKE << 16)

#define PKS_SLOT_RESYNCED 1u /* frames were guessed, or calls missed: no findings from them */
#define PKS_SLOT_UNSURE	  4u /* an adjustment was made: it may have been a missed event */
#define PKS_SLOT_RESIDUE  2u /* a relaxed fault opened the key for this thread */

/*
 * Repeats of one finding: same class, same cause, same places. Counts each,
 * whether it is delivered or not.
 *
 * Whoever claims key, by compare and exchange, writes what the finding is; another CPU
 * may count a repeat before that. So the loader reads them when the programs are
 * detached. last: a plain store, of one of those who come at once.
 */
struct pks_fold {
	__u64 key; /* 0: free */
	__u64 count;
	__u64 first; /* CLOCK_MONOTONIC ns */
	__u64 last;
	__u8 class; /* enum pks_class; as in struct pks_finding from here on */
	__u8 cause;
	__u8 boundary;
	__u8 write;
	__u8 fatal;
	__u8 pad[3];
	__u64 granted; /* struct pks_site's caller */
	__u64 revoked;
	__u64 ip;
};
_Static_assert(sizeof(struct pks_fold) == 64, "shared with the loader");

/*
 * The name of the thread that first came to a call site's entry, where that is a thread.
 * Written by that thread when it has claimed the entry; until then zeros, or a name that
 * is gone.
 */
struct pks_name {
	char comm[PKS_COMM];
};
_Static_assert(sizeof(struct pks_name) == 16, "shared with the loader");
/*
 * When a window that is only counted was opened. task: claimed by compare and exchange,
 * given back by a plain store of the owner's; since: the owner alone.
 */
struct pks_count_only {
	__u64 task;  /* task_struct, 0: free */
	__u64 since; /* CLOCK_MONOTONIC ns */
};
_Static_assert(sizeof(struct pks_count_only) == 16, "shared with the loader");

#define PKS_COUNT_ONLY_ENTRIES (4096 + PKS_FRAMES) /* nested windows lie behind each other */
#define PKS_COUNT_ONLY_SHARDS  16

/*
 * The struct pages that are known to be protected, by the low half of their
 * addresses: nothing of a page has to be read. And what to look at in others.
 *
 * last is claimed once a trace and stays; size is 0 whenever these pages are not to be
 * taken for protected. So whoever reads size first and then last (page__fastpath()) never
 * has one of one pgmap and the other of another (pages__publish()). Any CPU writes them,
 * and the loader size, as 0. zone_bit: the loader's, before `tracing`.
 */
struct pks_fastpath_pages {
	__u32 last;	/* byte; 0: no pgmap was seen */
	__u32 size;	/* in bytes of struct pages; 0: none is known */
	__u64 zone_bit; /* of page->flags: in no page of the usual zones, in all of device memory */
};
_Static_assert(sizeof(struct pks_fastpath_pages) == 16, "shared with the loader");

/*
 * What a thread looks like at a boundary where there is nothing to do, in one word that
 * is read by one load. pkrs: a plain store of any CPU. over_revoked: atomic, any CPU;
 * a boundary that comes between a thread's event and its count is not that thread's.
 */
struct pks_quiet {
	union {
		struct {
			__u32 pkrs;	    /* a thread's, with the key closed; as seen last */
			__u32 over_revoked; /* threads inside windows that their count hides */
		};
		__u64 word;
	};
};

/*
 * The thread that last opened a window on a page. Two plain stores of any CPU, never
 * cleared: a hint. What it says is checked where it is used (opened__holder()).
 */
struct pks_opened {
	__u64 key;  /* struct page or dev_pagemap */
	__u64 task; /* task_struct */
};
_Static_assert(sizeof(struct pks_opened) == 16, "shared with the loader");

/*
 * Protection-key faults by the page's key, as two witnesses saw them. Atomic operations
 * of any CPU; read by the loader at the end.
 */
struct pks_faults {
	__u64 seen[PKS_FAULT_KEYS];  /* by the page fault tracepoint */
	__u64 asked[PKS_FAULT_KEYS]; /* by the callback that decides about the pgmaps' key */
	__u64 other[PKS_FAULT_KEYS]; /* by the handler of all keys: not the pgmaps' */
};
_Static_assert(sizeof(struct pks_faults) == 408, "shared with the loader");

/* How many of a finding go through the ring before only the count grows. */
#define PKS_FOLD_DELIVER 4

/*
 * Interrupts of one kind, where programs are on kprobes and the kernel does not count
 * what it refuses: a kind is a softirq's number, or an interrupt's number or vector.
 */
struct pks_interrupt {
	__u64 unseen; /* ended while the kernel would run no program of a kprobe on their CPU */
	__u64 calls;  /* others of the kind, in which grants or revokes were seen */
};
_Static_assert(sizeof(struct pks_interrupt) == 16, "wire ABI");

/*
 * The first bytes of a traced function, as they are in memory. The loader writes the address
 * and reads the rest, around a run of the program that fills it in (read_entries()).
 */
struct pks_entry_text {
	__u64 address; /* 0: unused */
	__u8 text[16];
	__u64 read; /* whether it could be */
};
_Static_assert(sizeof(struct pks_entry_text) == 32, "shared with the loader");

#define PKS_ENTRY_TEXTS 32

/* What a pass over all threads has found; the loader sets it to zeros before. */
struct pks_family {
	__s32 tgid;  /* the kernel's own number of the process */
	__u32 added; /* threads that are followed from this pass on */
	__u32 alive; /* others that are followed, and have not ended */
	__u32 pad;
};
_Static_assert(sizeof(struct pks_family) == 16, "shared with the loader");

/*
 * Whose numbers of threads and processes are shown. Filled in by a program that the loader
 * runs, before any other runs.
 */
struct pks_pid_view {
	__u64 ns;    /* struct pid_namespace */
	__u32 level; /* 0: the first one's */
	__u32 pad;
};
_Static_assert(sizeof(struct pks_pid_view) == 16, "shared with the loader");

#define PKS_INTERRUPTS	      256
#define PKS_INTERRUPT_SOFTIRQ 0x80 /* in the index: else the number's low bits */

#endif
