/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds and opens the debug info that matches the running kernel; for srcline.c. */
#ifndef PKSTRACE_SYMBOLS_DEBUGINFO_H
#define PKSTRACE_SYMBOLS_DEBUGINFO_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdint.h>

#include "kernel/symbols/srcline.h"

#define BUILD_ID_MAX 64

struct build_id {
	unsigned char byte[BUILD_ID_MAX];
	size_t len;
};

/* The debug info of vmlinux or of one module. */
struct debuginfo {
	const struct source_options *options; /* must outlive this; root and release are set */
	char *module;			      /* NULL: vmlinux */
	char *why;			      /* the first reason why a file could not be used */
	struct build_id id;		      /* of the running kernel or module */
	const char *path;		      /* the file being loaded */
	Dwfl *dwfl;
	Dwfl_Module *loaded; /* NULL: there is no debug info, see why */
	uint64_t bias; /* subtracted from a running address it gives the one in the file (KASLR) */
};

/*
 * Looks for files and loads the first that can be used. module: NULL for vmlinux. Returns NULL if
 * out of memory; not finding a file is not an error.
 */
struct debuginfo *debuginfo__open(const struct source_options *options, const char *module);
void debuginfo__close(struct debuginfo *info);

/* The address of a symbol in the loaded file; 0: not found. */
uint64_t debuginfo__symbol(const struct debuginfo *info, const char *name);

/*
 * The compilation unit of the loaded file that contains an address of that file, or NULL. *pc is
 * changed to the address that the unit's DWARF uses for it.
 */
Dwarf_Die *debuginfo__cu(const struct debuginfo *info, uint64_t *pc);

#endif
