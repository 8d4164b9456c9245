/* SPDX-License-Identifier: GPL-2.0-only */
/* A program on a function of the kernel, by a trampoline or a kprobe. */
#ifndef PKSTRACE_TRACE_FUNCTION_PROBE_H
#define PKSTRACE_TRACE_FUNCTION_PROBE_H

#include "kernel/dialect.h"

struct bpf_link;
struct bpf_program;

/*
 * Before load. target: the function; NULL: the program is not loaded. A program
 * on a kprobe is for a single function where `form` says so. 0 or negative errno.
 */
int function_probe__prepare(struct bpf_program *program, enum attach_form form, const char *target);

/*
 * Attaches a loaded program to the function that it was prepared for; address: of
 * that function, 0 where it is hidden. NULL with errno; the link is the caller's.
 */
struct bpf_link *function_probe__attach(const struct bpf_program *program, const char *target,
					__u64 address);

#endif
