// SPDX-License-Identifier: GPL-2.0-only
/* Slow paths of the table lookups. */
#include "core/table.bpf.h"

__noinline int slot__find_any(__u64 task)
{
	__u32 h = slot__hash(task);

	for (int i = 0; i < SLOT_PROBES; i++)
		if (slots[(h + i) & (PKS_SLOTS - 1)].owner == task)
			return (h + i) & (PKS_SLOTS - 1);
	return -1;
}

__noinline int slot__claim(__u64 task, __u32 context)
{
	__u32 h = slot__hash(task);

	for (int i = 0; i < SLOT_PROBES; i++) {
		struct pks_slot *s = &slots[(h + i) & (PKS_SLOTS - 1)];

		if (s->owner || __sync_val_compare_and_swap(&s->owner, 0, task))
			continue;
		s->claim_context = context;
		if (i) {
			s->holds = PKS_HOLDS_AWAY;
			__sync_fetch_and_add(&slots[h & (PKS_SLOTS - 1)].displaced, 1);
		}
		return (h + i) & (PKS_SLOTS - 1);
	}
	lost__add(PKS_LOST_SLOT, 1);
	return -1;
}

/* The tables' longer loops: see window.bpf.c about bpf_loop(). */
struct probe_job {
	__u64 key;
	__u32 hash;
	__u32 revoke;
	__u32 shard;
	__s32 at; /* what was found; below 0: nothing */
};

static long overflow__probe(__u32 i, void *arg)
{
	struct probe_job *job = arg;
	struct pks_overflow *d = &overflows[i & (PKS_OVERFLOWS - 1)];

	if (d->owner || __sync_val_compare_and_swap(&d->owner, 0, job->key))
		return 0;
	job->at = i;
	return 1;
}

__noinline int overflow__claim(__u32 slot)
{
	struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	struct probe_job job = { .key = s->owner, .at = -1 };

	bpf_loop(PKS_OVERFLOWS, overflow__probe, &job, 0);
	if (job.at < 0)
		return 0;
	s->overflow = job.at;
	s->holds |= PKS_HOLDS_OVERFLOW;
	return 1;
}

struct find_job {
	__u64 key;
	__u32 slot;
	__u32 context;
	__s32 below;
	__s32 at;
};

static long frame__match(__u32 i, void *arg)
{
	struct find_job *job = arg;
	struct pks_slot *s = &slots[job->slot & (PKS_SLOTS - 1)];
	const struct pks_frame *f = frame__at(s, i);

	if ((__s32)i >= job->below || (__s32)i >= s->depth || (__s32)i >= frames__room(s))
		return 1;
	if (f->key == job->key && (job->context == PKS_NR_CONTEXTS || f->context == job->context))
		job->at = i;
	return 0;
}

__noinline int frames__find(__u32 slot, __u64 key, int below, __u32 context)
{
	struct find_job job = {
		.key = key, .slot = slot, .context = context, .below = below, .at = -1
	};

	bpf_loop(PKS_DEPTH, frame__match, &job, 0);
	return job.at;
}

/* By whoever has claimed the entry. All else in it begins with zeros: it is in use from then on. */
static __always_inline void site__begin(__u32 at, __u32 revoke)
{
	if (settings.by != PKS_BY_THREAD || revoke)
		return;
	bpf_get_current_comm(thread_names[at & (PKS_SITES - 1)].comm, PKS_COMM);
}

/* An interrupt may still count for the thread that has ended: what it adds stays, or moves. */
static __always_inline void count__move(__u64 *to, __u64 *from)
{
	__sync_fetch_and_add(to, __sync_lock_test_and_set(from, 0));
}

static long bucket__move(__u32 b, void *arg)
{
	const struct probe_job *job = arg;
	__u32 from_at = job->shard * PKS_SITES + job->at, to_at = job->shard * PKS_SITES;
	struct pks_site_stat *from = bpf_map_lookup_elem(&stats, &from_at);
	struct pks_site_stat *to = bpf_map_lookup_elem(&stats, &to_at);

	if (!from || !to)
		return 1;
	count__move(&to->hist[b & (PKS_BUCKETS - 1)], &from->hist[b & (PKS_BUCKETS - 1)]);
	return 0;
}

/* The counts of one entry's shard go to those of entry 0. */
static long shard__move(__u32 shard, void *arg)
{
	struct probe_job *job = arg;
	__u32 from_at = shard * PKS_SITES + job->at, to_at = shard * PKS_SITES;
	struct pks_site_stat *from = bpf_map_lookup_elem(&stats, &from_at);
	struct pks_site_stat *to = bpf_map_lookup_elem(&stats, &to_at);

	if (!from || !to)
		return 1;
	job->shard = shard;
	bpf_loop(PKS_BUCKETS, bucket__move, job, 0);
	count__move(&to->grants, &from->grants);
	count__move(&to->total, &from->total);
	max__raise(&to->max, __sync_lock_test_and_set(&from->max, 0));
	return 0;
}

static long site__reuse_probe(__u32 i, void *arg)
{
	struct probe_job *job = arg;
	__u32 at = (job->hash + i) & (PKS_SITES - 1);
	struct pks_site *s = &grant_sites[at];
	__u32 flags = s->flags;

	if (!at || !(flags & PKS_SITE_ENDED) ||
	    __sync_val_compare_and_swap(&s->flags, flags, 0) != flags)
		return 0;
	job->at = at;
	return 1;
}

/* The place of a thread that has ended, for another one; 0: none is near. */
static __noinline int site__reuse(__u64 caller)
{
	struct probe_job job = { .hash = hash(caller, SITE_BITS), .at = -1 };

	bpf_loop(SITE_PROBES, site__reuse_probe, &job, 0);
	if (job.at < 0)
		return 0;
	bpf_loop(settings.shard_mask + 1, shard__move, &job, 0);
	site__begin(job.at, 0);
	store_release(&grant_sites[job.at & (PKS_SITES - 1)].caller, caller);
	return job.at;
}

static long site__probe(__u32 i, void *arg)
{
	struct probe_job *job = arg;
	__u32 at = (job->hash + i) & (PKS_SITES - 1);
	struct pks_site *s = job->revoke ? &revoke_sites[at] : &grant_sites[at];
	__u64 was = s->caller;

	if (!at)
		return 0;
	if (!was) {
		was = __sync_val_compare_and_swap(&s->caller, 0, job->key);
		if (!was)
			site__begin(at, job->revoke);
	}
	if (was && was != job->key)
		return 0;
	job->at = at;
	return 1;
}

__noinline int site__claim(__u32 revoke, __u64 caller)
{
	struct probe_job job = {
		.key = caller, .hash = hash(caller, SITE_BITS), .revoke = revoke, .at = -1
	};

	if (!caller) /* not known: no site of its own, and a free entry looks just so */
		return 0;
	bpf_loop(SITE_PROBES, site__probe, &job, 0);
	if (job.at < 0 && settings.by == PKS_BY_THREAD && !revoke)
		job.at = site__reuse(caller) ?: -1;
	if (job.at > 0)
		return job.at;
	lost__add(PKS_LOST_SITE, 1);
	return 0;
}

static long site__end_probe(__u32 i, void *arg)
{
	struct probe_job *job = arg;
	__u32 at = (job->hash + i) & (PKS_SITES - 1);

	if (!at || grant_sites[at].caller != job->key)
		return 0;
	__sync_fetch_and_or(&grant_sites[at].flags, PKS_SITE_ENDED);
	return 1;
}

__noinline int site__end(__u64 caller)
{
	struct probe_job job = { .key = caller, .hash = hash(caller, SITE_BITS) };

	bpf_loop(SITE_PROBES, site__end_probe, &job, 0);
	return 0;
}
