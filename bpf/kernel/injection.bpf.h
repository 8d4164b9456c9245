/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel keeps for its own fault injection, and which calls must not fail. */
#ifndef PKSTRACE_INJECTION_BPF_H
#define PKSTRACE_INJECTION_BPF_H

#include "kernel/kernel.bpf.h"

/* ___GFP_NOFAIL, include/linux/gfp_types.h of 6.1: no such call may fail. */
#define GFP_NOFAIL 0x8000

struct pt_regs___arguments {
	unsigned long r9;
	unsigned long r8;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
} __attribute__((preserve_access_index));

/* True where the call's gfp_t argument says that it must not fail. */
static __always_inline bool kernel__nofail(void *ctx, __u8 gfp_arg)
{
	struct pt_regs___arguments *regs = ctx;

	switch (gfp_arg) {
	case 0:
		return BPF_CORE_READ(regs, di) & GFP_NOFAIL;
	case 1:
		return BPF_CORE_READ(regs, si) & GFP_NOFAIL;
	case 2:
		return BPF_CORE_READ(regs, dx) & GFP_NOFAIL;
	case 3:
		return BPF_CORE_READ(regs, cx) & GFP_NOFAIL;
	case 4:
		return BPF_CORE_READ(regs, r8) & GFP_NOFAIL;
	case 5:
		return BPF_CORE_READ(regs, r9) & GFP_NOFAIL;
	}
	return false;
}

/* What the kernel's own fault injection keeps of a task. */
struct task_struct___faults {
	int make_it_fail;
	unsigned int fail_nth;
} __attribute__((preserve_access_index));

/* Kernels without CONFIG_FAULT_INJECTION have no such mark: then no task has it. */
static __always_inline bool kernel__marked_to_fail(struct task_struct *task)
{
	struct task_struct___faults *t = (void *)task;

	return bpf_core_field_exists(t->make_it_fail) && BPF_CORE_READ(t, make_it_fail);
}

/* How many chances to fail are left until one is taken; 0: none will be. */
static __always_inline __u32 kernel__fail_nth(struct task_struct *task)
{
	struct task_struct___faults *t = (void *)task;

	return bpf_core_field_exists(t->fail_nth) ? BPF_CORE_READ(t, fail_nth) : 0;
}

/* What a program on a hardware breakpoint gets: arch/x86/include/uapi/asm/ptrace.h's pt_regs. */
struct breakpoint_regs {
	__u64 before[14];
	__u64 di;
};

/* Of the function at whose entry the breakpoint is. */
static __always_inline __u64 breakpoint__first_arg(const void *ctx)
{
	return ((const struct breakpoint_regs *)ctx)->di;
}

#endif
