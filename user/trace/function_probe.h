/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches a program to a kernel function, by a trampoline or a kprobe; and is it called there? */
#ifndef PKSTRACE_TRACE_FUNCTION_PROBE_H
#define PKSTRACE_TRACE_FUNCTION_PROBE_H

#include "kernel/dialect/dialect.h"

struct bpf_link;
struct bpf_program;
struct collector;

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

/*
 * Looks at the entries of the functions that programs are attached to: at how many of them the
 * kernel does not call them; *first: the first of these. -1: could not be found out.
 */
int function_probe__bare(struct collector *c, const char **first);

#endif
