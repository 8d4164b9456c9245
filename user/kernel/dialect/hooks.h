/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the kernel calls the programs that are attached to its functions. Both ways of
 * calling them can be switched off for the whole system, and nobody who is attached is told.
 */
#ifndef PKSTRACE_KERNEL_HOOKS_H
#define PKSTRACE_KERNEL_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/dialect/attach_form.h"

/* What is switched off now, and how to switch it on, in words; NULL: nothing that matters here. */
const char *hooks__off(bool kprobes);

/* The first `size` bytes of a function, at least nine, are as they are with nothing attached. */
bool hooks__entry_bare(const unsigned char *text, size_t size);

#endif
