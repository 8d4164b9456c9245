/* SPDX-License-Identifier: GPL-2.0-only */
/* Names the pmem device that a physical address belongs to. */
#ifndef PKSTRACE_KERNEL_PHYSADDR_H
#define PKSTRACE_KERNEL_PHYSADDR_H

#include <stddef.h>

#include <linux/types.h>

/*
 * Writes "pmem0+0x3000" for a physical address if sysfs knows it, otherwise the
 * address itself. Reads sysfs on every call, since reports are rare.
 */
void pmem__describe(__u64 phys, char *text, size_t size);

#endif
