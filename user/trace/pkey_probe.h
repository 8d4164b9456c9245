/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_TRACE_PKEY_PROBE_H
#define PKSTRACE_TRACE_PKEY_PROBE_H

struct dialect;
struct symbols;

/*
 * Finds out which protection key a probed dialect's pgmaps have, and tells the dialect
 * (dialect__set_pkey()). Of a dialect without pgmaps nothing is asked. Loads BPF programs
 * for a moment where the kernel's types do not tell; what they can't do is no error: the
 * key is then not found, and the dialect says what that hides.
 */
void pkey_probe__find(struct dialect *d, struct symbols *symbols);

#endif
