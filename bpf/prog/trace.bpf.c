// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants and revokes: thin wrappers around the window core. The loader knows the names of
 * the functions (user/kernel/dialect/dialect.c); only their forms are here. There are two of
 * each program, one for a trampoline and one for registers ("_regs"), of which the loader
 * loads one.
 */
#include "core/count_only.bpf.h"
#include "prog/trace.bpf.h"

const volatile __u64 form_entry[NR_FORMS] = {};

__u32 caller_offset[NR_FORMS];
__u64 callers_unknown;

__u64 known_protected;
__u64 known_unprotected;
__u64 vmemmap;

/* Before its memory is another's. */
static __always_inline int forget_pgmaps(void)
{
	known_protected = 0;
	known_unprotected = 0;
	fastpath_pages.size = 0;
	return 0;
}

SEC("?fexit")
int BPF_PROG(pgmap_gone)
{
	return forget_pgmaps();
}

SEC("?kretprobe.multi")
int pgmap_gone_regs(void *ctx)
{
	return forget_pgmaps();
}

/*
 * What has to live through a call is kept in memory here: a saved register costs
 * as much, but an ordinary page would pay for it, too.
 */
static __always_inline int count_only_grant(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_count_only *volatile kept;
	struct pks_count_only *t;
	__u64 now;

	if (unlikely(!count_only__for_grant((__u64)task, kernel__pgmap_count_unchecked(task), &t)))
		return false;
	kept = t;
	now = bpf_ktime_get_ns();
	count_only__grant(kept, now);
	return true;
}

static __always_inline int count_only_revoke(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_count_only *t =
		count_only__for_revoke((__u64)task, kernel__pgmap_count_unchecked(task));
	struct pks_count_only *volatile kept;
	__u64 now;

	if (unlikely(!t))
		return false;
	kept = t;
	now = bpf_ktime_get_ns();
	count_only__revoke(kept, now);
	return true;
}

/*
 * One function for both, pks_update_protection(pkey, protection). It sets, it
 * does not count: opening an open key, or closing a closed one, is no event.
 */
static __always_inline int on_update(void *ctx, enum form form, enum entry by)
{
	bool close = arg__nth(ctx, 1, by) & PKEY_DISABLE_ACCESS;

	if (window__holds(bpf_get_current_task(), key__read(ctx, form, by), context__now()) !=
	    close)
		return 0;
	return close ? on_revoke(ctx, form, by) : on_grant(ctx, form, by);
}

FAST_FUNCTIONS(fast_count, , BY_TRAMPOLINE, PATH_FAST_COUNT)
FAST_FUNCTIONS(fast_count, _regs, BY_REGS, PATH_FAST_COUNT)

#define PROGRAM(section, name, call)                                                               \
	SEC(section)                                                                               \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		return call;                                                                       \
	}

/* Functions of which every call counts: a pair with the key, if any, in an argument; keys. */
#define PLAIN_PROGRAM(name, on, FORM)                                                              \
	PROGRAM("?fentry", name, on(ctx, FORM, BY_TRAMPOLINE))                                     \
	PROGRAM("?kprobe.multi", name##_regs, on(ctx, FORM, BY_REGS))

PLAIN_PROGRAM(grant_arg, on_grant, GRANT_ARG)
PLAIN_PROGRAM(revoke_arg, on_revoke, REVOKE_ARG)
PLAIN_PROGRAM(update_key, on_update, UPDATE_KEY)

#define WINDOW(fast_function, any_function, suffix, BY)                                            \
	((struct window_program){ .fast = fast_function,                                           \
				  .any = any_function##suffix,                                     \
				  .device = page_device##suffix,                                   \
				  .by = BY })

/* A program for each form and use. The count-only path does not look at ctx. */
#define WINDOW_PROGRAM(name, on, any, use, fast, fast_regs)                                        \
	PROGRAM("?fentry", use##name, on(ctx, WINDOW(fast, any, , BY_TRAMPOLINE)))                 \
	PROGRAM("?kprobe.multi", use##name##_regs, on(ctx, WINDOW(fast_regs, any, _regs, BY_REGS)))

WINDOW_PROGRAM(grant_page, on_page, any_grant_page, count_only_, count_only_grant, count_only_grant)
WINDOW_PROGRAM(revoke_page, on_page, any_revoke_page, count_only_, count_only_revoke,
	       count_only_revoke)
WINDOW_PROGRAM(grant_pgmap, on_pgmap, any_grant_pgmap, count_only_, count_only_grant,
	       count_only_grant)
WINDOW_PROGRAM(revoke_pgmap, on_pgmap, any_revoke_pgmap, count_only_, count_only_revoke,
	       count_only_revoke)

#define TRACE_AND_COUNT(name, on)                                                                  \
	WINDOW_PROGRAM(name, on, any_##name, , trace_##name, trace_##name##_regs)                  \
	WINDOW_PROGRAM(name, on, any_##name, count_, fast_count_##name, fast_count_##name##_regs)

TRACE_AND_COUNT(grant_page, on_page)
TRACE_AND_COUNT(revoke_page, on_page)
TRACE_AND_COUNT(grant_pgmap, on_pgmap)
TRACE_AND_COUNT(revoke_pgmap, on_pgmap)
