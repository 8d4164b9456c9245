/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_TRACE_LIBBPF_LOG_H
#define PKSTRACE_TRACE_LIBBPF_LOG_H

/* Silences libbpf, except if PKSTRACE_DEBUG is set. */
void libbpf__quiet(void);

#endif
