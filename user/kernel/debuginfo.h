/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds and opens the debug info that fits the running kernel; for source.c. */
#ifndef PKSTRACE_KERNEL_DEBUGINFO_H
#define PKSTRACE_KERNEL_DEBUGINFO_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdint.h>

#include "kernel/srcline.h"

#define BUILD_ID_MAX 64

struct build_id {
	unsigned char byte[BUILD_ID_MAX];
	size_t len;
};

/* The debug info of vmlinux or of one module. */
struct debuginfo {
	const struct source_options *options; /* outlive it; root and release are set */
	char *module;			      /* NULL: vmlinux */
	char *why;			      /* the first reason met why a file was of no use */
	struct build_id id;		      /* the running one's */
	const char *path;		      /* the file being loaded */
	Dwfl *dwfl;
	Dwfl_Module *loaded; /* NULL: no debug info to be had, see why */
	uint64_t bias;	     /* what to take from a running address to get the file's (KASLR) */
};

/*
 * Looks for a file, and loads the first of use. module: NULL for vmlinux. NULL: out of memory; not
 * finding a file is no error.
 */
struct debuginfo *debuginfo__open(const struct source_options *options, const char *module);
void debuginfo__close(struct debuginfo *info);

/* The address of a symbol in the file that was loaded; 0: not there. */
uint64_t debuginfo__symbol(const struct debuginfo *info, const char *name);

/*
 * The unit of the loaded file that holds an address of that file, or NULL. *pc becomes the address
 * that the unit's DWARF has for it.
 */
Dwarf_Die *debuginfo__cu(const struct debuginfo *info, uint64_t *pc);

#endif
