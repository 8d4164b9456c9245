/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the loader fixes before the programs are loaded: constants for the verifier,
 * which leaves out what a setting does not ask for. Nobody writes them later.
 */
#ifndef PKSTRACE_ABI_SETTINGS_H
#define PKSTRACE_ABI_SETTINGS_H

#include <linux/types.h>

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
	__u64 vmemmap_base; /* addresses of these variables, 0: not found */
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
	__u8 kprobe_misses;   /* the kernel counts the hits that it refuses a kprobe's program */
	__u8 pad[6];
};
_Static_assert(sizeof(struct pks_facts) == 72, "shared with the loader");

/* Which threads are traced. */
enum pks_follow {
	PKS_FOLLOW_ALL,
	PKS_FOLLOW_LISTED, /* those in the followed map, and their children */
	PKS_FOLLOW_GROUP,  /* those in the control group of followed_group, and below it */
};

/* Settings, constants for the verifier: the loader fixes them before load. */
struct pks_settings {
	struct pks_facts facts;
	__u32 shard_mask;  /* shards of the site statistics less one */
	__u32 stack_first; /* windows of a site whose stack is taken at first */
	__u32 grant_mask;  /* then each (grant_mask + 1)th grant's */
	__u32 revoke_mask; /* and each (revoke_mask + 1)th revoke's, of those whose caller is read */
	__u16 caller_mask; /* read the caller of each (caller_mask + 1)th revoke by grant site */
	__u16 pad2[3];
	__s32 tgid;   /* follow: this process too, 0: none */
	__u8 by;      /* enum pks_by: what a grant's caller stands for in grant_sites */
	__u8 keys;    /* note what each window opened */
	__u8 pages;   /* that is a page: compare it with what the revoke names */
	__u8 revokes; /* read the caller of each revoke; else of wrong ones only */
	__u8 stacks;  /* take stacks of windows */
	__u8 effect;  /* check at each revoke that the window had opened the key */
	__u8 follow;  /* enum pks_follow */
	__u8 records; /* deliver findings; else they are counted only */
	__u8 tally;   /* windows are counted all together, while nothing is found */
	__u8 by_regs; /* programs on grants and revokes are on kprobes */
	__u8 pad[2];
	__u64 long_hold; /* ns; a window open for longer is a finding; 0: never */
};
_Static_assert(sizeof(struct pks_settings) == 120, "shared with the loader");
#endif
