/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches a program to a kernel function, through a trampoline or a kprobe. */
#ifndef PKSTRACE_TRACE_FUNCTION_PROBE_H
#define PKSTRACE_TRACE_FUNCTION_PROBE_H

#include "kernel/dialect/dialect.h"

struct bpf_link;
struct bpf_program;

/*
 * To be called before load. target: the function; NULL: do not load the program. With
 * `form` a kprobe, the program is for a single function. Returns 0 or a negative errno.
 */
int function_probe__prepare(struct bpf_program *program, enum attach_form form, const char *target);

/*
 * Attaches a loaded program to the function it was prepared for; address: of that function,
 * 0 if it is hidden. Returns a link owned by the caller, or NULL with errno set.
 */
struct bpf_link *function_probe__attach(const struct bpf_program *program, const char *target,
					__u64 address);

#endif
