// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boundaries: points where a thread, a work item or an interrupt must have closed its
 * windows, and what else a thread may do inside one. Thin wrappers around the window core.
 */
#include "core/event.bpf.h"
#include "prog/current.bpf.h"
#include "prog/target.bpf.h"

/*
 * Which boundary this is, from what the thread is: one program serves all
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
	} else if (kernel__is_worker(task)) {
		e->boundary = PKS_WORK_END; /* workqueue_execute_end(work, function) */
		/* By hand: a tracepoint with one argument refuses a program that loads a second. */
		bpf_probe_read_kernel(&e->arg, sizeof(e->arg), &ctx->args[1]);
	} else {
		e->boundary = PKS_SYSCALL_EXIT; /* sys_exit(regs, ret) */
		e->arg = kernel__syscall_nr(regs);
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

/* A function of its own: the usual boundary must not save registers for it. */
static __noinline int on_boundary(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;
	__u32 pkrs;

	if (!tracing)
		return 0;
	event__of_current(&e, task);
	pkrs = kernel__thread_pkrs(task, settings.facts.pkey_default);
	e.open = pkrs__open(pkrs);
	if (!e.count && !e.open)
		quiet.pkrs = pkrs;
	/* First of all: what it hit may be in the storage just now, which is then refused. */
	if (e.context != PKS_TASK && interrupt__clean(&e))
		return 0;
	if (!target__chosen(task))
		return 0;
	e.blocked = settings.by_regs && kernel__kprobes_blocked();
	if (unlikely(e.blocked) && e.context == PKS_TASK)
		window__doubt(&e);
	if (e.count || e.open || slot__find(e.task) >= 0)
		boundary__name(&e, task, ctx);
	event__boundary(ctx, &e, e.context == PKS_TASK && kernel__is_worker(task));
	return 0;
}

/* Something may have to be put right: after an underflow a count of zero says nothing. */
static __always_inline bool boundary__suspect(struct task_struct *task, __s32 count)
{
	return count || quiet.over_revoked ||
	       pkrs__open(kernel__thread_pkrs(task, settings.facts.pkey_default));
}

/* The thread may have missed calls, and only a boundary ends that: see window__unsure(). */
static __always_inline bool boundary__doubted(struct task_struct *task)
{
	int i;

	if (!settings.by_regs || settings.facts.count_source != PKS_COUNT_SOURCE_NONE)
		return false;
	i = slot__find(kernel__address(task));
	return i >= 0 && window__unsure(&slots[i & (PKS_SLOTS - 1)]);
}

/*
 * The most frequent boundary of all, where the kernel counts windows on protected
 * memory: costs two fields of current, unless something is open. ctx is kept in
 * memory, for a saved register would cost more.
 */
SEC("?raw_tp")
int at_syscall_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct bpf_raw_tracepoint_args *volatile kept = ctx;
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 state = quiet.word;

	if (kernel__has_thread_pkrs(task)) /* not so before V9: on_boundary() knows */
		state ^= kernel__thread_pkrs_unchecked(task);
	else
		state = 1;
	state |= (__u32)kernel__pgmap_count_unchecked(task);
	return likely(!state) ? 0 : on_boundary(kept);
}

/*
 * Of work items, with each of which a worker forgets what it has closed; and of
 * system calls where windows are counted in another way, or not at all.
 */
SEC("raw_tp")
int at_boundary(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (settings.facts.count_source != PKS_COUNT_SOURCE_PGMAP && tracing)
		passed__set(bpf_get_current_task());
	if (!kernel__is_worker(task) && likely(!boundary__suspect(task, count__of(task))) &&
	    !boundary__doubted(task))
		return 0;
	return on_boundary(ctx);
}

/* A program of its own: the kernel runs none inside itself, and interrupts hit the other. */
SEC("raw_tp")
int at_interrupt_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (settings.by_regs && !settings.facts.kprobe_misses && tracing)
		interrupt__ends(context__now() & 3, ctx->args[0]);
	return unlikely(boundary__suspect(task, count__of(task))) ? on_boundary(ctx) : 0;
}

/*
 * By CPU: the thread that was preempted there in a system call on a map; 0: none.
 * Written at switches on that CPU alone, where nothing preempts.
 */
static __u64 map_user[INTERRUPT_CPUS];

/*
 * A thread leaves a CPU on which the kernel has run no program of a kprobe since another
 * one was preempted there in a system call on a map (bpf_disable_instrumentation()):
 * all of its calls there were missed. Nothing else refuses a thread its programs
 * where they are on kprobes. At its end there, not at its beginning, for whether it is
 * followed can be asked of the running thread alone.
 */
SEC("?tp_btf/sched_switch")
int BPF_PROG(at_switch, bool preempt, struct task_struct *prev)
{
	__u64 *user = &map_user[bpf_get_smp_processor_id() & (INTERRUPT_CPUS - 1)];
	__u64 task = bpf_get_current_task();
	struct window_event e;

	if (likely(!kernel__kprobes_blocked())) {
		if (unlikely(*user))
			*user = 0;
		return 0;
	}
	if (!*user)
		*user = task;
	if (*user == task || !kernel__tid(prev) || !target__wanted(prev))
		return 0;
	event__of_current(&e, prev);
	e.context = PKS_TASK;
	window__doubt(&e);
	return 0;
}

/* preempt_dynamic_voluntary, kernel/sched/core.c (5.12 and later); higher models preempt. */
#define MODEL_VOLUNTARY 1

/*
 * The kernel is about to become preemptible. From then on programs on trampolines
 * would miss calls and take what is left for findings: they stop before.
 */
SEC("?fentry")
int BPF_PROG(at_model_change, int mode)
{
	if (mode <= MODEL_VOLUNTARY || !tracing)
		return 0;
	trace__blind(PKS_LOST_PREEMPTION);
	return 0;
}

static __always_inline int user_fault_end(void *ctx, struct task_struct *task)
{
	struct window_event e;

	event__of_current(&e, task);
	e.boundary = PKS_EXCEPTION_RETURN;
	window__boundary(ctx, &e);
	return 0;
}

/*
 * The return from a fault of user space has no tracepoint; what handles it is
 * the last function that knows of user mode.
 */
SEC("?fexit")
int BPF_PROG(at_user_fault_end, void *vma, unsigned long address, unsigned int flags)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (likely(!count__of(task)) || !(flags & FAULT_FLAG_USER) || !target__wanted(task))
		return 0;
	return user_fault_end(ctx, task);
}

/* exc_page_fault() to the function that calls the traced one: two, or three if not inlined. */
#define USER_FAULT_FRAMES 4

/*
 * True where the kernel was entered by this very fault: below its handler the
 * stack then ends. No other way to a page fault is that short.
 */
static __always_inline bool fault__of_user(void *ctx)
{
	__u64 frames[USER_FAULT_FRAMES + 1];
	long n = bpf_get_stack(ctx, frames, sizeof(frames), 0);

	return n > 0 && n <= USER_FAULT_FRAMES * (long)sizeof(frames[0]);
}

/*
 * The same by registers, which at a return no longer hold the flags. The kernel
 * has room for twice as many threads in the function as there are CPUs
 * (fprobe_init_rethook()); for one that found none the next boundary tells.
 */
SEC("?kretprobe.multi")
int at_user_fault_end_regs(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (likely(!count__of(task)) || !target__wanted(task) || !fault__of_user(ctx))
		return 0;
	return user_fault_end(ctx, task);
}

/* The thread may have been reaped already, and have no number any more: as its windows have it. */
static __always_inline void thread__name(struct window_event *e)
{
	int i;

	if (!settings.pid_view || e->tid)
		return;
	i = slot__find(e->task);
	if (i < 0)
		return;
	e->tid = slots[i & (PKS_SLOTS - 1)].tid;
	e->tgid = slots[i & (PKS_SLOTS - 1)].tgid;
}

static __always_inline int thread_end(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct window_event e;

	if (!target__wanted(task))
		return 0;
	event__of_current(&e, task);
	thread__name(&e);
	if (settings.by == PKS_BY_THREAD)
		site__end(settings.pid_view ? (__u64)e.tgid << 32 | e.tid :
					      bpf_get_current_pid_tgid());
	e.open = pkrs__open(kernel__thread_pkrs(task, settings.facts.pkey_default));
	e.boundary = PKS_THREAD_EXIT;
	event__boundary(ctx, &e, true);
	return 0;
}

/*
 * The thread's last act. The tracepoint of its exit comes too early: after it
 * the thread still lets go of its files and memory, which runs drivers' code.
 */
SEC("?fentry")
int at_thread_end(void *ctx)
{
	return thread_end(ctx);
}

SEC("?kprobe.multi")
int at_thread_end_regs(void *ctx)
{
	return thread_end(ctx);
}

/*
 * The thread gives up the CPU by itself inside a window; waiting for a spinlock of
 * PREEMPT_RT is not its doing. Loaded only if asked for.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(at_sleep, bool preempt)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct finding_request r;
	struct window_event e;

	if (likely(count__of(task) <= 0) || preempt || kernel__rt_lock_wait(task) ||
	    !target__wanted(task))
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

	if (settings.target) {
		if (!target__chosen(parent))
			return 0;
		target__add(child);
	}
	if (likely(!count__of(child)) || !tracing)
		return 0;
	__builtin_memset(&r, 0, sizeof(r));
	r.class = PKS_INHERITED;
	event__of_current(&e, parent);
	origin__of_newest(slot__find(e.task), &r);
	r.other_tid = task__tid(child);
	finding__emit(ctx, &e, &r);

	/* The child's own boundaries must not report it a second time. */
	e.task = kernel__address(child);
	e.tid = r.other_tid;
	e.tgid = task__tgid(child);
	event__inherited(&e);
	return 0;
}
