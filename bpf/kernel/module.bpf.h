/* SPDX-License-Identifier: GPL-2.0-only */
/* Modules: their names, and where their code is. */
#ifndef PKSTRACE_MODULE_BPF_H
#define PKSTRACE_MODULE_BPF_H

#include "abi/record.h"
#include "kernel/kernel.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Until 6.3. */
struct module_layout {
	void *base;
	unsigned int size;
};

struct module {
	char name[56]; /* MODULE_NAME_LEN */
	struct module_layout core_layout;
	struct module_layout init_layout;
};

/* Since 6.4 each kind of memory is by itself: enum mod_mem_type. */
struct module_memory {
	void *base;
	unsigned int size;
};

#define MOD_TEXT      0
#define MOD_INIT_TEXT 4

struct module___mem {
	struct module_memory mem[7];
};

#pragma clang attribute pop

static __always_inline void module__fill(struct pks_module_event *e, struct module *mod)
{
	struct module___mem *mem = (struct module___mem *)mod;

	if (bpf_core_field_exists(mod->core_layout)) {
		e->start = (__u64)mod->core_layout.base;
		e->end = e->start + mod->core_layout.size;
		e->init_start = (__u64)mod->init_layout.base;
		e->init_end = e->init_start + mod->init_layout.size;
	} else {
		e->start = (__u64)mem->mem[MOD_TEXT].base;
		e->end = e->start + mem->mem[MOD_TEXT].size;
		e->init_start = (__u64)mem->mem[MOD_INIT_TEXT].base;
		e->init_end = e->init_start + mem->mem[MOD_INIT_TEXT].size;
	}
	bpf_probe_read_kernel_str(e->name, sizeof(e->name), mod->name);
}

#endif
