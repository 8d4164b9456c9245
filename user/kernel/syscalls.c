// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "kernel/syscalls.h"

/* A row per system call, made from <asm/unistd_64.h> at build time. */
static const char *const names[] = {
#include "syscall_names.h"
};

const char *syscall__name(long number)
{
	if (number < 0 || (size_t)number >= sizeof(names) / sizeof(names[0]) || !names[number])
		return "?";
	return names[number];
}
