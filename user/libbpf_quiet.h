/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_LIBBPF_QUIET_H
#define PKSTRACE_LIBBPF_QUIET_H

/* libbpf one level quieter than ours: its text matters only when PKSTRACE_DEBUG asks for it. */
void libbpf__quiet(void);

#endif
