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
	__u8 pad;
};

#define DRIVE_ARGUMENTS 6  /* that are passed in registers */
#define DRIVE_REGS	21 /* words of struct pt_regs, arch/x86/include/uapi/asm/ptrace.h */

/* By which code a usual grant or revoke goes. */
enum drive_way {
	DRIVE_QUICK, /* fastpath.bpf.h, as far as it will */
	DRIVE_CORE,  /* window.bpf.h for all: what the quick way must not differ from */
	DRIVE_TALLY, /* count_only.bpf.h, as far as it will */
};

struct drive_answer {
	__s32 slot;  /* of a claim */
	__u16 inner; /* taken for the second half of a page-form event */
	__u16 quick; /* went the quick way, or the tally's */
	__u32 nofail;
};

#endif
