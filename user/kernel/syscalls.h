/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_KERNEL_SYSCALLS_H
#define PKSTRACE_KERNEL_SYSCALLS_H

#include <stdbool.h>

/* Name of an x86-64 system call; "?" if the number is unknown. */
const char *syscall__name(long number);

/* True for the functions at the bottom of a stack, through which the kernel was entered. */
bool syscall__is_entry(const char *function);

#endif
