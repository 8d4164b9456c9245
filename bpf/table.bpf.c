// SPDX-License-Identifier: GPL-2.0-only
/* The slow halves of the table look-ups. */
#include "table.bpf.h"

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
			s->away = 1;
			__sync_fetch_and_add(&slots[h & (PKS_SLOTS - 1)].displaced, 1);
		}
		return (h + i) & (PKS_SLOTS - 1);
	}
	lost__add(PKS_LOST_SLOT, 1);
	return -1;
}

static __always_inline void site__begin(struct pks_site *s, __u32 at, __u32 revoke)
{
	s->stack = PKS_NO_STACK;
	if (settings.by == PKS_BY_THREAD && !revoke)
		bpf_get_current_comm(group_names[at & (PKS_SITES - 1)].comm, PKS_COMM);
}

__noinline int site__claim(__u32 revoke, __u64 caller)
{
	__u32 h = HASH(caller, SITE_BITS);

	if (!caller) /* not known: no site of its own, and a free entry looks just so */
		return 0;
	for (int i = 0; i < SITE_PROBES; i++) {
		__u32 at = (h + i) & (PKS_SITES - 1);
		struct pks_site *s = revoke ? &revoke_sites[at] : &grant_sites[at];
		__u64 was = s->caller;

		if (!at)
			continue;
		if (!was) {
			was = __sync_val_compare_and_swap(&s->caller, 0, caller);
			if (!was)
				site__begin(s, at, revoke);
		}
		if (!was || was == caller)
			return at;
	}
	lost__add(PKS_LOST_SITE, 1);
	return 0;
}
