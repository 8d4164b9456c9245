/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what the core knows of one, put into the ring buffer with the
 * stack of the moment. Every finding is counted by class and folded by place
 * before the ring is tried, so that totals never depend on the ring.
 */
#ifndef PKSTRACE_FINDING_BPF_H
#define PKSTRACE_FINDING_BPF_H

#include "table.bpf.h"

/* No x86-64 vmemmap is larger: 2^52 bytes of memory, 64 bytes a page. */
#define VMEMMAP_SPAN (1ULL << 46)

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ring SEC(".maps") __weak;

/* A finding as its finder words it; finding__emit() adds what is common. */
struct finding_request {
	__u8 class;
	__u8 cause;
	__u8 boundary;
	__u8 unsure;
	__u8 write;
	__u8 fatal;
	__u16 granted_site; /* becomes suspect */
	__u32 other_tid;
	__u32 pkrs;
	__u32 error_code;
	__u64 key;
	__u64 key2;
	__u64 address;
	__u64 ip;
	__s64 arg;
	struct pks_origin granted;
	struct pks_origin revoked;
};

static __always_inline void origin__set(struct pks_origin *o, const struct pks_site *site,
					__u64 time, __s32 stack)
{
	o->caller = site->caller;
	o->time = time;
	o->flags = stack >= 0 ? PKS_STACK_EXACT : 0;
	o->stack = stack >= 0 ? stack : site->caller ? site->stack : PKS_NO_STACK;
}

static __always_inline void origin__of_frame(struct pks_origin *o, const struct pks_frame *f)
{
	origin__set(o, &grant_sites[f->site & (PKS_SITES - 1)], f->since, f->stack);
}

/* The window on `key` that this thread closed last, if it is still remembered. */
static __noinline int origin__of_history(struct finding_request *r, const struct pks_slot *s,
					 __u64 key)
{
	for (int i = 0; i < PKS_HISTORY; i++) {
		const struct pks_closed *c = &s->closed[(s->closed_at - 1 - i) & (PKS_HISTORY - 1)];

		if (!c->key || c->key != key)
			continue;
		origin__set(&r->granted, &grant_sites[c->grant_site & (PKS_SITES - 1)], 0,
			    c->grant_stack);
		/* An underflow's own revoke stack is the current one: keep it. */
		if (r->class != PKS_UNDERFLOW)
			origin__set(&r->revoked, &revoke_sites[c->revoke_site & (PKS_SITES - 1)],
				    c->when, c->revoke_stack);
		return 1;
	}
	return 0;
}

/* Another thread with a window open on `key`: its grant and tid go into r. */
static __noinline int opened__holder(__u64 key, __u64 task, struct finding_request *r)
{
	const struct pks_opened *o = &opened[HASH(key, OPENED_BITS) & (PKS_OPENED - 1)];
	const struct pks_slot *s;
	int i;

	if (!key || o->key != key || o->task == task)
		return 0;
	i = slot__find(o->task);
	if (i < 0)
		return 0;
	s = &slots[i & (PKS_SLOTS - 1)];
	for (int n = 0; n < PKS_FRAMES && n < s->depth; n++) {
		if (s->frames[n].key != key)
			continue;
		r->other_tid = s->tid;
		r->granted_site = s->frames[n].site;
		origin__of_frame(&r->granted, &s->frames[n]);
		return 1;
	}
	return 0;
}

/*
 * The page's place: physical address, pgmap, and the file that it belongs to.
 * A key outside the array of struct pages is a pgmap: a window without a page.
 */
static __always_inline int finding__page(struct pks_finding *f)
{
	/* Read back: the record holds a number where r->key may still be a pointer. */
	__u64 key = *(volatile __u64 *)&f->key;
	struct page *page = (struct page *)key;
	struct dev_pagemap *pgmap;
	struct address_space *mapping;
	struct inode *inode;
	struct super_block *sb;
	__u64 vmemmap = kernel__word(settings.facts.vmemmap_base);
	__u32 size = bpf_core_type_size(struct page);

	if (!vmemmap || !size)
		return 0;
	if (key < vmemmap || key - vmemmap >= VMEMMAP_SPAN) {
		f->pgmap = key;
		f->pgmap_start = BPF_CORE_READ((struct dev_pagemap *)key, range.start);
		return 0;
	}
	f->phys = ((key - vmemmap) / size) << PAGE_SHIFT;
	/* In a variable: BPF_CORE_READ() would relocate f->pgmap too. */
	pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	f->pgmap = (__u64)pgmap;
	f->pgmap_start = BPF_CORE_READ(pgmap, range.start);
	mapping = BPF_CORE_READ(page, mapping);
	if (!mapping || ((__u64)mapping & PAGE_MAPPING_FLAGS))
		return 0;
	inode = BPF_CORE_READ(mapping, host);
	if (!inode)
		return 0;
	f->index = kernel__page_index(page);
	f->ino = BPF_CORE_READ(inode, i_ino);
	sb = BPF_CORE_READ(inode, i_sb);
	f->dev = BPF_CORE_READ(sb, s_dev);
	return 0;
}

static __always_inline __u64 finding__fold_key(const struct window_event *e,
					       const struct finding_request *r)
{
	__u64 key = ((__u64)r->class << 24) | (r->cause << 16) | (r->boundary << 8) | 1;

	key = (key + r->granted.caller) * HASH_FACTOR;
	key = (key + r->revoked.caller) * HASH_FACTOR;
	key = (key + (r->ip ? r->ip : e->caller)) * HASH_FACTOR;
	return key | 1;
}

static __always_inline void finding__fill(struct pks_finding *f, const struct window_event *e,
					  const struct finding_request *r,
					  const struct pks_slot *s)
{
	f->class = r->class;
	f->cause = r->cause;
	f->boundary = r->boundary;
	f->context = e->context;
	f->write = r->write;
	f->fatal = r->fatal;
	f->unsure = r->unsure;
	f->pad = 0;
	f->time = e->now;
	f->tid = e->tid;
	f->tgid = e->tgid;
	f->cpu = bpf_get_smp_processor_id();
	f->pkrs = r->pkrs;
	f->error_code = r->error_code;
	f->count = e->count;
	f->depth = s ? s->depth : 0;
	f->skew = s ? s->skew : 0;
	f->address = r->address;
	f->ip = r->ip ? r->ip : e->caller;
	f->key = r->key;
	f->key2 = r->key2;
	f->phys = 0;
	f->pgmap = 0;
	f->pgmap_start = 0;
	f->held = r->granted.time && r->class != PKS_STRAY_ACCESS ? e->now - r->granted.time : 0;
	f->arg = r->arg;
	f->ino = 0;
	f->index = 0;
	f->dev = 0;
	f->other_tid = r->other_tid;
	f->granted = r->granted;
	f->revoked = r->revoked;
}

/* Counts, folds and delivers a finding. Never fails: what is lost is counted. */
static __noinline int finding__emit(const struct window_event *e, const struct finding_request *r,
				    const struct pks_slot *s)
{
	struct pks_finding *f;
	__u64 fold;
	long n;

	if (r->class < PKS_NR_CLASSES)
		__sync_fetch_and_add(&found[r->class], 1);
	if (r->granted_site)
		grant_sites[r->granted_site & (PKS_SITES - 1)].flags |= PKS_SITE_SUSPECT;
	fold = finding__fold_key(e, r);
	if (fold__add(fold, e->now) >= PKS_FOLD_DELIVER)
		return 0;

	f = bpf_ringbuf_reserve(&ring, sizeof(*f), 0);
	if (!f) {
		lost__add(PKS_LOST_RING, 1);
		return 0;
	}
	finding__fill(f, e, r, s);
	f->fold = fold;
	bpf_get_current_comm(f->comm, sizeof(f->comm));
	if (r->key)
		finding__page(f);
	n = bpf_get_stack(e->ctx, f->stack, sizeof(f->stack), 0);
	f->nr_stack = n > 0 ? n / sizeof(__u64) : 0;
	if (n <= 0)
		lost__add(PKS_LOST_STACK, 1);
	bpf_ringbuf_submit(f, 0);
	return 0;
}

#endif
