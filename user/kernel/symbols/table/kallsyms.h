/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kallsyms, and files in its form. */
#ifndef PKSTRACE_SYMBOLS_TABLE_KALLSYMS_H
#define PKSTRACE_SYMBOLS_TABLE_KALLSYMS_H

#include "kernel/symbols/table/strings.h"
#include "kernel/symbols/table/symbol_table.h"

/*
 * Appends what the file lists to two tables and sorts them: vmlinux to `kernel`, unless that is
 * NULL, the rest (modules, BPF programs, trampolines) to `modules`. Names are in `strings`; those
 * of the rest, which a later reading will meet again, once each.
 *
 * Returns 0 or a negative errno: -EPERM if the file hides all addresses (kptr_restrict), -ENODATA
 * if it has no function.
 */
int kallsyms__read(const char *path, struct strings *strings, struct symbol_table *kernel,
		   struct symbol_table *modules);

#endif
