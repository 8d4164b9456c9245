// SPDX-License-Identifier: GPL-2.0-only
/* What the programs have counted and kept, read from their memory. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/collector/state.h"
#include "abi/inject.h"
#include "pkstrace.skel.h"

static void loss__count(void *arg, enum pks_loss reason, unsigned int cpu, const char *program,
			__u64 count)
{
	struct collector_counts *counts = arg;

	(void)cpu;
	(void)program;
	counts->lost[reason] += count;
}

static void stat__merge(struct pks_site_stat *stat, const struct pks_site_stat *part)
{
	stat->grants += part->grants;
	stat->total += part->total;
	if (part->max > stat->max)
		stat->max = part->max;
	for (int b = 0; b < PKS_BUCKETS; b++)
		stat->hist[b] += part->hist[b];
}

static __u64 stat__closed(const struct pks_site_stat *stat)
{
	__u64 sum = 0;

	for (int b = 0; b < PKS_BUCKETS; b++)
		sum += stat->hist[b];
	return sum;
}

/* Open windows that are only counted: their grants are not in any count yet. */
static unsigned int count_only__open(const struct collector *c)
{
	unsigned int open = 0;

	for (int i = 0; i < PKS_COUNT_ONLY_ENTRIES; i++)
		open += !!c->skel->bss->count_only[i].task;
	return open;
}

bool collector__site(struct collector *c, unsigned int index, struct pks_site *site,
		     struct pks_site_stat *stat)
{
	*site = c->skel->bss->grant_sites[index];
	*stat = (struct pks_site_stat){};
	for (unsigned int shard = 0; shard < c->shards; shard++)
		stat__merge(stat, &c->stats[shard * PKS_SITES + index]);
	if (index == 0 && c->use == USE_COUNT_ONLY) {
		stat->grants += count_only__open(c);
		for (int shard = 0; shard < PKS_COUNT_ONLY_SHARDS; shard++) {
			const struct pks_site_stat *part = &c->skel->bss->count_only_stats[shard];

			stat__merge(stat, part);
			stat->grants += stat__closed(part);
		}
	}
	stat->grants += site->grants;
	return stat->grants != 0;
}

__u64 collector__caller(const struct collector *c, bool revoked, unsigned int index)
{
	const struct pks_site *sites =
		revoked ? c->skel->bss->revoke_sites : c->skel->bss->grant_sites;

	return __atomic_load_n(&sites[index % PKS_SITES].caller, __ATOMIC_RELAXED);
}

bool collector__slot(struct collector *c, unsigned int index, struct pks_slot *slot)
{
	const volatile struct pks_slot *from = &c->skel->bss->slots[index];
	__u64 owner = from->owner;

	if (!owner || from->depth <= 0)
		return false;
	memcpy(slot, (const void *)from, sizeof(*slot));
	/* It may have changed hands meanwhile: then its windows are closed. */
	return slot->owner == owner && from->owner == owner && slot->depth > 0;
}

/* Where the window is while the programs run; NULL: it is not one of those known. */
static struct pks_frame *frame__live(struct collector *c, const struct pks_slot *slot, int at,
				     unsigned int index)
{
	struct pks_overflow *deep = &c->skel->bss->overflows[slot->overflow % PKS_OVERFLOWS];

	if (at >= slot->depth || at >= PKS_DEPTH)
		return NULL;
	if (at < PKS_FRAMES)
		return &c->skel->bss->slots[index].frames[at];
	if (!(slot->holds & PKS_HOLDS_OVERFLOW) || deep->owner != slot->owner)
		return NULL;
	return &deep->frames[at - PKS_FRAMES];
}

bool collector__frame(struct collector *c, unsigned int index, const struct pks_slot *slot, int at,
		      struct pks_frame *frame)
{
	const struct pks_frame *live = frame__live(c, slot, at, index);

	if (live)
		*frame = at < PKS_FRAMES ? slot->frames[at] : *live;
	return live;
}

bool collector__mark_reported(struct collector *c, unsigned int index, const struct pks_slot *slot,
			      int at, const struct pks_frame *copy)
{
	struct pks_frame *frame = frame__live(c, slot, at, index);

	if (!frame || __atomic_fetch_or(&frame->flags, PKS_FRAME_REPORTED, __ATOMIC_SEQ_CST) &
			      PKS_FRAME_REPORTED)
		return false;
	if (__atomic_load_n(&frame->since, __ATOMIC_SEQ_CST) == copy->since)
		return true;
	/* Another window's by now, which has only just begun. */
	__atomic_fetch_and(&frame->flags, (__u8)~PKS_FRAME_REPORTED, __ATOMIC_SEQ_CST);
	return false;
}

__u64 collector__phys(const struct collector *c, __u64 page)
{
	__u64 base = c->skel->bss->vmemmap;
	unsigned int size = c->dialect->page_struct;

	return base && size && page >= base ? (page - base) / size * sysconf(_SC_PAGESIZE) : 0;
}

void collector__comm(pid_t tid, char *comm)
{
	char path[64];
	FILE *f;

	memset(comm, 0, PKS_COMM);
	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	f = fopen(path, "r");
	if (!f || !fgets(comm, PKS_COMM, f))
		strcpy(comm, "?");
	comm[strcspn(comm, "\n")] = 0;
	if (f)
		fclose(f);
}

bool collector__fold(struct collector *c, unsigned int index, struct pks_fold *fold)
{
	*fold = c->skel->bss->folds[index];
	return fold->key && fold->count;
}

void collector__thread_comm(struct collector *c, unsigned int index, char *comm)
{
	memcpy(comm, c->skel->bss->thread_names[index].comm, PKS_COMM);
	comm[PKS_COMM - 1] = 0;
}

/*
 * One place of the stacks' array, if it still holds the stack that `stack` refers to.
 * A program may overwrite it while it is copied: then its id has changed after it.
 * Pairs with stack__fill() (bpf/core/table.bpf.h).
 */
static int stack__read(struct collector *c, __s32 stack, __u64 *addresses, __u32 *modules)
{
	const __s32 homes = PKS_STACK_HOMES;
	__u32 place = stack < homes ? stack : homes + ((stack - homes) & (PKS_STACK_RING - 1));
	const struct pks_stack *s = &c->stacks[place];
	__u64 id;
	__u32 nr;

	if (place >= c->stacks_size / sizeof(*s))
		return 0;
	id = __atomic_load_n(&s->id, __ATOMIC_ACQUIRE);
	nr = s->nr;
	*modules = s->modules;
	if (id != (__u64)stack + 1 || nr > PKS_STACK_DEPTH)
		return 0;
	memcpy(addresses, s->address, nr * sizeof(*addresses));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&s->id, __ATOMIC_RELAXED) == id ? nr : 0;
}

/* The first stack of the site that `caller` is, or PKS_NO_STACK. */
static __s32 site__stack(const struct pks_site *sites, __u64 caller)
{
	for (int i = 0; caller && i < PKS_SITES; i++)
		if (sites[i].caller == caller)
			return PKS_FIRST_STACK(sites[i].home_stack);
	return PKS_NO_STACK;
}

int collector__stack(struct collector *c, struct pks_origin *origin, __u64 *addresses,
		     __u32 *modules)
{
	int n = origin->stack >= 0 ? stack__read(c, origin->stack, addresses, modules) : 0;

	if (n || !origin->caller)
		return n;
	/* Overwritten since, or never taken: what the site's first one looked like. */
	origin->flags &= ~PKS_STACK_EXACT;
	origin->stack = site__stack(c->skel->bss->grant_sites, origin->caller);
	if (origin->stack < 0)
		origin->stack = site__stack(c->skel->bss->revoke_sites, origin->caller);
	return origin->stack >= 0 ? stack__read(c, origin->stack, addresses, modules) : 0;
}

/* Windows that a thread has open, those that have leaked among them. */
static __u64 slot__open(const struct pks_slot *slot)
{
	__s32 open = slot->depth + slot->skew;

	return slot->owner && open > 0 ? open : 0;
}

int collector__counts(struct collector *c, struct collector_counts *counts)
{
	const struct pkstrace__bss *bss = c->skel->bss;
	int err;

	memset(counts, 0, sizeof(*counts));
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		counts->found[i] = bss->found[i];
	err = collector__losses(c, loss__count, counts);
	counts->delivered = c->delivered;
	counts->folded = bss->folded;
	counts->dropped = bss->dropped;
	counts->older_windows = bss->older_windows;
	counts->late_revokes = bss->late_revokes;
	counts->windows_dropped = bss->windows_dropped;
	memcpy(&counts->faults, &bss->faults, sizeof(counts->faults));
	counts->open_windows = count_only__open(c);
	for (int i = 0; i < PKS_SLOTS; i++)
		counts->open_windows += slot__open(&bss->slots[i]);
	return err;
}
