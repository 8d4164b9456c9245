/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs on grants and revokes are made of: whose call it is and where
 * it came from, which page it is about, and the way into the window core. The
 * programs themselves are in trace.bpf.c, and in inject_window.bpf.c those that
 * break a call now and then.
 */
#ifndef PKSTRACE_TRACE_BPF_H
#define PKSTRACE_TRACE_BPF_H

#include "core/fastpath.bpf.h"
#include "kernel/follow.bpf.h"
#include "kernel/context.bpf.h"

/* Entry points of the traced functions, by form; for finding the caller. */
enum form {
	GRANT_PAGE,
	REVOKE_PAGE,
	GRANT_PGMAP,
	REVOKE_PGMAP,
	GRANT_ARG,
	REVOKE_ARG,
	UPDATE_KEY,
	NR_FORMS = 8, /* a power of two */
};
extern const volatile __u64 form_entry[NR_FORMS];

/* Bytes from ctx to the caller's return address. 0: not yet known. */
extern __u32 caller_offset[NR_FORMS];
#define CALLER_UNKNOWN ~0u

/* True where the address is that behind the traced function's fentry call. */
static __always_inline bool form__entered(__u32 form, __u64 address)
{
	__u64 entry = form_entry[form & (NR_FORMS - 1)];

	return entry && address > entry && address <= entry + 16;
}

/*
 * The trampoline's frame lies above ctx: arguments, saved frame pointer, the
 * address behind the traced function's fentry call, the return address into
 * its caller (arch_prepare_bpf_trampoline(), 5.5 and later). What lies between
 * differs with the kernel and with other programs on the function, so the word
 * that points just behind the entry is looked for, once.
 */
static __noinline int caller__calibrate(void *ctx, __u32 form)
{
	__u64 word;

	for (int off = 0; off < 96; off += 8) {
		if (bpf_probe_read_kernel(&word, sizeof(word), ctx + off))
			break;
		if (form__entered(form, word)) {
			caller_offset[form & (NR_FORMS - 1)] = off + 8;
			return off + 8;
		}
	}
	caller_offset[form & (NR_FORMS - 1)] = CALLER_UNKNOWN;
	return 0;
}

/*
 * The return address as the unwinder sees it, or 0. The program, its functions and
 * the trampoline come first, then the traced function.
 */
static __noinline __u64 caller__unwind(void *ctx, __u32 form)
{
	__u64 frames[OWN_FRAMES] = {};

	if (bpf_get_stack(ctx, frames, sizeof(frames), 0) <= 0)
		return 0;
	for (int i = 0; i < OWN_FRAMES - 1; i++)
		if (form__entered(form, frames[i]))
			return frames[i + 1];
	return 0;
}

/* Return address of the traced call. Falls back to the unwinder: 0 if that fails too. */
static __always_inline __u64 caller__read(void *ctx, enum form form)
{
	__u32 off = caller_offset[form];
	__u64 caller = 0;

	if (unlikely(!off))
		off = caller__calibrate(ctx, form);
	if (likely(off && off < 128)) {
		if (!bpf_probe_read_kernel(&caller, sizeof(caller), ctx + off))
			return caller;
	}
	return caller__unwind(ctx, form);
}

/* What the counts of a grant go to, as struct pks_site has it. */
static __always_inline __u64 group__read(void *ctx, enum form form)
{
	if (settings.by == PKS_BY_THREAD)
		return bpf_get_current_pid_tgid();
	if (settings.by == PKS_BY_CGROUP)
		return bpf_get_current_cgroup_id();
	return settings.by == PKS_BY_SITE ? caller__read(ctx, form) : 0;
}

/* An argument as a number: as a typed pointer it could not be hashed. */
static __always_inline __u64 arg__nth(void *ctx, __u32 nth)
{
	__u64 key = 0;

	if (nth != PKS_NO_ARG)
		bpf_get_func_arg(ctx, nth, &key);
	return key;
}

static __always_inline __u64 arg__key(void *ctx)
{
	return arg__nth(ctx, 0);
}

/* Of the event's window; 0 is no key. */
static __always_inline __u64 key__read(void *ctx, enum form form)
{
	if (form == GRANT_ARG)
		return arg__nth(ctx, settings.facts.grant_arg);
	if (form == REVOKE_ARG)
		return arg__nth(ctx, settings.facts.revoke_arg);
	if (form == UPDATE_KEY)
		return (arg__nth(ctx, 0) & PKEY_MASK) + 1;
	return arg__key(ctx);
}

/*
 * The pgmaps seen last, protected and not: the verifier lets a program follow
 * page->pgmap only through a helper (it takes the union for a list_head), and
 * that would cost as much as all the pairing. Forgotten when a pgmap goes.
 */
extern __u64 known_protected;
extern __u64 known_unprotected;
extern __u64 vmemmap; /* the array of struct pages, for the loader; 0 until a first page was seen */

/*
 * Lets the struct pages of a protected pgmap be known by their addresses. Only
 * where their low halves tell them from all others: max_pfn counts device
 * memory, too (add_pages(), arch/x86/mm/init_64.c). The first pgmap stays it.
 */
static __noinline int pages__learn(struct dev_pagemap *pgmap)
{
	__u64 pages = kernel__word(settings.facts.vmemmap_base);
	__u64 size = bpf_core_type_size(struct page);
	__u64 max_pfn = kernel__word(settings.facts.max_pfn);
	__u64 start = BPF_CORE_READ(pgmap, range.start) >> PAGE_SHIFT;
	__u64 end = (BPF_CORE_READ(pgmap, range.end) >> PAGE_SHIFT) + 1;

	if (quick_pages.size || !pages || !max_pfn || max_pfn * size > 1ULL << 32 ||
	    end > max_pfn || start >= end || BPF_CORE_READ(pgmap, nr_range) != 1)
		return 0;
	quick_pages.last = pages + end * size - 1;
	quick_pages.size = (end - start) * size;
	if (!quick_way) /* closed meanwhile */
		quick_pages.size = 0;
	return 1;
}

static __noinline int pgmap__learn(struct page *page)
{
	struct dev_pagemap *pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	bool protected = BPF_CORE_READ(pgmap, flags) & PGMAP_PROTECTION;

	vmemmap = kernel__word(settings.facts.vmemmap_base);
	if (protected)
		known_protected = (__u64)pgmap;
	else
		known_unprotected = (__u64)pgmap;
	if (protected && quick_way)
		pages__learn(pgmap);
	return protected;
}

/* devmap_protected() of V10, on a page that the kernel is about to look at itself. */
static __always_inline bool page__protected(void *ctx)
{
	const volatile struct pks_facts *k = &settings.facts;
	struct page *page = *(struct page **)ctx;
	__u64 pgmap;

	if ((page->flags & k->zone_mask) != k->zone_device)
		return false;
	pgmap = (__u64)page->pgmap;
	if (pgmap == known_protected)
		return true;
	if (pgmap == known_unprotected)
		return false;
	return pgmap__learn((struct page *)arg__key(ctx));
}

/* The event of a traced call. False: nobody follows its thread, or it is half of one seen. */
static __always_inline bool event__begin(void *ctx, enum form form, struct task_struct *task,
					 struct window_event *e)
{
	if (!follow__wanted(task))
		return false;
	event__of_current(e, task);
	if (settings.keys || form == UPDATE_KEY)
		e->key = key__read(ctx, form);
	e->page_form = form == GRANT_PAGE || form == REVOKE_PAGE;
	if (form == GRANT_PGMAP)
		return window__inner_half(e, PKS_GRANT) <= 0;
	return form != REVOKE_PGMAP || window__inner_half(e, PKS_REVOKE) <= 0;
}

static __always_inline int on_grant(void *ctx, enum form form)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!event__begin(ctx, form, task, &e))
		return 0;
	if (settings.effect && e.count > 0)
		e.open = pkrs__open(kernel__pkrs(~0u));
	e.caller = group__read(ctx, form);
	window__grant(ctx, &e);
	return 0;
}

static __always_inline int on_revoke(void *ctx, enum form form)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct revoke_place place = { .stack = PKS_NO_STACK };
	struct window_event e;

	if (!event__begin(ctx, form, task, &e))
		return 0;
	if (form == REVOKE_ARG) {
		e.fresh = e.context != PKS_TASK || task->start_time > tracing_since ||
			  passed__is(e.task);
		if (settings.facts.truth == PKS_TRUTH_KMAP)
			e.arg = arg__nth(ctx, 1);
	}
	if (settings.effect) {
		e.pkrs = kernel__pkrs(~0u);
		e.open = pkrs__open(e.pkrs);
	}
	if (settings.revokes) {
		e.caller = caller__read(ctx, form);
		revoke__place(ctx, &e, &place);
	}
	if (likely(window__revoke(&e, &place)))
		return 0;
	if (!settings.revokes) {
		e.caller = caller__read(ctx, form);
		revoke__place(ctx, &e, &place);
	}
	window__revoke_odd(ctx, &e, &place);
	return 0;
}

/* The thread and its slot; false where the quick way is barred: in an interrupt. */
static __always_inline bool quick__begin(struct quick_event *e, __u64 key)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (context__now() != PKS_TASK)
		return false;
	e->task = (__u64)task;
	e->slot = quick__slot(e->task);
	e->count = kernel__pgmap_count_here(task);
	e->key = key;
	return true;
}

/* As caller__read(), where that has learned how; 0: it has not. */
static __always_inline __u64 quick__caller(void *ctx, enum form form)
{
	__u32 off = caller_offset[form];
	__u64 caller = 0;

	if (likely(off - 1 < 127))
		bpf_probe_read_kernel(&caller, sizeof(caller), ctx + off);
	return caller;
}

/* The usual grant. False: it is not that, and nothing was changed. */
static __always_inline bool quick_grant(void *ctx, __u64 key, enum form form, enum quick_use use)
{
	struct quick_event e = { .last = form == GRANT_PAGE ? PKS_SLOT_LAST_GRANT : PKS_GRANT };

	if (!quick__begin(&e, key))
		return false;
	e.open = use != QUICK_TRACE || !e.count || pkrs__open(kernel__pkrs(~0u));
	if (!quick__may_grant(&e))
		return false;
	e.caller = use == QUICK_TRACE ? quick__caller(ctx, form) : group__read(ctx, form);
	if (use == QUICK_TRACE && unlikely(!e.caller))
		return false;
	e.now = bpf_ktime_get_ns();
	return quick__grant(ctx, &e, use);
}

static __always_inline bool quick_revoke(void *ctx, __u64 key, enum form form, enum quick_use use)
{
	struct quick_event e = { .last = form == REVOKE_PAGE ? PKS_SLOT_LAST_REVOKE : PKS_REVOKE };
	struct pks_frame *f;

	if (!quick__begin(&e, key))
		return false;
	e.open = use != QUICK_TRACE || pkrs__open(kernel__pkrs(~0u));
	f = quick__top(&e, use);
	if (!f)
		return false;
	if (use != QUICK_TRACE || unlikely(!quick__pass(&e, f))) {
		if (use == QUICK_TRACE) {
			e.caller = quick__caller(ctx, form);
			if (unlikely(!e.caller))
				return false;
		}
		e.now = bpf_ktime_get_ns();
		quick__measure(ctx, &e, f, use);
	}
	quick__close(&e);
	return true;
}

static __noinline int any_grant_page(void *ctx)
{
	return on_grant(ctx, GRANT_PAGE);
}

static __noinline int any_revoke_page(void *ctx)
{
	return on_revoke(ctx, REVOKE_PAGE);
}

static __noinline int any_grant_pgmap(void *ctx)
{
	return on_grant(ctx, GRANT_PGMAP);
}

static __noinline int any_revoke_pgmap(void *ctx)
{
	return on_revoke(ctx, REVOKE_PGMAP);
}

/* The page, read once: the compiler would rather read it again. */
static __always_inline struct page *page__of(void *ctx)
{
	struct page *page = *(struct page **)ctx;

	asm volatile("" : "+r"(page));
	return page;
}

static __always_inline bool page__quick(const struct page *page)
{
	__u32 before_last = quick_pages.last;

	/* Of pointers the verifier allows no arithmetic but this, with its low half. */
	asm volatile("%0 -= %1" : "+w"(before_last) : "w"((__u32)(__u64)page));
	return before_last < quick_pages.size;
}

/* Without asking more of an ordinary page than one bit. */
static __always_inline bool page__other(const struct page *page)
{
	return page->flags & quick_pages.zone_bit;
}

/* A page that is not known by its address. */
enum device_page { NOT_PROTECTED, PROTECTED, PROTECTED_NOT_QUICK };

static __noinline int page__device(void *ctx)
{
	if (!page__protected(ctx))
		return NOT_PROTECTED;
	return quick_way ? PROTECTED : PROTECTED_NOT_QUICK;
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

/* A plain constant would be kept in a saved register through all calls, to be returned. */
#define RETURNED(constant)                                            \
	({                                                            \
		int value;                                            \
                                                                      \
		asm volatile("%0 = %1" : "=w"(value) : "i"(constant)); \
		value;                                                \
	})

/*
 * first: asked before a call is traced; NULL: all are. quick: the short way, true
 * where it went. any: the other one.
 */
static __always_inline int on_page(void *ctx, window_first_fn first, window_fn quick, window_fn any)
{
	struct page *page = page__of(ctx);
	void *volatile kept;
	int verdict;

	if (page__quick(page)) {
		kept = ctx;
		if (first && unlikely(verdict = first(&kept)))
			return verdict & CALL_SKIPPED;
		if (unlikely(!quick(first ? kept : ctx)))
			any(kept);
		return first ? RETURNED(0) : 0;
	}
	if (likely(!page__other(page)))
		return first ? RETURNED(0) : 0;
	kept = ctx;
	switch (page__device(ctx)) {
	case PROTECTED:
		if (first && (verdict = first(&kept)))
			return verdict & CALL_SKIPPED;
		if (!quick(kept))
			any(kept);
		break;
	case PROTECTED_NOT_QUICK:
		if (first && (verdict = first(&kept)))
			return verdict & CALL_SKIPPED;
		any(kept);
	}
	return first ? RETURNED(0) : 0;
}

static __always_inline int on_pgmap(void *ctx, window_first_fn first, window_fn quick, window_fn any)
{
	void *volatile kept = ctx;
	int verdict;

	if (first && unlikely(verdict = first(&kept)))
		return verdict & CALL_SKIPPED;
	if (unlikely(!quick_way || !quick(first ? kept : ctx)))
		any(kept);
	return first ? RETURNED(0) : 0;
}

/* A short way as a function of its own. */
#define QUICK_FUNCTION(name, what, FORM, use)                                                      \
	static __noinline int name(void *ctx)                                                      \
	{                                                                                          \
		return quick_##what(ctx, *(__u64 *)ctx, FORM, use);                                \
	}

QUICK_FUNCTION(trace_grant_page, grant, GRANT_PAGE, QUICK_TRACE)
QUICK_FUNCTION(trace_revoke_page, revoke, REVOKE_PAGE, QUICK_TRACE)
QUICK_FUNCTION(trace_grant_pgmap, grant, GRANT_PGMAP, QUICK_TRACE)
QUICK_FUNCTION(trace_revoke_pgmap, revoke, REVOKE_PGMAP, QUICK_TRACE)

#endif
