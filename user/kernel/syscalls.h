/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_KERNEL_SYSCALLS_H
#define PKSTRACE_KERNEL_SYSCALLS_H

/* Name of an x86-64 system call by number; "?" where it has none here. */
const char *syscall__name(long number);

#endif
