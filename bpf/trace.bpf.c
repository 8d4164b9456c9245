// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants, revokes and boundaries: thin wrappers around the window core. The
 * loader names the functions (user/dialect.c); here stand only their forms.
 */
#include "window.bpf.h"
#include "follow.bpf.h"
#include "event_of.bpf.h"

/* Entry points of the traced functions, by form; for finding the caller. */
enum form { GRANT_PAGE, REVOKE_PAGE, GRANT_PGMAP, REVOKE_PGMAP, NR_FORMS };
const volatile __u64 form_entry[NR_FORMS] = {};

/* Bytes from ctx to the caller's return address. 0: not yet known. */
__u32 caller_offset[NR_FORMS];
#define CALLER_UNKNOWN ~0u

/*
 * The trampoline's frame lies above ctx: arguments, saved frame pointer, the
 * address behind the traced function's fentry call, the return address into
 * its caller (arch_prepare_bpf_trampoline(), 5.5 and later). What lies between
 * differs with the kernel and with other programs on the function, so the word
 * that points just behind the entry is looked for, once.
 */
static __noinline int caller__calibrate(void *ctx, __u32 form)
{
	__u64 entry = form_entry[form & (NR_FORMS - 1)], word;

	for (int off = 0; off < 96; off += 8) {
		if (bpf_probe_read_kernel(&word, sizeof(word), ctx + off))
			break;
		if (entry && word > entry && word <= entry + 16) {
			caller_offset[form & (NR_FORMS - 1)] = off + 8;
			return off + 8;
		}
	}
	caller_offset[form & (NR_FORMS - 1)] = CALLER_UNKNOWN;
	return 0;
}

/* Return address of the traced call. Falls back to the unwinder: 0 if that fails too. */
static __always_inline __u64 caller__read(void *ctx, enum form form)
{
	__u32 off = caller_offset[form];
	__u64 frames[4] = {}, caller = 0;

	if (unlikely(!off))
		off = caller__calibrate(ctx, form);
	if (likely(off && off < 128)) {
		if (!bpf_probe_read_kernel(&caller, sizeof(caller), ctx + off))
			return caller;
	}
	/* program, trampoline, function, caller */
	if (bpf_get_stack(ctx, frames, sizeof(frames), 0) == sizeof(frames))
		return frames[3];
	return 0;
}

/* The first argument as a number: as a typed pointer it could not be hashed. */
static __always_inline __u64 arg__key(void *ctx)
{
	__u64 key = 0;

	bpf_get_func_arg(ctx, 0, &key);
	return key;
}

/*
 * The pgmaps seen last, protected and not: the verifier lets a program follow
 * page->pgmap only through a helper (it takes the union for a list_head), and
 * that would cost as much as all the pairing. Forgotten when a pgmap goes.
 */
__u64 known_protected;
__u64 known_unprotected;

static __noinline int pgmap__learn(struct page *page)
{
	struct dev_pagemap *pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	bool protected = BPF_CORE_READ(pgmap, flags) & PGMAP_PROTECTION;

	if (protected)
		known_protected = (__u64)pgmap;
	else
		known_unprotected = (__u64)pgmap;
	return protected;
}

/* devmap_protected() of V10, on a page that the kernel is about to look at itself. */
static __always_inline bool page__protected(struct page *page, void *ctx)
{
	const volatile struct pks_facts *k = &settings.facts;
	__u64 pgmap;

	if (likely(((page->flags >> k->zone_shift) & k->zone_mask) != k->zone_device))
		return false;
	pgmap = (__u64)page->pgmap;
	if (likely(pgmap == known_protected))
		return true;
	if (pgmap == known_unprotected)
		return false;
	return pgmap__learn((struct page *)arg__key(ctx));
}

SEC("fexit")
int BPF_PROG(pgmap_gone)
{
	known_protected = 0;
	known_unprotected = 0;
	return 0;
}

static __always_inline int on_grant(void *ctx, __u64 key, enum form form)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!follow__wanted(task))
		return 0;
	event__of_current(&e, ctx, task);
	e.key = key;
	e.page_form = form == GRANT_PAGE;
	if (form == GRANT_PGMAP && window__inner_half(&e, PKS_GRANT))
		return 0;
	if (settings.sites)
		e.caller = caller__read(ctx, form);
	window__grant(&e);
	return 0;
}

static __always_inline int on_revoke(void *ctx, __u64 key, enum form form)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!follow__wanted(task))
		return 0;
	event__of_current(&e, ctx, task);
	e.key = key;
	e.page_form = form == REVOKE_PAGE;
	if (form == REVOKE_PGMAP && window__inner_half(&e, PKS_REVOKE))
		return 0;
	if (settings.effect) {
		e.pkrs = kernel__pkrs(~0u);
		e.open = pkrs__open(e.pkrs);
	}
	if (settings.sites)
		e.caller = caller__read(ctx, form);
	window__revoke(&e);
	return 0;
}

SEC("fentry")
int BPF_PROG(grant_page, struct page *page)
{
	return page__protected(page, ctx) ? on_grant(ctx, arg__key(ctx), GRANT_PAGE) : 0;
}

SEC("fentry")
int BPF_PROG(revoke_page, struct page *page)
{
	return page__protected(page, ctx) ? on_revoke(ctx, arg__key(ctx), REVOKE_PAGE) : 0;
}

SEC("fentry")
int BPF_PROG(grant_pgmap)
{
	return on_grant(ctx, arg__key(ctx), GRANT_PGMAP);
}

SEC("fentry")
int BPF_PROG(revoke_pgmap)
{
	return on_revoke(ctx, arg__key(ctx), REVOKE_PGMAP);
}

/* A boundary costs two fields of current, unless something is open. */
static __always_inline bool boundary__clean(struct task_struct *task)
{
	__u32 closed = settings.facts.pkey_default;

	return likely(!kernel__count(task) && !pkrs__open(kernel__thread_pkrs(task, closed)));
}

static __always_inline int boundary__check(void *ctx, struct task_struct *task, __u32 boundary,
					   __s64 arg)
{
	struct window_event e;

	if (!follow__wanted(task))
		return 0;
	event__of_current(&e, ctx, task);
	e.open = pkrs__open(kernel__thread_pkrs(task, settings.facts.pkey_default));
	return window__boundary(&e, boundary, arg);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(at_syscall_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (boundary__clean(task))
		return 0;
	return boundary__check(ctx, task, PKS_SYSCALL_EXIT, regs->orig_ax);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(at_thread_exit, struct task_struct *task)
{
	if (boundary__clean(task) && slot__find(bpf_get_current_task()) < 0)
		return 0;
	return boundary__check(ctx, task, PKS_THREAD_EXIT, 0);
}

SEC("tp_btf/workqueue_execute_end")
int BPF_PROG(at_work_end)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 function = 0;

	if (boundary__clean(task))
		return 0;
	/* Its type, a function, is one that the verifier lets no program load. */
	bpf_probe_read_kernel(&function, sizeof(function), &ctx[1]);
	return boundary__check(ctx, task, PKS_WORK_END, function);
}

/* An interrupt's windows are counted in the thread it hit: only its own are its leak. */
static __always_inline int interrupt__check(void *ctx, __u32 boundary, __s64 arg)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_slot *s;
	int i, top;

	if (likely(!kernel__count(task)))
		return 0;
	i = slot__find(bpf_get_current_task());
	if (i < 0)
		return 0;
	s = &slots[i & (PKS_SLOTS - 1)];
	top = s->depth - 1;
	if (top < 0 || top >= PKS_FRAMES ||
	    s->frames[top & (PKS_FRAMES - 1)].context < context__now())
		return 0;
	return boundary__check(ctx, task, boundary, arg);
}

SEC("tp_btf/softirq_exit")
int BPF_PROG(at_softirq_end, unsigned int vector)
{
	return interrupt__check(ctx, PKS_SOFTIRQ_END, vector);
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(at_irq_end, int irq)
{
	return interrupt__check(ctx, PKS_IRQ_END, irq);
}

/* The x86 vectors that run drivers' callbacks have tracepoints of their own. */
#define VECTOR_END(name)                                                                           \
	SEC("tp_btf/" #name "_exit")                                                               \
	int BPF_PROG(at_##name##_end, int vector)                                                  \
	{                                                                                          \
		return interrupt__check(ctx, PKS_IRQ_END, vector);                                 \
	}

VECTOR_END(local_timer)
VECTOR_END(irq_work)
VECTOR_END(call_function)
VECTOR_END(call_function_single)

/* A child starts with its parent's count: an inherited window. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(at_fork, struct task_struct *parent, struct task_struct *child)
{
	struct finding_request r = { .class = PKS_INHERITED };
	struct window_event e;
	int i;

	if (settings.follow) {
		if (!follow__wanted(parent))
			return 0;
		bpf_task_storage_get(&followed, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	}
	if (likely(!kernel__count(child)))
		return 0;
	event__of_current(&e, ctx, parent);
	i = slot__find(e.task);
	if (i >= 0) {
		struct pks_slot *s = &slots[i & (PKS_SLOTS - 1)];
		int top = s->depth - 1;

		if (top >= 0 && top < PKS_FRAMES) {
			r.key = s->frames[top].key;
			r.granted_site = s->frames[top].site;
			origin__of_frame(&r.granted, &s->frames[top]);
		}
	}
	r.other_tid = child->pid;
	finding__emit(&e, &r, NULL);

	/* The child's own boundaries must not report it a second time. */
	e.task = kernel__address(child);
	e.tid = child->pid;
	e.tgid = child->tgid;
	i = slot__claim(&e);
	if (i >= 0) {
		struct pks_slot *s = &slots[i & (PKS_SLOTS - 1)];

		window__adopt(s, &e);
		s->told = s->skew;
	}
	return 0;
}
