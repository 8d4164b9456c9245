/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts that the running kernel's type information and configuration hold. */
#ifndef PKSTRACE_DIALECT_BTF_FACTS_H
#define PKSTRACE_DIALECT_BTF_FACTS_H

#include <stdbool.h>

#include "abi/settings.h"

struct btf;
struct btf_type;

/* Where the zone number lies in page->flags, and device memory's. False: not known. */
bool facts__zone(struct pks_facts *facts, const struct btf *btf);

/* "inline" or "partial" by the running kernel's configuration, `unknown` where that is not kept. */
const char *kernel_config__layout(const char *unknown);

/* Bytes of a struct, 0: there is none of that name. */
unsigned int btf__struct_size(const struct btf *btf, const char *type);

/* True of a struct with this member, at any depth of those in it that have no name. */
bool btf__has_member(const struct btf *btf, const char *type, const char *name);

/* The prototype of a function of vmlinux, NULL: there is none of that name. Lives as btf does. */
const struct btf_type *btf__function_proto(const struct btf *btf, const char *name);

/*
 * The kernel counts the hits that it refuses to the program of a kprobe: 6.7 and
 * later, which tell so in a link's description, too.
 */
bool facts__kprobe_misses(const struct btf *btf);

#endif
