// SPDX-License-Identifier: GPL-2.0-only
/* Assembles the record of a finding. Global functions: see table.bpf.h. */
#include "core/finding.bpf.h"
#include "core/count_only.bpf.h"
#include "kernel/page.bpf.h"

__noinline int origin__of_history(struct finding_request *r, __u32 slot, __u64 key)
{
	const struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];

	if (!r || !key)
		return 0;
	for (int i = 0; i < PKS_HISTORY; i++) {
		const struct pks_closed *c = &s->closed[(s->closed_at - 1 - i) & (PKS_HISTORY - 1)];

		if (c->key != key)
			continue;
		origin__set(&r->granted, &grant_sites[c->grant_site & (PKS_SITES - 1)], 0,
			    c->grant_stack);
		/* Who closed it first; the revoke stack of an underflow is the current one. */
		if (r->class == PKS_UNDERFLOW) {
			sibling__set(r, c->revoke_site | SIBLING_REVOKE, c->revoke_stack);
		} else {
			origin__set(&r->revoked, &revoke_sites[c->revoke_site & (PKS_SITES - 1)],
				    c->when, c->revoke_stack);
			r->revoked.flags |= c->flags;
		}
		return 1;
	}
	return 0;
}

/* The window of the slot's owner on `key`, if it has one, into r. */
static __always_inline int holder__take(__u32 slot, __u64 key, __u64 task,
					struct finding_request *r)
{
	struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	__u64 other = READ_ONCE(s->owner);
	const struct pks_frame *live;
	struct pks_frame f;
	__u32 tid;
	int at;

	/* Its revoke may be among the calls that were missed. */
	if (!r || !other || other == task || READ_ONCE(s->depth) <= 0 ||
	    (s->flags & PKS_SLOT_RESYNCED))
		return 0;
	at = frames__find(slot, key, PKS_DEPTH, PKS_NR_CONTEXTS);
	if (at < 0)
		return 0;
	live = frame__at(s, at);
	f.since = READ_ONCE(live->since);
	barrier();
	f.key = live->key;
	f.stack = live->stack;
	f.place = live->place;
	tid = s->tid;
	barrier();
	/* The thread runs on: was all of it one window's? Pairs with frame__begin(). */
	if (READ_ONCE(s->owner) != other || READ_ONCE(s->depth) <= at || f.key != key ||
	    READ_ONCE(live->since) != f.since || !f.since)
		return 0;
	r->other_tid = tid;
	r->granted_site = f.site;
	origin__of_frame(&r->granted, &f);
	return 1;
}

struct holder_job {
	__u64 key;
	__u64 task;
	__s32 slot;
	__u32 pad;
};

/* Of a thread that is nested deeper than its slot has frames for, only those are looked at. */
static long holder__probe(__u32 slot, void *arg)
{
	struct holder_job *job = arg;
	const struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	__u64 owner = READ_ONCE(s->owner);
	__s32 depth = READ_ONCE(s->depth);

	if (!owner || owner == job->task || depth <= 0)
		return 0;
	for (int i = 0; i < PKS_FRAMES; i++)
		if (i < depth && s->frames[i].key == job->key)
			job->slot = slot;
	return job->slot >= 0;
}

/*
 * Who came last is looked at first. Others may have opened a window on the same key since,
 * and closed it, or on one with the same hash: then all slots are looked at.
 */
__noinline int opened__holder(__u64 key, __u64 task, struct finding_request *r)
{
	const struct pks_opened *o = &opened[hash(key, OPENED_BITS) & (PKS_OPENED - 1)];
	struct holder_job job = { .key = key, .task = task, .slot = -1 };

	if (!r || !key)
		return 0;
	if (READ_ONCE(o->key) == key && READ_ONCE(o->task) != task)
		job.slot = slot__find_any(READ_ONCE(o->task));
	if (job.slot < 0 || frames__find(job.slot, key, PKS_DEPTH, PKS_NR_CONTEXTS) < 0) {
		job.slot = -1;
		bpf_loop(PKS_SLOTS, holder__probe, &job, 0);
	}
	return job.slot >= 0 && holder__take(job.slot, key, task, r);
}

static __always_inline void finding__file(struct pks_finding *f, struct page *page, bool device)
{
	struct kernel_file_page file;

	if (!kernel__page_file(page, device, &file))
		return;
	f->index = file.index;
	f->ino = file.ino;
	f->dev = file.dev;
}

/*
 * The page's place: physical address, pgmap, and the file that it belongs to.
 * A key outside the array of struct pages is a pgmap: a window without a page.
 */
static __always_inline void finding__page(struct pks_finding *f)
{
	struct page *page = (struct page *)f->key;
	struct dev_pagemap *pgmap;
	__u64 vmemmap = kernel__word(settings.facts.vmemmap_base);
	const volatile struct pks_facts *k = &settings.facts;
	__u32 size = kernel__page_size_of();
	bool device;

	if (!vmemmap || !size)
		return;
	if (f->key < vmemmap || f->key - vmemmap >= VMEMMAP_SPAN) {
		if (settings.facts.count_source != PKS_COUNT_SOURCE_PGMAP)
			return;
		f->pgmap = f->key;
		f->pgmap_start = kernel__pgmap_start((struct dev_pagemap *)page);
		return;
	}
	f->phys = ((f->key - vmemmap) / size) << PAGE_SHIFT;
	device = (kernel__page_flags(page, BY_REGS) & k->zone_mask) == k->zone_device;
	if (device) {
		pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
		f->pgmap = (__u64)pgmap;
		f->pgmap_start = kernel__pgmap_start(pgmap);
	}
	finding__file(f, page, device);
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

static __always_inline void fold__begin(struct pks_fold *f, const struct window_event *e,
					const struct finding_request *r)
{
	f->first = e->now;
	f->class = r->class;
	f->cause = r->cause;
	f->boundary = r->boundary;
	f->write = r->write;
	f->fatal = r->fatal;
	f->granted = r->granted.caller;
	f->revoked = r->revoked.caller;
	f->ip = r->ip ? r->ip : e->caller;
}

struct fold_job {
	__u64 key;
	__u32 at; /* where its entry is */
	__u8 found;
	__u8 claimed;
	__u8 pad[2];
};

static long fold__probe(__u32 i, void *arg)
{
	struct fold_job *job = arg;
	__u32 at = (hash(job->key, FOLD_BITS) + i) & (PKS_FOLDS - 1);
	__u64 was = folds[at].key;

	if (!was) {
		was = __sync_val_compare_and_swap(&folds[at].key, 0, job->key);
		job->claimed = !was;
	}
	job->found = !was || was == job->key;
	job->at = at;
	return job->found;
}

/* Counts one more of a finding; says how many there were before, up to a few. */
static __always_inline int fold__add(__u64 key, const struct window_event *e,
				     const struct finding_request *r)
{
	struct fold_job job = { .key = key };
	struct pks_fold *f;
	__u64 was;

	bpf_loop(FOLD_PROBES, fold__probe, &job, 0);
	if (!job.found) {
		lost__add(PKS_LOST_FOLD, 1);
		return 0;
	}
	f = &folds[job.at & (PKS_FOLDS - 1)];
	if (job.claimed)
		fold__begin(f, e, r);
	f->last = e->now;
	was = __sync_fetch_and_add(&f->count, 1);
	return was < PKS_FOLD_DELIVER ? was : PKS_FOLD_DELIVER;
}

/* Of an origin nothing is known: its zeros must not name the stack with key 0. */
static __always_inline void origin__blank(struct pks_origin *o)
{
	if (!o->caller && !o->flags)
		o->stack = PKS_NO_STACK;
}

static __always_inline void origin__of_sibling(struct pks_origin *o,
					       const struct finding_request *r)
{
	const struct pks_site *table =
		r->sibling_site & SIBLING_REVOKE ? revoke_sites : grant_sites;

	__builtin_memset(o, 0, sizeof(*o));
	if (r->sibling_site)
		origin__set(o, &table[r->sibling_site & (PKS_SITES - 1)], 0, r->sibling_stack);
}

/* Whose window, and who revoked it. */
static __always_inline void finding__origins(struct pks_finding *f, const struct finding_request *r)
{
	f->granted = r->granted;
	f->revoked = r->revoked;
	origin__of_sibling(&f->sibling, r);
	f->siblings = r->siblings;
	__builtin_memset(f->pad, 0, sizeof(f->pad));
	origin__blank(&f->granted);
	origin__blank(&f->revoked);
	origin__blank(&f->sibling);
}

__noinline int finding__fill(struct pks_finding *f, const struct window_event *e,
			     const struct finding_request *r)
{
	if (!f || !e || !r)
		return 0;
	f->class = r->class;
	f->cause = r->cause;
	f->boundary = r->boundary;
	f->context = e->context;
	f->write = r->write;
	f->fatal = r->fatal;
	f->unsure = r->unsure;
	f->pkey = r->pkey;
	f->time = e->now;
	f->tid = e->tid;
	f->tgid = e->tgid;
	f->cpu = bpf_get_smp_processor_id();
	f->pkrs = r->pkrs;
	f->error_code = r->error_code;
	f->count = e->count;
	f->depth = r->depth;
	f->skew = r->skew;
	f->address = r->boundary ? 0 : r->address;
	f->ip = r->ip ? r->ip : e->caller;
	f->key = r->key;
	f->key2 = r->key2;
	f->phys = 0;
	f->pgmap = 0;
	f->pgmap_start = 0;
	f->held = r->granted.time && r->class != PKS_STRAY_ACCESS ? e->now - r->granted.time : 0;
	f->arg = r->boundary ? r->arg : 0;
	f->ino = 0;
	f->index = 0;
	f->dev = 0;
	f->other_tid = r->other_tid;
	finding__origins(f, r);
	bpf_get_current_comm(f->comm, sizeof(f->comm));
	/* What was accessed is a page, whatever windows are on. */
	if (r->key && (settings.facts.key == PKS_KEY_PAGE || r->class == PKS_STRAY_ACCESS))
		finding__page(f);
	return 0;
}

__noinline __u64 finding__count(const struct window_event *e, const struct finding_request *r)
{
	__u64 fold;

	if (!e || !r || r->class >= PKS_NR_CLASSES)
		return 0;
	count_only__end();
	__sync_fetch_and_add(&found[r->class], 1);
	if (r->granted_site)
		site__suspect(&grant_sites[r->granted_site & (PKS_SITES - 1)]);
	fold = finding__fold_key(e, r);
	if (fold__add(fold, e, r) < PKS_FOLD_DELIVER && settings.records)
		return fold;
	__sync_fetch_and_add(&folded, 1);
	return 0;
}
