/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_TRACE_LIBBPF_LOG_H
#define PKSTRACE_TRACE_LIBBPF_LOG_H

/* libbpf one level quieter than ours: its text matters only when PKSTRACE_DEBUG asks for it. */
void libbpf__quiet(void);

#endif
