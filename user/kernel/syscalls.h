/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_KERNEL_SYSCALLS_H
#define PKSTRACE_KERNEL_SYSCALLS_H

/* Name of an x86-64 system call; "?" if the number is unknown. */
const char *syscall__name(long number);

#endif
