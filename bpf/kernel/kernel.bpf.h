/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel types that the programs read, as CO-RE relocatable subsets,
 * and the accessors that hide what differs between kernels. Names of kernel
 * fields and variables stand here and in user/kernel only.
 */
#ifndef PKSTRACE_KERNEL_BPF_H
#define PKSTRACE_KERNEL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

struct page;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long di;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
};

struct thread_struct {
	__u32 pkrs;
};

struct thread_struct___v8 {
	__u32 pks_saved_pkrs;
};

struct thread_struct___v7 {
	__u32 saved_pkrs;
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	__u64 start_time;
	char comm[16];
	__u32 pgmap_prot_count;
	struct thread_struct thread;
};

/* Of PREEMPT_RT, where softirqs are counted in the task they run in. */
struct task_struct___rt {
	int softirq_disable_cnt;
};

/* What the scheduler calls the thread's state: __state since 5.14. */
struct task_struct___state {
	unsigned int __state;
};

/* What the scheduler knows of a task: it runs. */
struct task_struct___on_cpu {
	int on_cpu;
};

struct task_struct___v8 {
	struct thread_struct___v8 thread;
};

struct task_struct___v7 {
	struct thread_struct___v7 thread;
};

/* Of KMAP_TRACE, the trace-only patch. */
struct task_struct___kmap {
	__s32 kmap_trace_count;
};

struct work_struct {
	long data;
};

#pragma clang attribute pop

/* Per-CPU: what the PKRS register holds now (V10: written at each update). */
extern const __u32 pkrs_cache __ksym __weak;
/* Per-CPU, until 6.1; in 6.2..6.14 it is a member of pcpu_hot. */
extern const int __preempt_count __ksym __weak;

struct pcpu_hot {
	int preempt_count;
} __attribute__((preserve_access_index));
extern const struct pcpu_hot pcpu_hot __ksym __weak;
/* Per-CPU: task storages in use here (5.12 and later). */
extern const int bpf_task_storage_busy __ksym __weak;
/*
 * Per-CPU: above 0, the kernel runs no program of a kprobe on this CPU: one is
 * running, or a system call on a map is under way (bpf_disable_instrumentation()).
 */
extern const int bpf_prog_active __ksym __weak;

/* Offsets of arguments in struct pt_regs: ABI, arch/x86/include/uapi/asm/ptrace-abi.h. */
#define PT_REGS_R9 64
#define PT_REGS_R8 72
#define PT_REGS_CX 88
#define PT_REGS_DX 96
#define PT_REGS_SI 104
#define PT_REGS_DI 112

/* Bits of the preempt count, include/linux/preempt.h; the same since 2.6. */
#define PREEMPT_SERVING_SOFTIRQ 0x00000100
#define PREEMPT_HARDIRQ_MASK	0x000f0000
#define PREEMPT_NMI_MASK	0x00f00000

/* TASK_RTLOCK_WAIT, include/linux/sched.h (5.15 and later): blocked on a spinlock of PREEMPT_RT. */
#define TASK_RTLOCK_WAIT 0x1000

/* In a program's stack above the traced function: at most its own, a trampoline's, a probe's. */
#define OWN_FRAMES 8

/* include/linux/sched.h; the same since 3.x. */
#define PF_WQ_WORKER 0x00000020

/* enum fault_flag, include/linux/mm_types.h (6.1, 6.12): the fault came from user mode. */
#define FAULT_FLAG_USER 0x40

/* X86_PF_WRITE, X86_PF_PK: page fault error code, fixed by the architecture. */
#define FAULT_WRITE 0x02
#define FAULT_PK    0x20

/* PKEY_DISABLE_ACCESS, include/uapi/asm-generic/mman-common.h; there are 16 keys. */
#define PKEY_DISABLE_ACCESS 0x1
#define PKEY_MASK	    0xf

#define KERNEL_HALF (1ULL << 63)
#define PAGE_SHIFT  12

static __always_inline __u32 kernel__tid(const struct task_struct *task)
{
	return task->pid;
}

static __always_inline __u32 kernel__tgid(const struct task_struct *task)
{
	return task->tgid;
}

/* When the thread began, in CLOCK_MONOTONIC ns. */
static __always_inline __u64 kernel__start_time(const struct task_struct *task)
{
	return task->start_time;
}

/* All of the thread's name, PKS_COMM bytes: padded with zeros (5.0 and later). */
static __always_inline const char *kernel__comm(const struct task_struct *task)
{
	return task->comm;
}

/* The same of any task, into PKS_COMM bytes. */
static __always_inline void kernel__read_comm(char *to, struct task_struct *task)
{
	bpf_core_read_str(to, sizeof(task->comm), &task->comm);
}

/* The thread runs work items. */
static __always_inline bool kernel__is_worker(const struct task_struct *task)
{
	return task->flags & PF_WQ_WORKER;
}

static __always_inline bool kernel__on_cpu(struct task_struct *task)
{
	return BPF_CORE_READ((struct task_struct___on_cpu *)task, on_cpu);
}

/* The instruction that was interrupted. */
static __always_inline __u64 kernel__ip(const struct pt_regs *regs)
{
	return regs->ip;
}

/* Of the registers at the entry of a system call: its number. */
static __always_inline __s64 kernel__syscall_nr(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, orig_ax);
}

/* current->pgmap_prot_count (V7..V10); signed, for one revoke too many wraps it. */
static __always_inline __s32 kernel__pgmap_count(struct task_struct *task)
{
	if (bpf_core_field_exists(task->pgmap_prot_count))
		return task->pgmap_prot_count;
	return 0;
}

/* The same, on a kernel that is known to have it: not even asking costs instructions. */
static __always_inline __s32 kernel__pgmap_count_unchecked(struct task_struct *task)
{
	return task->pgmap_prot_count;
}

/* Pages of any kind that the thread has mapped by kmap_local_page() or kmap_atomic(). */
static __always_inline __s32 kernel__kmap_count(struct task_struct *task)
{
	struct task_struct___kmap *traced = (struct task_struct___kmap *)task;

	if (bpf_core_field_exists(traced->kmap_trace_count))
		return traced->kmap_trace_count;
	return 0;
}

/* The thread's own PKRS. Wrong inside nested exceptions, right at a boundary (V10). */
static __always_inline __u32 kernel__thread_pkrs(struct task_struct *task, __u32 unknown)
{
	struct task_struct___v8 *v8 = (struct task_struct___v8 *)task;
	struct task_struct___v7 *v7 = (struct task_struct___v7 *)task;

	if (bpf_core_field_exists(task->thread.pkrs)) /* V9 and later */
		return task->thread.pkrs;
	if (bpf_core_field_exists(v8->thread.pks_saved_pkrs))
		return v8->thread.pks_saved_pkrs;
	if (bpf_core_field_exists(v7->thread.saved_pkrs))
		return v7->thread.saved_pkrs;
	return unknown;
}

/* V9 and later: the thread's PKRS can be read with kernel__thread_pkrs_unchecked(). */
static __always_inline bool kernel__has_thread_pkrs(const struct task_struct *task)
{
	return bpf_core_field_exists(task->thread.pkrs);
}

static __always_inline __u32 kernel__thread_pkrs_unchecked(const struct task_struct *task)
{
	return task->thread.pkrs;
}

/* What the register holds now. */
static __always_inline __u32 kernel__pkrs(__u32 unknown)
{
	if (&pkrs_cache)
		return *(const __u32 *)bpf_this_cpu_ptr(&pkrs_cache);
	return unknown;
}

static __always_inline int kernel__preempt_count(void)
{
	if (&__preempt_count)
		return *(const int *)bpf_this_cpu_ptr(&__preempt_count);
	if (&pcpu_hot) {
		const struct pcpu_hot *hot = bpf_this_cpu_ptr(&pcpu_hot);

		return hot->preempt_count;
	}
	return 0;
}

/* True while the running thread serves a softirq on a PREEMPT_RT kernel. */
static __always_inline bool kernel__rt_softirq(void)
{
	struct task_struct___rt *task = NULL;

	if (!bpf_core_field_exists(task->softirq_disable_cnt))
		return false;
	task = (struct task_struct___rt *)bpf_get_current_task_btf();
	return BPF_CORE_READ(task, softirq_disable_cnt) & PREEMPT_SERVING_SOFTIRQ;
}

/* True where the thread waits for a spinlock, which on PREEMPT_RT is a sleeping lock. */
static __always_inline bool kernel__rt_lock_wait(struct task_struct *task)
{
	struct task_struct___state *t = (struct task_struct___state *)task;

	return bpf_core_field_exists(t->__state) && (BPF_CORE_READ(t, __state) & TASK_RTLOCK_WAIT);
}

/* The kernel would now run no program of a kprobe on this CPU. */
static __always_inline bool kernel__kprobes_blocked(void)
{
	return &bpf_prog_active && *(const int *)bpf_this_cpu_ptr(&bpf_prog_active) > 0;
}

/*
 * Until 6.1 a look-up in a task storage that failed now may have been refused, not
 * answered; later only what would have to be allocated is.
 */
static __always_inline bool kernel__storage_busy(void)
{
	return &bpf_task_storage_busy && *(const int *)bpf_this_cpu_ptr(&bpf_task_storage_busy) > 0;
}

/*
 * A typed pointer as a number: the verifier refuses to hash or subtract a
 * PTR_TO_BTF_ID (adjust_ptr_min_max_vals()), so it has to pass through memory.
 */
static __always_inline __u64 kernel__address(const void *typed)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &typed);
	return address;
}

static __always_inline __u64 kernel__word(__u64 address)
{
	__u64 word = 0;

	if (address)
		bpf_probe_read_kernel(&word, sizeof(word), (void *)address);
	return word;
}

#endif
