/* SPDX-License-Identifier: GPL-2.0-only */
/* Marked accesses to shared memory, and hints to the compiler. */
#ifndef PKSTRACE_ACCESS_BPF_H
#define PKSTRACE_ACCESS_BPF_H

/*
 * Accesses that other CPUs, interrupts or the loader can see. BPF on 6.1 has neither
 * barriers nor acquire and release. x86 keeps stores in order, and loads, so only the
 * compiler has to be kept from moving them.
 */
#define READ_ONCE(x)	     (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))
#define barrier()	     asm volatile("" ::: "memory")
#define store_release(at, value)                                                                   \
	do {                                                                                       \
		barrier();                                                                         \
		WRITE_ONCE(*(at), (value));                                                        \
	} while (0)
/*
 * True for the one caller that changed *at from `was`. Orders everything before and after.
 * (Without the asm, the compiler would turn a branch into a value.)
 */
#define claim(at, was, value)                                                                      \
	({                                                                                         \
		typeof(*(at)) found = __sync_val_compare_and_swap(at, was, value);                 \
                                                                                                   \
		asm volatile("" : "+r"(found));                                                    \
		found == (was);                                                                    \
	})

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* A plain constant to be returned would be kept in a saved register through all calls. */
#define RETURNED(constant)                                                                         \
	({                                                                                         \
		int value;                                                                         \
                                                                                                   \
		asm volatile("%0 = %1" : "=w"(value) : "i"(constant));                             \
		value;                                                                             \
	})

#endif
