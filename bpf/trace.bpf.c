// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants, revokes and boundaries: thin wrappers around the window core. The
 * loader names the functions (user/dialect.c); here stand only their forms.
 */
#include "window.bpf.h"
#include "follow.bpf.h"
#include "event_of.bpf.h"

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

/* What the counts of a grant go to, as struct pks_site has it. */
static __always_inline __u64 group__read(void *ctx, enum form form)
{
	if (settings.by == PKS_BY_THREAD)
		return bpf_get_current_pid_tgid();
	if (settings.by == PKS_BY_CGROUP)
		return bpf_get_current_cgroup_id();
	return caller__read(ctx, form);
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
__u64 known_protected;
__u64 known_unprotected;
__u64 vmemmap; /* the array of struct pages, for the loader; 0 until a first page was seen */

static __noinline int pgmap__learn(struct page *page)
{
	struct dev_pagemap *pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	bool protected = BPF_CORE_READ(pgmap, flags) & PGMAP_PROTECTION;

	vmemmap = kernel__word(settings.facts.vmemmap_base);
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

static __always_inline int on_grant(void *ctx, enum form form)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!follow__wanted(task))
		return 0;
	event__of_current(&e, task);
	if (settings.keys || form == UPDATE_KEY)
		e.key = key__read(ctx, form);
	e.page_form = form == GRANT_PAGE;
	if (form == GRANT_PGMAP && window__inner_half(&e, PKS_GRANT) > 0)
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

	if (!follow__wanted(task))
		return 0;
	event__of_current(&e, task);
	if (settings.keys || form == UPDATE_KEY)
		e.key = key__read(ctx, form);
	e.page_form = form == REVOKE_PAGE;
	if (form == REVOKE_PGMAP && window__inner_half(&e, PKS_REVOKE) > 0)
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

SEC("fentry")
int BPF_PROG(grant_page, struct page *page)
{
	return page__protected(page, ctx) ? on_grant(ctx, GRANT_PAGE) : 0;
}

SEC("fentry")
int BPF_PROG(revoke_page, struct page *page)
{
	return page__protected(page, ctx) ? on_revoke(ctx, REVOKE_PAGE) : 0;
}

SEC("fentry")
int BPF_PROG(grant_pgmap)
{
	return on_grant(ctx, GRANT_PGMAP);
}

SEC("fentry")
int BPF_PROG(revoke_pgmap)
{
	return on_revoke(ctx, REVOKE_PGMAP);
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

/*
 * Which boundary this is, told by what the thread is: one program serves all
 * of their tracepoints, so that the verifier sees the slow path once.
 */
static __always_inline void boundary__name(struct window_event *e, struct task_struct *task,
					   struct bpf_raw_tracepoint_args *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];

	if (e->context == PKS_NMI) {
		e->boundary = PKS_NMI_END; /* nmi_handler(handler, ...) */
		e->arg = ctx->args[0];
	} else if (e->context != PKS_TASK) {
		/* softirq_exit(vector), irq_handler_exit(irq, ...), x86's *_exit(vector) */
		e->boundary = e->context == PKS_SOFTIRQ ? PKS_SOFTIRQ_END : PKS_IRQ_END;
		e->arg = (__s32)ctx->args[0];
	} else if (task->flags & PF_WQ_WORKER) {
		e->boundary = PKS_WORK_END; /* workqueue_execute_end(work, function) */
		/* By hand: a tracepoint with one argument refuses a program that loads a second. */
		bpf_probe_read_kernel(&e->arg, sizeof(e->arg), &ctx->args[1]);
	} else {
		e->boundary = PKS_SYSCALL_EXIT; /* sys_exit(regs, ret) */
		e->arg = BPF_CORE_READ(regs, orig_ax);
	}
}

/* An interrupt's windows are counted in the thread it hit: only its own are its leak. */
static __always_inline bool interrupt__clean(const struct window_event *e)
{
	struct pks_slot *s;
	__u32 top;
	int i;

	i = slot__find(e->task);
	if (i < 0)
		return true;
	s = &slots[i & (PKS_SLOTS - 1)];
	top = s->depth - 1;
	return top >= (__u32)frames__room(s) || frame__at(s, top)->context < e->context;
}

/*
 * Costs three fields of current, unless something is open. A worker forgets
 * what it has closed with each work item; and after an underflow a count of
 * zero no longer means that nothing is to be put right.
 */
static __always_inline int on_boundary(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 pkrs = kernel__thread_pkrs(task, settings.facts.pkey_default);
	struct window_event e;

	if (likely(!count__of(task) && !pkrs__open(pkrs) && !over_revoked &&
		   !(task->flags & PF_WQ_WORKER)))
		return 0;
	if (!tracing)
		return 0;
	event__of_current(&e, task);
	e.open = pkrs__open(pkrs);
	/* First of all: what it hit may be in the storage just now, which is then refused. */
	if (e.context != PKS_TASK && interrupt__clean(&e))
		return 0;
	if (!follow__chosen(task))
		return 0;
	if (!e.count && !e.open && slot__find(e.task) < 0) {
		if (e.context == PKS_TASK && (task->flags & PF_WQ_WORKER))
			slot__forget(e.task);
		return 0;
	}
	boundary__name(&e, task, ctx);
	window__boundary(ctx, &e);
	return 0;
}

SEC("raw_tp")
int at_boundary(struct bpf_raw_tracepoint_args *ctx)
{
	if (settings.facts.truth != PKS_TRUTH_PGMAP && tracing)
		passed__set(bpf_get_current_task());
	return on_boundary(ctx);
}

/* A program of its own: the kernel runs none inside itself, and interrupts hit the other. */
SEC("raw_tp")
int at_interrupt_end(struct bpf_raw_tracepoint_args *ctx)
{
	return on_boundary(ctx);
}

/*
 * The return from a fault of user space has no tracepoint; what handles it is
 * the last function that knows of user mode.
 */
SEC("fexit")
int BPF_PROG(at_user_fault_end, void *vma, unsigned long address, unsigned int flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (likely(!count__of(task)) || !(flags & FAULT_FLAG_USER) || !follow__wanted(task))
		return 0;
	event__of_current(&e, task);
	e.boundary = PKS_EXCEPTION_RETURN;
	window__boundary(ctx, &e);
	return 0;
}

/*
 * The thread's last act. The tracepoint of its exit comes too early: after it
 * the thread still lets go of its files and memory, which runs drivers' code.
 */
SEC("fentry")
int BPF_PROG(at_thread_end)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!follow__wanted(task))
		return 0;
	if (settings.by == PKS_BY_THREAD)
		site__end(bpf_get_current_pid_tgid());
	event__of_current(&e, task);
	if (!e.count && slot__find(e.task) < 0) {
		slot__forget(e.task);
		return 0;
	}
	e.open = pkrs__open(kernel__thread_pkrs(task, settings.facts.pkey_default));
	e.boundary = PKS_THREAD_EXIT;
	window__boundary(ctx, &e);
	return 0;
}

/* The thread gives up the CPU by itself inside a window. Loaded only if asked for. */
SEC("tp_btf/sched_switch")
int BPF_PROG(at_sleep, bool preempt)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct finding_request r;
	struct window_event e;

	if (likely(count__of(task) <= 0) || preempt || !follow__wanted(task))
		return 0;
	event__of_current(&e, task);
	__builtin_memset(&r, 0, sizeof(r));
	r.class = PKS_SLEPT;
	if (!origin__of_newest(slot__find(e.task), &r))
		return 0;
	finding__emit(ctx, &e, &r);
	return 0;
}

/* A child starts with its parent's count: an inherited window. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(at_fork, struct task_struct *parent, struct task_struct *child)
{
	struct finding_request r;
	struct window_event e;
	int i;

	if (settings.follow) {
		if (!follow__chosen(parent))
			return 0;
		follow__add(child);
	}
	if (likely(!count__of(child)) || !tracing)
		return 0;
	__builtin_memset(&r, 0, sizeof(r));
	r.class = PKS_INHERITED;
	event__of_current(&e, parent);
	origin__of_newest(slot__find(e.task), &r);
	r.other_tid = child->pid;
	finding__emit(ctx, &e, &r);

	/* The child's own boundaries must not report it a second time. */
	e.task = kernel__address(child);
	e.tid = child->pid;
	e.tgid = child->tgid;
	i = window__ready_slow(&e);
	if (i >= 0) {
		struct pks_slot *s = &slots[i & (PKS_SLOTS - 1)];

		s->told = s->skew;
	}
	return 0;
}
