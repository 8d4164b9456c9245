// SPDX-License-Identifier: GPL-2.0-only
/*
 * hunt: notes each call site of an injectable function in or after a window, and fails the
 * calls that the loader has chosen. One program for all functions, loaded once: what changes
 * from run to run is in shared memory.
 *
 * What no program may fail, the kernel's own fault injection can. Its opportunities to fail
 * are noted and counted here, and the thread is stopped at the end of a system call, so that
 * the loader can tell it which opportunity to take.
 */
#include "prog/inject.bpf.h"
#include "prog/pages.bpf.h"

struct pks_function hunted[PKS_FUNCTIONS];
struct pks_hunt_call hunt_calls[PKS_HUNT_CALLS];

/* The kernel's fault attributes by address, 0: none; and the function that asks them. */
const volatile __u64 fault_attrs[PKS_FAULTS];
const volatile struct pks_range fault_range;
struct pks_stop stop;
__u64 fault_taken; /* hash of the place where the kernel's own fault injection struck */

/* The thread is in a window, or had one since its system call or work item began. */
static __always_inline bool hunt__exposed(struct task_struct *task,
					  const struct inject_thread *thread)
{
	return count__of(task) || thread->granted;
}

/* The thread whose call it is, if it is one to be looked at. */
static __always_inline struct inject_thread *hunt__thread(struct task_struct *task)
{
	if (!armed || context__now() != PKS_TASK || !target__calls(task))
		return NULL;
	return inject__thread(task);
}

/* The call to fail that this one is; NULL: let it pass. */
static __always_inline struct pks_hunt_call *hunt__call_to_fail(__u64 hash)
{
	for (int i = 0; i < PKS_HUNT_CALLS; i++) {
		struct pks_hunt_call *t = &hunt_calls[i];

		if (t->done)
			continue;
		if (t->hash != hash)
			return NULL;
		if (__sync_fetch_and_add(&t->seen, 1) + 1 != t->nth)
			return NULL;
		t->done = 1;
		return t;
	}
	return NULL;
}

static __always_inline void hunt__record(struct pks_injection *record, __u32 number, __u64 nth,
					 __s64 value)
{
	record->kind = PKS_FAIL_CALL;
	record->rule = number;
	record->dry = 0;
	record->nth = nth;
	record->key = 0;
	record->value = value;
}

SEC("?kprobe")
int hunt_call(struct pt_regs *regs)
{
	__u32 number = bpf_get_attach_cookie(regs) & (PKS_FUNCTIONS - 1);
	struct task_struct *task = bpf_get_current_task_btf();
	struct pks_function *f = &hunted[number];
	struct inject_thread *thread = hunt__thread(task);
	struct inject_call *call;
	struct pks_hunt_call *fail;
	__u64 hash;

	if (!thread || !hunt__exposed(task, thread) || kernel__nofail(regs, f->gfp_arg))
		return 0;
	call = inject__call(regs, thread, f->entry, f->end);
	if (!call)
		return 0;
	call->record.count = count__of(task);
	hash = inject__hash(call);
	place__note(call, hash, number, hunt_calls[0].done);
	fail = hunt__call_to_fail(hash);
	if (!fail)
		return 0;
	hunt__record(&call->record, number, fail->nth, fail->value);
	inject__send(thread);
	bpf_override_return(regs, fail->value);
	return 0;
}

/* Number of the fault attribute; -1: none that is known. */
static __always_inline int fault__number(__u64 attr)
{
	for (int i = 0; i < PKS_FAULTS; i++)
		if (fault_attrs[i] && fault_attrs[i] == attr)
			return i;
	return -1;
}

static __always_inline void chance__note(struct inject_call *call, __u64 hash, int fault,
					 const struct inject_thread *thread)
{
	int at = place__note(call, hash, PKS_FUNCTIONS + fault, 0);
	struct pks_place *p;

	if (at < 0)
		return;
	p = &places[at & (PKS_PLACES - 1)];
	/* Another thread may come here with its own first chance: all three are one thread's. */
	if (p->nth || !claim(&p->nth, 0, thread->chances))
		return;
	p->path = thread->path;
	p->syscalls = thread->syscalls;
}

/*
 * On should_fail_ex(), where the kernel's own fault injection has a chance: it
 * counts them for a thread whose fail-nth is set, and takes the one that leaves
 * none. By a hardware breakpoint, for the kernel's library is not traceable.
 * Here nothing may be allocated: a thread has its storage since its last system call.
 */
SEC("?perf_event")
int hunt_chance(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	int fault = fault__number(breakpoint__first_arg(ctx));
	struct inject_thread *thread;
	struct inject_call *call;
	__u64 hash;

	if (!armed || !context__breakpoint_in_task() || kernel__is_worker(task) ||
	    !target__calls(task))
		return 0;
	thread = bpf_task_storage_get(&inject_threads, task, NULL, 0);
	if (!thread)
		return 0;
	thread->chances++;
	if (kernel__fail_nth(task) != 1 && (fault < 0 || !hunt__exposed(task, thread)))
		return 0;
	call = inject__call(ctx, thread, fault_range.entry, fault_range.end);
	if (!call)
		return 0;
	call->record.count = count__of(task);
	hash = inject__hash(call);
	if (fault >= 0 && hunt__exposed(task, thread))
		chance__note(call, hash, fault, thread);
	if (kernel__fail_nth(task) != 1)
		return 0;
	fault_taken = hash;
	hunt__record(&call->record, PKS_FUNCTIONS + (fault & (PKS_FAULTS - 1)), thread->chances, 0);
	inject__send(thread);
	return 0;
}

/* A window opens: from here to the end of the system call the thread is exposed. */
static __always_inline int hunt__granted(void)
{
	struct inject_thread *thread = hunt__thread(bpf_get_current_task_btf());

	if (thread)
		thread->granted = 1;
	return 0;
}

/* After the body: a page that is not protected has left the count as it was. */
SEC("?fexit")
int BPF_PROG(hunt_grant_page)
{
	return count__of(bpf_get_current_task_btf()) ? hunt__granted() : 0;
}

SEC("?fexit")
int BPF_PROG(hunt_grant_any)
{
	return hunt__granted();
}

/* The same before the body, where nothing tells yet but the page. */
SEC("?kprobe.multi")
int hunt_grant_page_regs(void *ctx)
{
	if (!page__fastpath(arg__page(ctx, BY_REGS)) && !page__protected(ctx, BY_REGS))
		return 0;
	return hunt__granted();
}

SEC("?kprobe.multi")
int hunt_grant_any_regs(void *ctx)
{
	return hunt__granted();
}

/* A system call or a work item begins: what was opened before is no concern of it. */
SEC("?raw_tp")
int hunt_begin(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct inject_thread *thread;

	if (!target__wanted(task))
		return 0;
	thread = bpf_task_storage_get(&inject_threads, task, NULL, 0);
	if (thread)
		thread->granted = 0;
	return 0;
}

/* SIGSTOP, include/uapi/asm-generic/signal.h. */
#define SIGSTOP 19

/*
 * Page faults that follow are no concern of the system call's windows. And here
 * the thread can be stopped before it runs any further.
 */
SEC("?raw_tp/sys_exit")
int hunt_end(struct bpf_raw_tracepoint_args *ctx)
{
	struct inject_thread *thread = hunt__thread(bpf_get_current_task_btf());

	if (!thread)
		return 0;
	thread->granted = 0;
	thread->chances = 0;
	thread->syscalls++;
	if (stop.done || stop.syscalls != thread->syscalls || stop.path != thread->path)
		return 0;
	if (bpf_send_signal(SIGSTOP))
		return 0;
	stop.done = 1;
	__builtin_memset(&thread->call.record, 0, sizeof(thread->call.record));
	inject__send_as(thread, PKS_RECORD_STOPPED);
	return 0;
}
