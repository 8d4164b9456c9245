/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions by the names that users give: FUNCTION, or MODULE:FUNCTION where several have the
 * name. One of several is never taken silently.
 */
#ifndef PKSTRACE_KERNEL_FUNCTION_NAME_H
#define PKSTRACE_KERNEL_FUNCTION_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

#define VMLINUX "vmlinux" /* in place of a module's name: what belongs to none */

struct function_name {
	char name[128];
	char module[64];   /* "": any */
	uint64_t address;  /* 0: there is none */
	unsigned int same; /* functions that have the name, in all modules */
};

struct symbols;

/* Splits the text; false where it is no name. */
bool function_name__parse(const char *text, size_t length, struct function_name *f);

/*
 * Finds its address and whether others have the name. STATUS_USAGE after a line that lists
 * the candidates, where the text fits several; `option` is what the user gave it to.
 */
enum status function_name__find(struct function_name *f, struct symbols *symbols,
				const char *option);

/* Sets `same`, and the address of the first that fits; asks for no choice. */
void function_name__count(struct function_name *f, struct symbols *symbols);

#endif
