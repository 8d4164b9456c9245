/* SPDX-License-Identifier: GPL-2.0-only */
/* How programs are attached to functions of this kernel: see bpf/kernel/caller.bpf.h. */
#ifndef PKSTRACE_DIALECT_ATTACH_FORM_H
#define PKSTRACE_DIALECT_ATTACH_FORM_H

#include "kernel/dialect/preemption.h"
#include "util/status.h"

enum attach_form {
	ATTACH_TRAMPOLINE,   /* fentry, fexit, fmod_ret: the cheapest */
	ATTACH_KPROBE_MULTI, /* not refused by preemption; needs CONFIG_FPROBE */
	ATTACH_KPROBE,	     /* nor is this one, on any kernel that can trace with BPF */
};

struct btf;

/*
 * Chooses the cheapest form that misses nothing under this preemption model, unless
 * PKSTRACE_ATTACH in the environment names another (attach_form__name()). Returns
 * STATUS_USAGE if that is not a form, STATUS_CANNOT if the kernel lacks it, after printing
 * one line unless quiet.
 */
enum status attach_form__choose(enum attach_form *form, const struct btf *btf,
				enum preemption model, bool quiet);

/* "trampoline", "kprobe.multi", "kprobe". */
const char *attach_form__name(enum attach_form form);

/* For functions that only their addresses tell from others of their names. */
enum status attach_form__by_address(enum attach_form *form, const struct btf *btf, bool quiet);

#endif
