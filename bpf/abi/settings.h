/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the loader sets before load: constants for the verifier, which removes the code for
 * whatever a setting does not ask for. Nobody writes them later.
 */
#ifndef PKSTRACE_ABI_SETTINGS_H
#define PKSTRACE_ABI_SETTINGS_H

#include "abi/record.h"

/* Who knows how many windows a thread has open: the count that events are checked against. */
enum pks_count_source {
	PKS_COUNT_SOURCE_PGMAP, /* the kernel: its count of windows on protected memory */
	PKS_COUNT_SOURCE_KMAP,	/* the kernel: its count of pages mapped by kmap_local_page() */
	PKS_COUNT_SOURCE_NONE,	/* nobody: there is only our own depth, unchecked */
};

/* What the key of a window is. */
enum pks_key_kind {
	PKS_KEY_PAGE, /* struct page; dev_pagemap where no page is known */
	PKS_KEY_PKEY, /* number of a protection key: set and reset, without nesting */
	PKS_KEY_ARG,  /* an argument of which only the value matters */
};

#define PKS_NO_ARG 0xff

/* Kinds of tracers that put an address of their own in place of a return address. */
#define PKS_RETURN_HOOKS 2

/* What the loader has found out about this kernel; see user/kernel/dialect/dialect.c. */
struct pks_facts {
	__u64 vmemmap_base; /* addresses of these variables, 0: not found */
	__u64 page_offset_base;
	__u64 max_pfn;
	__u64 page_table;  /* the kernel's, its topmost level */
	__u64 five_levels; /* of a variable: whether there are five levels of it, or four */
	__u64 zone_mask;   /* mask of the zone number in page->flags */
	__u64 zone_device; /* its value for a page of device memory */
	__u64 zone_bit;	   /* the highest bit of that value */
	__u64 return_hooks[PKS_RETURN_HOOKS]; /* where hooked functions return to; 0: no such */
	__u32 pkey_mask;    /* the two bits of the pgmap key in PKRS, 0: it is not known */
	__u32 pkey_default; /* their value while access is closed */
	__u32 saved_pkrs;   /* bytes from the saved PKRS to pt_regs, 0: it is not saved there */
	__u8 count_source;  /* enum pks_count_source */
	__u8 key;	    /* enum pks_key_kind */
	__u8 grant_arg;	    /* grants by argument: the index of the key, from 0, or PKS_NO_ARG */
	__u8 revoke_arg;
	__u8 storage_refuses; /* a lookup in a task storage that is in use fails */
	__u8 kprobe_misses;   /* the kernel counts the hits that it refuses a kprobe's program */
	__u8 pad[6];
};
_Static_assert(sizeof(struct pks_facts) == 104, "shared with the loader");

/* Which threads are traced. */
enum pks_target {
	PKS_TARGET_ALL,
	PKS_TARGET_LISTED, /* those in target_threads, and their children */
	PKS_TARGET_CGROUP, /* those in the control group of target_cgroup, and below it */
};

/* Settings, constant from load on. */
struct pks_settings {
	struct pks_facts facts;
	__u32 shard_mask;  /* number of shards of the site statistics, minus one */
	__u32 stack_first; /* number of first windows of a site whose stack is taken */
	__u32 grant_mask;  /* then that of every (grant_mask + 1)th grant */
	__u32 revoke_mask; /* and of every (revoke_mask + 1)th revoke, of those whose caller is read */
	__u16 caller_mask; /* per grant site, read the caller of every (caller_mask + 1)th revoke */
	__u16 pad2[3];
	__s32 tgid;	  /* with a target: this process too; 0: none */
	__u8 by;	  /* enum pks_by: what to store as the caller in grant_sites */
	__u8 keys;	  /* keep the key of each window */
	__u8 pages;	  /* it is a page: compare it with the one the revoke names */
	__u8 revokes;	  /* read the caller of every revoke, not only of wrong ones */
	__u8 stacks;	  /* take stacks of windows */
	__u8 effect;	  /* check at every revoke that the window had opened the key */
	__u8 target;	  /* enum pks_target */
	__u8 records;	  /* deliver findings, instead of only counting them */
	__u8 count_only;  /* count all windows together, as long as nothing is found */
	__u8 by_regs;	  /* programs on grants and revokes are on kprobes */
	__u8 pid_view;	  /* threads have other numbers in /proc than the kernel's own */
	__u8 stack_depth; /* frames of a stack that are taken, PKS_STACK_DEPTH at most */
	__u8 window_log;  /* deliver each window that has ended */
	__u8 pad3[7];
	__u64 long_hold;     /* report windows open longer than this, in ns; 0: none */
	__u64 ftrace_switch; /* address of the int that switches ftrace on; 0: there is none */
};
_Static_assert(sizeof(struct pks_settings) == 168, "shared with the loader");
#endif
