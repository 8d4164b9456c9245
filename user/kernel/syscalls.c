// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

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

bool syscall__is_entry(const char *function)
{
	/* arch/x86/entry/, arch/x86/kernel/process.c; x64_sys_call: since 6.9. */
	static const char *const beginnings[] = { "entry_",	"do_syscall_", "x64_sys_call",
						  "__x64_sys_", "__do_sys_",   "ret_from_fork" };

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (!strncmp(function, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}
