/* SPDX-License-Identifier: GPL-2.0-only */
/* file:line of kernel addresses, and inlined frames, from debug info of vmlinux and modules. */
#ifndef PKSTRACE_SYMBOLS_SRCLINE_H
#define PKSTRACE_SYMBOLS_SRCLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/symbols/ksyms.h"

struct source;

struct source_options {
	struct symbols *symbols; /* required; must outlive the source */
	/* The only file to try for vmlinux; NULL: search the usual places. */
	const char *vmlinux;
	/* Searched for modules before the usual places; NULL-terminated, or NULL. */
	const char *const *module_dirs;
	const char *release; /* as in uname -r; NULL: that of the running kernel */
	/* Prefix of /sys, /boot, /lib and /usr/lib/debug, for tests and images; NULL: "". */
	const char *root;
};

/* The strings stay valid until source__close(). */
struct source_line {
	const char *function;
	const char *file;  /* relative to the top of the kernel source if known; NULL: unknown */
	unsigned int line; /* 0: unknown */
	bool inlined;	   /* the function is inlined into the one of the next line */
};

/*
 * Opens no file yet; that happens at the first lookup. Whatever the options point to must outlive
 * the source. Returns NULL if out of memory.
 */
struct source *source__open(const struct source_options *options);
void source__close(struct source *source);

/*
 * The source lines of an address, innermost first; all but the last are marked as inlined. flags:
 * enum symbol_flags. Returns how many of out[max] were filled (the outermost are left out if there
 * are more), 0 if nothing is known, or -ENOMEM.
 */
int source__lines(struct source *source, uint64_t addr, unsigned int flags, struct source_line *out,
		  int max);

/*
 * Why a module (NULL: vmlinux) has no source lines, in one line without a newline; NULL if it has
 * some, or if it has not been looked up yet. Valid until source__close().
 */
const char *source__why(const struct source *source, const char *module);

#endif
