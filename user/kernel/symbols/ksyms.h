/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel symbols from kallsyms: functions by address, addresses by name. */
#ifndef PKSTRACE_SYMBOLS_KSYMS_H
#define PKSTRACE_SYMBOLS_KSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pks_module_event;
struct symbols;

enum symbol_flags {
	/*
	 * The address is a return address: look up the byte before it, since a call may be the last
	 * instruction of its function. Offsets are still those of the address itself, as in the
	 * kernel's own traces (%pB).
	 */
	SYMBOL_RETURN = 1,
	/* In words: the same before and after the module is unloaded. */
	SYMBOL_LASTING = 2,
};

/* A function. The strings stay valid until symbols__close(), even across a refresh. */
struct symbol {
	const char *name;
	const char *module; /* NULL: vmlinux. "bpf": a BPF program or trampoline */
	uint64_t start;
	uint64_t offset; /* bytes from start to the address asked for */
	uint64_t size;	 /* bytes to the next symbol; estimated for the last one of a module */
	uint32_t load;	 /* number of the event by which the module came, 0: it was there before */
	bool unloaded;	 /* the module has gone since; start is where it was */
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

/*
 * Modules come and go, and their memory is used again. Once symbols__follow() was called, an
 * address is that of the module which is there now, as far as events were told; one that is
 * marked by PKS_RETIRED(), of the one that was there. Nobody's function is ever taken for its
 * neighbour's.
 *
 * events: how many there have been up to now. Returns 0 or an error as above.
 */
int symbols__follow(struct symbols *symbols, uint32_t (*events)(void *arg), void *arg);

/* Tells of an event, in their order. */
void symbols__module_event(struct symbols *symbols, const struct pks_module_event *event);

/*
 * True where a module has come whose functions are not known yet. symbols__reread() reads them
 * (0 or an error as above); symbols__adopt() makes them known, where there was no event from
 * before that until all events were told.
 */
bool symbols__stale(const struct symbols *symbols);
int symbols__reread(struct symbols *symbols);
void symbols__adopt(struct symbols *symbols);

/* An address that was noted when there had been `events`, marked where the module has gone. */
uint64_t symbols__mark(const struct symbols *symbols, uint64_t addr, uint32_t events);

/* The address itself, without such a mark. */
uint64_t symbols__plain(const struct symbols *symbols, uint64_t addr);

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
 * Writes "function+0x1d/0x80 [module]" as in kernel logs, "0xffffffff81234567" if nothing is
 * known, or "0xffffffffc0201234 [module, unloaded]" if only that is. Returns the length as
 * snprintf() does: len or more means that it was truncated.
 */
int symbols__format(struct symbols *symbols, uint64_t addr, unsigned int flags, char *buf,
		    size_t len);

#endif
