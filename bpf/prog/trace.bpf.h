/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the programs on grants and revokes: whose call it is, which page it is
 * about, and the way into the window core. The programs themselves are in trace.bpf.c, and
 * those that break a call now and then in inject_window.bpf.c. There is one of each for
 * both kinds of entry (kernel/caller.bpf.h).
 */
#ifndef PKSTRACE_TRACE_BPF_H
#define PKSTRACE_TRACE_BPF_H

#include "core/event.bpf.h"
#include "kernel/caller.bpf.h"
#include "prog/current.bpf.h"
#include "prog/target.bpf.h"
#include "prog/pages.bpf.h"

/* Of the event's window; 0 is no key. */
static __always_inline __u64 key__read(void *ctx, enum form form, enum entry by)
{
	if (form == GRANT_ARG)
		return arg__nth(ctx, settings.facts.grant_arg, by);
	if (form == REVOKE_ARG)
		return arg__nth(ctx, settings.facts.revoke_arg, by);
	if (form == UPDATE_KEY)
		return (arg__nth(ctx, 0, by) & PKEY_MASK) + 1;
	return arg__nth(ctx, 0, by);
}

/* What the counts of a grant go to, as struct pks_site has it. */
static __always_inline __u64 aggregate__read(void *ctx, enum form form, enum entry by)
{
	if (settings.by == PKS_BY_THREAD)
		return current__key();
	if (settings.by == PKS_BY_CGROUP)
		return bpf_get_current_cgroup_id();
	return settings.by == PKS_BY_SITE ? caller__read(ctx, form, by) : 0;
}

/* The event of a traced call. False: nobody follows its thread. */
static __always_inline bool event__begin(void *ctx, enum form form, enum entry by,
					 struct task_struct *task, struct window_event *e)
{
	if (!target__wanted(task))
		return false;
	event__of_current(e, task);
	if (by == BY_REGS && e->context != PKS_TASK)
		interrupt__mark(e->context);
	if (settings.keys || form == UPDATE_KEY)
		e->key = key__read(ctx, form, by);
	e->page_form = form == GRANT_PAGE || form == REVOKE_PAGE;
	e->pgmap_form = form == GRANT_PGMAP || form == REVOKE_PGMAP;
	return true;
}

/* What event.bpf.h's functions get: form, kind of entry and path of a program. */
#define HOW(form, by, path) ((form) | (by) << 8 | (path) << 16)
#define HOW_FORM(how)	    ((enum form)((how)&0xff))
#define HOW_BY(how)	    ((enum entry)((how) >> 8 & 0xff))
#define HOW_PATH(how)	    ((enum window_path)((how) >> 16))

static __always_inline void grant_caller(void *ctx, struct window_event *e, __u32 how)
{
	e->caller = aggregate__read(ctx, HOW_FORM(how), HOW_BY(how));
}

static __always_inline void revoke_caller(void *ctx, struct window_event *e, __u32 how)
{
	e->caller = caller__read(ctx, HOW_FORM(how), HOW_BY(how));
}

static __always_inline int on_grant(void *ctx, enum form form, enum entry by)
{
	struct window_event e;

	if (!event__begin(ctx, form, by, bpf_get_current_task_btf(), &e))
		return 0;
	if (settings.effect && e.count > 0)
		e.open = pkrs__open(kernel__pkrs(~0u));
	event__granted(ctx, &e, grant_caller, HOW(form, by, PATH_ANY));
	return 0;
}

static __always_inline int on_revoke(void *ctx, enum form form, enum entry by)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!event__begin(ctx, form, by, task, &e))
		return 0;
	if (form == REVOKE_ARG) {
		e.fresh = e.context != PKS_TASK || kernel__start_time(task) > tracing_since ||
			  passed__is(e.task);
		if (settings.facts.count_source == PKS_COUNT_SOURCE_KMAP)
			e.arg = arg__nth(ctx, 1, by);
	}
	if (settings.effect) {
		e.pkrs = kernel__pkrs(~0u);
		e.open = pkrs__open(e.pkrs);
	}
	event__revoked(ctx, &e, revoke_caller, HOW(form, by, PATH_ANY));
	return 0;
}

/* Of a call on the fast path, when it is known to be a usual one. */
static __always_inline bool fast_read(void *ctx, struct window_event *e, __u32 how)
{
	enum form form = HOW_FORM(how);

	if (HOW_PATH(how) == PATH_FAST_TRACE)
		e->caller = fastpath__caller(ctx, form, HOW_BY(how));
	else if (form == GRANT_PAGE || form == GRANT_PGMAP)
		e->caller = aggregate__read(ctx, form, HOW_BY(how));
	if (HOW_PATH(how) == PATH_FAST_TRACE && unlikely(!e->caller))
		return false;
	e->now = bpf_ktime_get_ns();
	return true;
}

static __always_inline void fast_name(struct window_event *e, const struct task_struct *task)
{
	e->tid = task__tid((struct task_struct *)task);
	e->tgid = task__tgid((struct task_struct *)task);
}

/* The window that there is has opened the key. Where the key is not known, so is this. */
static __always_inline bool key__open(void)
{
	return !settings.facts.pkey_mask || pkrs__open(kernel__pkrs(~0u));
}

/* False where the fast path is barred: in an interrupt. */
static __always_inline bool fast_begin(struct window_event *e, struct task_struct *task, __u64 key)
{
	if (context__now() != PKS_TASK)
		return false;
	e->task = (__u64)task;
	e->count = kernel__pgmap_count_unchecked(task);
	e->key = key;
	return true;
}

static __always_inline int fast_grant(void *ctx, enum form form, enum entry by,
				      enum window_path path)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e = { .page_form = form == GRANT_PAGE };

	if (!fast_begin(&e, task, arg__first(ctx, by)))
		return RETURNED(false);
	if (path == PATH_FAST_TRACE && e.count && !key__open())
		return RETURNED(false);
	e.open = true;
	return event__granted_fast(ctx, &e, path, fast_read, HOW(form, by, path), fast_name, task);
}

static __always_inline bool timed_inline(void *ctx, struct pks_slot *s, struct pks_frame *f,
					 __u64 task, __u64 key, __u32 how)
{
	struct window_event e = { .task = task, .key = key };

	if (!fast_read(ctx, &e, how))
		return false;
	fastpath__timed(ctx, &e, s, f, HOW_PATH(how));
	return true;
}

#define TIMED_FUNCTION(name, FORM, BY)                                                             \
	static __noinline int name(void *ctx, struct pks_slot *s, struct pks_frame *f, __u64 task, \
				   __u64 key)                                                      \
	{                                                                                          \
		return timed_inline(ctx, s, f, task, key, HOW(FORM, BY, PATH_FAST_TRACE));         \
	}

TIMED_FUNCTION(timed_page, REVOKE_PAGE, BY_TRAMPOLINE)
TIMED_FUNCTION(timed_page_regs, REVOKE_PAGE, BY_REGS)
TIMED_FUNCTION(timed_pgmap, REVOKE_PGMAP, BY_TRAMPOLINE)
TIMED_FUNCTION(timed_pgmap_regs, REVOKE_PGMAP, BY_REGS)

static __always_inline bool fast_timed(void *ctx, const struct window_event *e, struct pks_slot *s,
				       struct pks_frame *f, __u32 how)
{
	switch (how) {
	case HOW(REVOKE_PAGE, BY_TRAMPOLINE, PATH_FAST_TRACE):
		return timed_page(ctx, s, f, e->task, e->key);
	case HOW(REVOKE_PAGE, BY_REGS, PATH_FAST_TRACE):
		return timed_page_regs(ctx, s, f, e->task, e->key);
	case HOW(REVOKE_PGMAP, BY_TRAMPOLINE, PATH_FAST_TRACE):
		return timed_pgmap(ctx, s, f, e->task, e->key);
	case HOW(REVOKE_PGMAP, BY_REGS, PATH_FAST_TRACE):
		return timed_pgmap_regs(ctx, s, f, e->task, e->key);
	}
	return timed_inline(ctx, s, f, e->task, e->key, how);
}

static __always_inline int fast_revoke(void *ctx, enum form form, enum entry by,
				       enum window_path path)
{
	struct window_event e = { .page_form = form == REVOKE_PAGE };

	if (!fast_begin(&e, bpf_get_current_task_btf(), arg__first(ctx, by)))
		return RETURNED(false);
	if (path == PATH_FAST_TRACE && !key__open())
		return RETURNED(false);
	e.open = true;
	return event__revoked_fast(ctx, &e, path, fast_timed, HOW(form, by, path));
}

/*
 * The programs' bodies. What comes behind the look at the page is a function of
 * its own, and ctx is kept in memory: an ordinary page must not save registers
 * for them. No function more than that: the stacks of those that call each other
 * must not take more than 512 bytes together (MAX_BPF_STACK).
 */
typedef int (*window_fn)(void *ctx);

/* What a first question may say of a call; the value is what its program returns then. */
enum call_verdict {
	CALL_TRACED = 0,
	CALL_SKIPPED = 1, /* not made, and not traced */
	CALL_IGNORED = 2, /* made, and of a thread that nobody follows; returned as 0 */
};

/* Returns an enum call_verdict; ctx is in memory. */
typedef int (*window_first_fn)(void *volatile *ctx);

/*
 * What a program does with a call. first: asked before it is traced; NULL: all
 * are. fast: the short way, true where it went. any: the other one. device: an
 * enum device_page of a page that its address does not tell.
 */
struct window_program {
	window_first_fn first;
	window_fn fast;
	window_fn any;
	window_fn device;
	enum entry by;
};

static __always_inline int on_page(void *ctx, const struct window_program p)
{
	struct page *page = arg__page(ctx, p.by);
	void *volatile kept;
	int verdict;

	if (page__fastpath(page)) {
		kept = ctx;
		if (p.first && unlikely(verdict = p.first(&kept)))
			return verdict & CALL_SKIPPED;
		if (unlikely(!p.fast(p.first ? kept : ctx)))
			p.any(kept);
		return p.first ? RETURNED(0) : 0;
	}
	/* By registers the page's flags are read by a call, which only device() makes. */
	if (p.by == BY_TRAMPOLINE && likely(!page__other(page, p.by)))
		return p.first ? RETURNED(0) : 0;
	kept = ctx;
	switch (p.device(kept)) {
	case PROTECTED:
		if (p.first && (verdict = p.first(&kept)))
			return verdict & CALL_SKIPPED;
		if (!p.fast(kept))
			p.any(kept);
		break;
	case PROTECTED_NOT_FAST:
		if (p.first && (verdict = p.first(&kept)))
			return verdict & CALL_SKIPPED;
		p.any(kept);
	}
	return p.first ? RETURNED(0) : 0;
}

static __always_inline int on_pgmap(void *ctx, const struct window_program p)
{
	void *volatile kept = ctx;
	int verdict;

	if (p.first && unlikely(verdict = p.first(&kept)))
		return verdict & CALL_SKIPPED;
	if (unlikely(!fastpath_open || !p.fast(p.first ? kept : ctx)))
		p.any(kept);
	return p.first ? RETURNED(0) : 0;
}

/* The functions that a program is made of, for one kind of entry. */
#define WINDOW_FUNCTIONS(suffix, BY)                                                               \
	static __noinline int page_device##suffix(void *ctx)                                       \
	{                                                                                          \
		if (BY == BY_REGS && likely(!page__other(arg__page(ctx, BY), BY)))                 \
			return NOT_PROTECTED;                                                      \
		return page__device(ctx, BY);                                                      \
	}                                                                                          \
	ANY_FUNCTION(any_grant_page##suffix, on_grant, GRANT_PAGE, BY)                             \
	ANY_FUNCTION(any_revoke_page##suffix, on_revoke, REVOKE_PAGE, BY)                          \
	ANY_FUNCTION(any_grant_pgmap##suffix, on_grant, GRANT_PGMAP, BY)                           \
	ANY_FUNCTION(any_revoke_pgmap##suffix, on_revoke, REVOKE_PGMAP, BY)                        \
	FAST_FUNCTIONS(trace, suffix, BY, PATH_FAST_TRACE)

#define ANY_FUNCTION(name, on, FORM, BY)                                                           \
	static __noinline int name(void *ctx)                                                      \
	{                                                                                          \
		return on(ctx, FORM, BY);                                                          \
	}

/* The short ways, each a function of its own. */
#define FAST_FUNCTIONS(use, suffix, BY, USE)                                                       \
	FAST_FUNCTION(use##_grant_page##suffix, fast_grant, GRANT_PAGE, BY, USE)                   \
	FAST_FUNCTION(use##_revoke_page##suffix, fast_revoke, REVOKE_PAGE, BY, USE)                \
	FAST_FUNCTION(use##_grant_pgmap##suffix, fast_grant, GRANT_PGMAP, BY, USE)                 \
	FAST_FUNCTION(use##_revoke_pgmap##suffix, fast_revoke, REVOKE_PGMAP, BY, USE)

#define FAST_FUNCTION(name, fast, FORM, BY, USE)                                                   \
	static __noinline int name(void *ctx)                                                      \
	{                                                                                          \
		return fast(ctx, FORM, BY, USE);                                                   \
	}

WINDOW_FUNCTIONS(, BY_TRAMPOLINE)
WINDOW_FUNCTIONS(_regs, BY_REGS)

#endif
