/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel symbols: addresses to functions and back, from kallsyms. */
#ifndef PKSTRACE_KERNEL_KSYMS_H
#define PKSTRACE_KERNEL_KSYMS_H

#include <stddef.h>
#include <stdint.h>

struct symbols;

enum symbol_flags {
	/*
	 * The address is a return address: the function is the one that holds the byte before it,
	 * for a call may be the last instruction of its function. Offsets are still those of the
	 * address itself, as in the kernel's own traces (%pB).
	 */
	SYMBOL_RETURN = 1,
};

/* A function. The strings live until symbols__close(), also across refreshes. */
struct symbol {
	const char *name;
	const char *module; /* NULL: vmlinux. "bpf": a BPF program or trampoline */
	uint64_t start;
	uint64_t offset; /* bytes from start to the address asked for */
	uint64_t size;	 /* bytes to the next symbol; an estimate for the last one of a module */
};

/*
 * Reads the kernel's symbols. kallsyms: a file in the format of /proc/kallsyms, or NULL for that
 * one. Returns NULL with *err: -EPERM when the kernel hides addresses (kptr_restrict), -ENODATA
 * when the file holds no function, -ENOMEM, or what open(2) and read(2) say.
 */
struct symbols *symbols__open(const char *kallsyms, int *err);
void symbols__close(struct symbols *symbols);

/*
 * Reads again what comes and goes: modules, BPF programs, trampolines. On an error (as above) the
 * symbols stay as they were. symbols__find() does this by itself for an address outside vmlinux
 * that it doesn't know, at most once a second; that a known place now holds something else only a
 * refresh can tell.
 */
int symbols__refresh(struct symbols *symbols);

/* The function an address lies in. flags: enum symbol_flags. 0, or -ENOENT with *out zeroed. */
int symbols__find(struct symbols *symbols, uint64_t addr, unsigned int flags, struct symbol *out);

/*
 * The address of a function or, in a kernel with KALLSYMS_ALL, of a variable; 0 when there is none
 * of that name. Among namesakes one of vmlinux goes first, then the lowest address.
 */
uint64_t symbols__address(struct symbols *symbols, const char *name);

/*
 * Writes "function+0x1d/0x80 [module]" as kernel logs have it, or "0xffffffff81234567" when nothing
 * is known. Returns the length as snprintf() does: len or more means it was cut.
 */
int symbols__format(struct symbols *symbols, uint64_t addr, unsigned int flags, char *buf,
		    size_t len);

#endif
