// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <string.h>

#include "kernel/dialect/hooks.h"
#include "util/file.h"

#define FTRACE_SWITCH  "/proc/sys/kernel/ftrace_enabled"
#define KPROBES_SWITCH "/sys/kernel/debug/kprobes/enabled"

/* A kernel without the switch can't be switched off. */
static bool switch__off(const char *path)
{
	char text[16];

	return file__read(path, text, sizeof(text)) > 0 && text[0] == '0';
}

/* Trampolines, kprobe.multi, and kprobes at a function's entry all go through ftrace. */
const char *hooks__off(bool kprobes)
{
	if (switch__off(FTRACE_SWITCH))
		return "ftrace is switched off: sysctl kernel.ftrace_enabled=1 switches it on";
	if (kprobes && switch__off(KPROBES_SWITCH))
		return "kprobes are switched off: echo 1 >" KPROBES_SWITCH " switches them on";
	return NULL;
}

/*
 * What the compiler leaves at the entry for ftrace, the five-byte NOP of x86
 * (arch/x86/include/asm/nops.h), also behind ENDBR64 or what seals it, of four bytes.
 */
bool hooks__entry_bare(const unsigned char *text, size_t size)
{
	static const unsigned char nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };

	return !memcmp(text, nop, sizeof(nop)) ||
	       (size >= 4 + sizeof(nop) && !memcmp(text + 4, nop, sizeof(nop)));
}
