/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_TRACE_LIBBPF_LOG_H
#define PKSTRACE_TRACE_LIBBPF_LOG_H

#include "util/status.h"

/* Silences libbpf, except if PKSTRACE_DEBUG is set. */
void libbpf__quiet(void);

/* The kernel has refused to load something of ours: who may have, and how to see why. */
enum status libbpf__refused(const char *what, int err);

#endif
