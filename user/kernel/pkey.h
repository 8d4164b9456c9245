/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protection key of the pgmaps. Its number differs between versions of the series, and
 * between configurations of one version, so it is looked up in the running kernel. What
 * takes a BPF program is in trace/pkey_probe.h; what the answers mean is decided here.
 */
#ifndef PKSTRACE_KERNEL_PKEY_H
#define PKSTRACE_KERNEL_PKEY_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/settings.h"

struct btf;
struct symbols;

/* How the key was found, in the order in which it is looked for. */
enum pkey_source {
	PKEY_NOT_FOUND,
	PKEY_GIVEN,	     /* by the user */
	PKEY_FROM_TYPES,     /* an enumerator of the kernel's type information */
	PKEY_FROM_CALLBACKS, /* its place in the table of who handles a key's faults */
	PKEY_FROM_GRANT,     /* what a grant changed in the rights register */
	NR_PKEY_SOURCES,
};

struct pkey {
	enum pkey_source source;
	unsigned int number; /* 1 to PKS_PKEYS - 1; 0: not found */
};

/* By an enumerator; 0: this type information has none. */
unsigned int pkey__of_types(const struct btf *btf);

/*
 * By the table of callbacks, an entry a key: the one that is `callback`, an address. 0: none
 * is, or the callback is not known.
 */
unsigned int pkey__of_callbacks(const __u64 table[PKS_PKEYS], __u64 callback);

/* By the rights before and after a grant: the one key that became open. 0: none, or several. */
unsigned int pkey__of_rights(__u32 before, __u32 after);

/* Where that table is, 0: not known. */
__u64 pkey__callbacks(struct symbols *symbols);

/*
 * Opens no window itself, but has the driver of each protected device open one in the calling
 * thread, by reading a block of it; fn is asked after each and says whether to go on.
 */
void pkey__provoke_grants(bool (*fn)(void *arg), void *arg);

/*
 * What the environment (PKSTRACE_PKEY) says of where to look. True of a source that is not
 * ruled out; *number is a key that was given, or 0. False of all for what can't be read.
 */
bool pkey__wanted(enum pkey_source source, unsigned int *number);

/* The bits that a key has in the rights register; 0 of key 0, which stands for no key. */
__u32 pkey__mask(unsigned int number);

/* "2, by the kernel's type information", "not found: ...". Returns `text`. */
const char *pkey__describe(const struct pkey *key, char *text, size_t size);

#endif
