/* SPDX-License-Identifier: GPL-2.0-only */
/* file:line of kernel addresses, with inlined frames, from the debug info of vmlinux and modules.
 */
#ifndef PKSTRACE_KERNEL_SRCLINE_H
#define PKSTRACE_KERNEL_SRCLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/ksyms.h"

struct source;

struct source_options {
	struct symbols *symbols; /* needed; outlives the source */
	/* Only this file is taken for vmlinux; NULL: the usual places are looked through. */
	const char *vmlinux;
	/* Looked through for modules before the usual places; NULL at its end, or NULL itself. */
	const char *const *module_dirs;
	const char *release; /* as uname -r has it; NULL: the running kernel's */
	/* What /sys, /boot, /lib and /usr/lib/debug are under, for tests and images; NULL: "". */
	const char *root;
};

/* The strings live until source__close(). */
struct source_line {
	const char *function;
	const char *file;  /* from the kernel's top directory on where known; NULL: unknown */
	unsigned int line; /* 0: unknown */
	bool inlined;	   /* the function is inlined into that of the next line */
};

/*
 * Opens no file: that happens at the first look-up. What options point to must outlive the source.
 * NULL: out of memory.
 */
struct source *source__open(const struct source_options *options);
void source__close(struct source *source);

/*
 * The source lines of an address, innermost first; all but the last are marked inlined. flags: enum
 * symbol_flags. Returns how many of out[max] were filled (the outermost are left out if there are
 * more), 0 when nothing is known, -ENOMEM.
 */
int source__lines(struct source *source, uint64_t addr, unsigned int flags, struct source_line *out,
		  int max);

/*
 * One line why a module (NULL: vmlinux) has no source lines, without a newline; NULL when it has,
 * or when it was not looked for yet. Valid until source__close().
 */
const char *source__why(const struct source *source, const char *module);

#endif
