/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel symbols from kallsyms: functions by address, addresses by name. */
#ifndef PKSTRACE_SYMBOLS_KSYMS_H
#define PKSTRACE_SYMBOLS_KSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

enum symbol_flags {
	/*
	 * The address is a return address: look up the byte before it, since a call may be the last
	 * instruction of its function. Offsets are still those of the address itself, as in the
	 * kernel's own traces (%pB).
	 */
	SYMBOL_RETURN = 1,
};

/* A function. The strings stay valid until symbols__close(), even across a refresh. */
struct symbol {
	const char *name;
	const char *module; /* NULL: vmlinux. "bpf": a BPF program or trampoline */
	uint64_t start;
	uint64_t offset; /* bytes from start to the address asked for */
	uint64_t size;	 /* bytes to the next symbol; estimated for the last one of a module */
	bool cold; /* in a part that the compiler has moved out; offset and size are of that */
};

/*
 * Reads the kernel's symbols. kallsyms: a file in the format of /proc/kallsyms; NULL for that file
 * itself. Returns NULL and sets *err on failure: -EPERM if the kernel hides addresses
 * (kptr_restrict), -ENODATA if the file has no functions, -ENOMEM, or an error of open(2) or
 * read(2).
 */
struct symbols *symbols__open(const char *kallsyms, int *err);
void symbols__close(struct symbols *symbols);

/*
 * Rereads what comes and goes: modules, BPF programs, trampolines. On an error (as above) the
 * symbols stay as they were. symbols__find() does this by itself, at most once a second, for an
 * address outside vmlinux that it does not know; only a refresh notices that a known address now
 * belongs to something else.
 */
int symbols__refresh(struct symbols *symbols);

/* Looks up an address. flags: enum symbol_flags. Returns 0, or -ENOENT with *out zeroed. */
int symbols__find(struct symbols *symbols, uint64_t addr, unsigned int flags, struct symbol *out);

/*
 * The address of a function or, on a kernel with KALLSYMS_ALL, of a variable; 0 if there is none of
 * that name. If there are several, one in vmlinux is preferred, then the lowest address.
 */
uint64_t symbols__address(struct symbols *symbols, const char *name);

/* Hands out each function of that name, those of vmlinux first; of *symbol not its size. */
void symbols__named(struct symbols *symbols, const char *name,
		    void (*fn)(void *arg, const struct symbol *symbol), void *arg);

/*
 * Writes "function+0x1d/0x80 [module]" as in kernel logs, or "0xffffffff81234567" if nothing is
 * known. Returns the length as snprintf() does: len or more means that it was truncated.
 */
int symbols__format(struct symbols *symbols, uint64_t addr, unsigned int flags, char *buf,
		    size_t len);

#endif
