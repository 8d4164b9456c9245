/* SPDX-License-Identifier: GPL-2.0-only */
/* What the harness tells the BPF side to put through the window core. */
#ifndef PKSTRACE_TESTS_DRIVE_H
#define PKSTRACE_TESTS_DRIVE_H

#include <linux/types.h>

/* One event of a thread that does not exist: a window_event with plain types. */
struct drive_op {
	__u64 task;
	__u64 key;
	__u64 caller;
	__u64 now;
	__s64 arg;
	__u32 tid;
	__s32 count;	/* the kernel's, before the event */
	__u8 context;	/* enum pks_context */
	__u8 page_form; /* grant, revoke: from the page form, else the pgmap form */
	__u8 open;	/* PKRS does not deny the key */
	__u8 handled;	/* fault: relaxed, the access goes on */
	__u8 boundary;	/* enum pks_boundary */
	__u8 fresh;	/* revoke: no window is older than the trace */
	__u8 way;	/* enum drive_way */
	__u8 event;	/* enum drive_event; of one in a batch */
};

enum drive_event {
	DRIVE_GRANT,
	DRIVE_REVOKE,
	DRIVE_FAULT,
	DRIVE_BOUNDARY,
	DRIVE_PUBLISH,	 /* pages up to `key` that are `count` bytes are known */
	DRIVE_UNPUBLISH, /* none are */
	DRIVE_LOOK,	 /* is `key` one of them? Counted in the batch. */
	DRIVE_MEET,	 /* wait until `count` workers have come to this meeting, number `key` */
};

#define DRIVE_ARGUMENTS 6  /* that are passed in registers */
#define DRIVE_REGS	21 /* words of struct pt_regs, arch/x86/include/uapi/asm/ptrace.h */

/* By which code a usual grant or revoke goes. */
enum drive_way {
	DRIVE_FAST,	  /* fastpath.bpf.h, as far as it will */
	DRIVE_CORE,	  /* window.bpf.h for all: what the fast path must not differ from */
	DRIVE_COUNT_ONLY, /* count_only.bpf.h, as far as it will */
};

struct drive_answer {
	__s32 slot;  /* of a claim */
	__u16 inner; /* taken for the second half of a page-form event */
	__u16 fast;  /* went the fast path, or the count-only path's */
	__u32 nofail;
};

#define DRIVE_WORKERS  4 /* programs that drive batches; powers of two */
#define DRIVE_BATCH    64
#define DRIVE_MEETINGS 4096
#define DRIVE_PATIENCE 20000

/* Written by its worker alone, before it runs its program. */
struct drive_batch {
	struct drive_op ops[DRIVE_BATCH];
	__u32 nr;
	struct drive_answer answer; /* to the last grant or revoke */
	__u32 known;		    /* looks that found a page known */
};

#endif
