/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings: what the core knows about one is put into the ring buffer together with the
 * current stack. Every finding is first counted by class and folded by place, so totals
 * never depend on the ring.
 */
#ifndef PKSTRACE_FINDING_BPF_H
#define PKSTRACE_FINDING_BPF_H

#include "core/table.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ring SEC(".maps") __weak;

/* A finding as the code that found it describes it; finding__fill() adds the rest. */
struct finding_request {
	__u8 class; /* PKS_CLASS_NONE: nothing was found */
	__u8 cause;
	__u8 boundary;
	__u8 unsure;
	__u8 write;
	__u8 fatal;
	__u16 granted_site; /* becomes suspect */
	__u32 other_tid;
	__u32 pkrs;
	__u32 error_code;
	__s32 depth;
	__s32 skew;
	__u8 pkey;
	__u8 siblings;
	__u16 sibling_site; /* where the sibling in the record was; 0: there is none */
	__u64 key;
	__u64 key2;
	union {
		__u64 address;
		__s64 arg; /* with a boundary */
	};
	__u64 ip;
	__s32 sibling_stack;
	__u32 pad;
	struct pks_origin granted;
	struct pks_origin revoked;
};
_Static_assert(sizeof(struct finding_request) == 120, "no holes: it is passed as memory");

/* The last window on `key` closed by the thread of a slot. 0 if it is forgotten. */
int origin__of_history(struct finding_request *r, __u32 slot, __u64 key);

/* Looks for another thread with a window on `key`; its grant and tid go into r. 0: none. */
int opened__holder(__u64 key, __u64 task, struct finding_request *r);

/* No x86-64 vmemmap is larger: 2^52 bytes of memory, 64 bytes a page. */
#define VMEMMAP_SPAN (1ULL << 46)

/* The key of a window that has no page: outside the array of struct pages. */
static __always_inline bool key__is_pgmap(__u64 key)
{
	__u64 vmemmap = kernel__word(settings.facts.vmemmap_base);

	return settings.facts.count_source == PKS_COUNT_SOURCE_PGMAP && vmemmap &&
	       (key < vmemmap || key - vmemmap >= VMEMMAP_SPAN);
}

/* Counts a finding by class and by fold. Returns the key of the fold if a record is due, else 0. */
__u64 finding__count(const struct window_event *e, const struct finding_request *r);

/* Writes all of a record except its stack and fold; ring memory is not zeroed. */
int finding__fill(struct pks_finding *f, const struct window_event *e,
		  const struct finding_request *r);

/* From now on, takes the stack of each of its windows and reads the caller of each revoke. */
static __always_inline void site__suspect(struct pks_site *site)
{
	__sync_fetch_and_or(&site->flags, PKS_SITE_SUSPECT);
	site->skip = 0;
	site->revoke_skip = 0;
}

static __always_inline void origin__set(struct pks_origin *o, const struct pks_site *site,
					__u64 time, __s32 stack)
{
	o->caller = site->caller;
	o->time = time;
	o->flags = stack >= 0 ? PKS_STACK_EXACT : 0;
	o->stack = stack >= 0	? stack :
		   site->caller ? PKS_FIRST_STACK(site->home_stack) :
				  PKS_NO_STACK;
}

#define SIBLING_REVOKE 0x8000 /* in sibling_site: of revoke_sites, not of grant_sites */
_Static_assert(PKS_SITES <= SIBLING_REVOKE, "a bit that is no site's");

/* Small in the request, which lies on a stack with little room. */
static __always_inline void sibling__set(struct finding_request *r, __u16 site, __s32 stack)
{
	r->sibling_site = site;
	r->sibling_stack = stack;
}

static __always_inline void origin__of_frame(struct pks_origin *o, const struct pks_frame *f)
{
	origin__set(o, &grant_sites[f->site & (PKS_SITES - 1)], f->since, f->stack);
}

/* The newest window of a slot into r. False if the slot (-1: none) has none. */
static __always_inline bool origin__of_newest(int slot, struct finding_request *r)
{
	struct pks_slot *s = &slots[slot & (PKS_SLOTS - 1)];
	__u32 top = s->depth - 1;
	const struct pks_frame *f = frame__at(s, top);

	if (slot < 0 || top >= (__u32)frames__room(s))
		return false;
	r->key = f->key;
	r->granted_site = f->site;
	origin__of_frame(&r->granted, f);
	return true;
}

/* Counts what becomes of a finding: it is delivered, folded or dropped. */
static __always_inline void finding__drop(void)
{
	__sync_fetch_and_add(&dropped, 1);
	lost__add(PKS_LOST_RING, 1);
}

/*
 * Counts, folds and delivers a finding. Never fails: what is lost is counted. The record is
 * written in place in the ring, so nobody else can overwrite it, neither an interrupt nor a
 * thread that preempts this one.
 */
static __always_inline void finding__emit(void *ctx, const struct window_event *e,
					  const struct finding_request *r)
{
	__u64 fold = finding__count(e, r);
	struct pks_finding *f;
	long n;

	if (!fold)
		return;
	f = bpf_ringbuf_reserve(&ring, sizeof(*f), 0);
	if (!f) {
		finding__drop();
		return;
	}
	f->fold = fold;
	finding__fill(f, e, r);
	n = bpf_get_stack(ctx, f->stack, STACK_BYTES, 0);
	f->nr_stack = n > 0 ? n / sizeof(__u64) : 0;
	f->cut = f->nr_stack == settings.stack_depth;
	if (n <= 0)
		lost__add(PKS_LOST_STACK, 1);
	bpf_ringbuf_submit(f, 0);
}

#endif
