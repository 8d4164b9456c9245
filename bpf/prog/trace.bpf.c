// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants and revokes: thin wrappers around the window core. The loader names
 * the functions (user/kernel/dialect.c); here stand only their forms.
 */
#include "core/count_only.bpf.h"
#include "prog/trace.bpf.h"

const volatile __u64 form_entry[NR_FORMS] = {};

__u32 caller_offset[NR_FORMS];

__u64 known_protected;
__u64 known_unprotected;
__u64 vmemmap;

SEC("fexit")
int BPF_PROG(pgmap_gone)
{
	known_protected = 0;
	known_unprotected = 0;
	quick_pages.size = 0;
	return 0;
}

/*
 * What has to live through a call is kept in memory here: a saved register costs
 * as much, but an ordinary page would pay for it, too.
 */
static __always_inline int tally_grant(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf(), *volatile kept_task;
	struct pks_tally *t = tally__for_grant((__u64)task, kernel__pgmap_count_here(task));
	struct pks_tally *volatile kept;
	__u64 now;

	if (unlikely(!t))
		return false;
	kept_task = task;
	kept = t;
	now = bpf_ktime_get_ns();
	tally__grant(kept, (__u64)kept_task, now);
	return true;
}

static __always_inline int tally_revoke(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_tally *t = tally__for_revoke((__u64)task, kernel__pgmap_count_here(task));
	struct pks_tally *volatile kept;
	__u64 now;

	if (unlikely(!t))
		return false;
	kept = t;
	now = bpf_ktime_get_ns();
	tally__revoke(kept, now);
	return true;
}

/* A pair of functions with the key, if any, in an argument: every call counts. */
SEC("fentry")
int BPF_PROG(grant_arg)
{
	return on_grant(ctx, GRANT_ARG);
}

SEC("fentry")
int BPF_PROG(revoke_arg)
{
	return on_revoke(ctx, REVOKE_ARG);
}

/*
 * One function for both, pks_update_protection(pkey, protection). It sets, it
 * does not count: opening an open key, or closing a closed one, is no event.
 */
SEC("fentry")
int BPF_PROG(update_key)
{
	bool close = arg__nth(ctx, 1) & PKEY_DISABLE_ACCESS;

	if (window__holds(bpf_get_current_task(), key__read(ctx, UPDATE_KEY), context__now()) !=
	    close)
		return 0;
	return close ? on_revoke(ctx, UPDATE_KEY) : on_grant(ctx, UPDATE_KEY);
}

QUICK_FUNCTION(count_grant_page_quick, grant, GRANT_PAGE, QUICK_COUNT)
QUICK_FUNCTION(count_revoke_page_quick, revoke, REVOKE_PAGE, QUICK_COUNT)
QUICK_FUNCTION(count_grant_pgmap_quick, grant, GRANT_PGMAP, QUICK_COUNT)
QUICK_FUNCTION(count_revoke_pgmap_quick, revoke, REVOKE_PGMAP, QUICK_COUNT)

/* A program for each form and use. */
#define WINDOW_PROGRAM(name, on, quick, any)                                                       \
	SEC("?fentry")                                                                             \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		return on(ctx, NULL, quick, any);                                                  \
	}

WINDOW_PROGRAM(tally_grant_page, on_page, tally_grant, any_grant_page)
WINDOW_PROGRAM(tally_revoke_page, on_page, tally_revoke, any_revoke_page)
WINDOW_PROGRAM(tally_grant_pgmap, on_pgmap, tally_grant, any_grant_pgmap)
WINDOW_PROGRAM(tally_revoke_pgmap, on_pgmap, tally_revoke, any_revoke_pgmap)

WINDOW_PROGRAM(grant_page, on_page, trace_grant_page, any_grant_page)
WINDOW_PROGRAM(revoke_page, on_page, trace_revoke_page, any_revoke_page)
WINDOW_PROGRAM(grant_pgmap, on_pgmap, trace_grant_pgmap, any_grant_pgmap)
WINDOW_PROGRAM(revoke_pgmap, on_pgmap, trace_revoke_pgmap, any_revoke_pgmap)

WINDOW_PROGRAM(count_grant_page, on_page, count_grant_page_quick, any_grant_page)
WINDOW_PROGRAM(count_revoke_page, on_page, count_revoke_page_quick, any_revoke_page)
WINDOW_PROGRAM(count_grant_pgmap, on_pgmap, count_grant_pgmap_quick, any_grant_pgmap)
WINDOW_PROGRAM(count_revoke_pgmap, on_pgmap, count_revoke_pgmap_quick, any_revoke_pgmap)
