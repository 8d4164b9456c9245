/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A traced call as its program sees it: its arguments and its caller. What a program's
 * ctx is depends on how the program is attached.
 *
 * By a trampoline (fentry, fexit, fmod_ret): ctx points to the arguments that the
 * trampoline has saved. The kernel disables only migration around such a program and
 * never runs it twice at once on a CPU (prog->active, __bpf_prog_enter_recur()): while a
 * thread is preempted inside it, no other thread on that CPU gets it.
 * By registers (kprobe, kprobe.multi): ctx is the pt_regs of the function's entry, and
 * preemption is disabled. This costs about 1.6 times as much.
 * The loader chooses by the kernel's preemption model (user/kernel/dialect/preemption.h).
 */
#ifndef PKSTRACE_CALLER_BPF_H
#define PKSTRACE_CALLER_BPF_H

#include "abi/settings.h"
#include "kernel/kernel.bpf.h"
#include "util/access.bpf.h"

/* A constant of each program: what is not its own is not even compiled. */
enum entry { BY_TRAMPOLINE, BY_REGS };

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

/*
 * Bytes from a trampoline's ctx to the caller's return address. 0: not yet known.
 * Written by whoever finds it first, always to the same value.
 */
extern __u32 caller_offset[NR_FORMS];
/* Calls whose caller neither the stack nor the kernel's unwinder tells. Atomic, any CPU. */
extern __u64 callers_unknown;
/* It can't be found. The low bits are those of 0: the fast path looks at no others. */
#define CALLER_UNKNOWN 128u

/*
 * A word of the registers, at a constant offset: the compiler would make one access at a
 * computed offset of several, and that the verifier allows in no context.
 */
#define REGS_WORD(regs, member)                                                                    \
	({                                                                                         \
		__u64 word;                                                                        \
                                                                                                   \
		asm volatile("%0 = *(u64 *)(%1 + %2)"                                              \
			     : "=r"(word)                                                          \
			     : "r"(regs), "i"(PT_REGS_##member));                                  \
		word;                                                                              \
	})

/* An argument that is passed in a register (System V ABI). */
static __always_inline __u64 regs__arg(const void *regs, __u32 nth)
{
	switch (nth) {
	case 0:
		return REGS_WORD(regs, DI);
	case 1:
		return REGS_WORD(regs, SI);
	case 2:
		return REGS_WORD(regs, DX);
	case 3:
		return REGS_WORD(regs, CX);
	case 4:
		return REGS_WORD(regs, R8);
	case 5:
		return REGS_WORD(regs, R9);
	}
	return 0;
}

/* An argument as a number: as a typed pointer it could not be hashed. */
static __always_inline __u64 arg__nth(void *ctx, __u32 nth, enum entry by)
{
	__u64 key = 0;

	if (nth == PKS_NO_ARG)
		return 0;
	if (by == BY_REGS)
		return regs__arg(ctx, nth);
	bpf_get_func_arg(ctx, nth, &key);
	return key;
}

/* The first argument where it is no typed pointer, or need not be one. */
static __always_inline __u64 arg__first(void *ctx, enum entry by)
{
	return by == BY_REGS ? ((const struct pt_regs *)ctx)->di : *(__u64 *)ctx;
}

/* The first argument of a call as a page, read once: the compiler would rather read it again. */
static __always_inline struct page *arg__page(void *ctx, enum entry by)
{
	struct page *page = by == BY_REGS ? (struct page *)((const struct pt_regs *)ctx)->di :
					    *(struct page **)ctx;

	asm volatile("" : "+r"(page));
	return page;
}

/* True if this is the address after the traced function's fentry call. */
static __always_inline bool form__entered(__u32 form, __u64 address)
{
	__u64 entry = form_entry[form & (NR_FORMS - 1)];

	return entry && address > entry && address <= entry + 16;
}

/*
 * The trampoline's frame lies above ctx: arguments, saved frame pointer, the address after
 * the traced function's fentry call, the return address into its caller
 * (arch_prepare_bpf_trampoline(), 5.5 and later). What lies in between differs from kernel
 * to kernel and with other programs on the function, so the word that points just after the
 * entry is searched for, once.
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
 * A kretprobe on the function, or the function graph tracer, has put the address of its own
 * code where the return address was, before this program ran: all callers look the same.
 */
static __always_inline bool caller__hooked(__u64 caller)
{
	return caller == settings.facts.return_hooks[0] || caller == settings.facts.return_hooks[1];
}

/*
 * The return address as the unwinder sees it, or 0. The program, its functions and
 * the trampoline come first, then the traced function. The kernel keeps what hooks have
 * displaced, and its unwinder looks it up (unwind_recover_ret_addr(); before 5.15 it did so
 * for the function graph tracer alone).
 */
static __noinline __u64 caller__unwind(void *ctx, __u32 form)
{
	__u64 frames[OWN_FRAMES] = {}, caller = 0;

	if (bpf_get_stack(ctx, frames, sizeof(frames), 0) > 0)
		for (int i = 0; i < OWN_FRAMES - 1 && !caller; i++)
			if (form__entered(form, frames[i]))
				caller = frames[i + 1];
	if (likely(caller && !caller__hooked(caller)))
		return caller;
	__sync_fetch_and_add(&callers_unknown, 1);
	return 0;
}

/* At a function's entry the return address is on top of the stack. 0: it can't be read. */
static __always_inline __u64 regs__caller(const struct pt_regs *regs)
{
	__u64 caller;

	bpf_probe_read_kernel(&caller, sizeof(caller), (void *)regs->sp);
	return caller;
}

/* Return address of the traced call. Falls back to the unwinder: 0 if that fails too. */
static __always_inline __u64 caller__read(void *ctx, enum form form, enum entry by)
{
	__u32 off = caller_offset[form];
	__u64 caller = 0;

	if (by == BY_REGS) {
		caller = regs__caller(ctx);
	} else {
		if (unlikely(!off))
			off = caller__calibrate(ctx, form);
		if (likely(off && off < 128) &&
		    bpf_probe_read_kernel(&caller, sizeof(caller), ctx + off))
			caller = 0;
	}
	return likely(!caller__hooked(caller)) && caller ? caller : caller__unwind(ctx, form);
}

/* As caller__read(), where that is quick; 0: it is not, or has not yet learned how. */
static __always_inline __u64 fastpath__caller(void *ctx, enum form form, enum entry by)
{
	__u32 off = caller_offset[form] & (CALLER_UNKNOWN - 1);
	__u64 caller;

	if (by == BY_REGS) {
		caller = regs__caller(ctx);
	} else {
		if (unlikely(!off))
			return 0;
		bpf_probe_read_kernel(&caller, sizeof(caller), ctx + off);
	}
	return likely(!caller__hooked(caller)) ? caller : 0;
}

#endif
