/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PKSTRACE_TRACE_PKEY_PROBE_H
#define PKSTRACE_TRACE_PKEY_PROBE_H

struct dialect;
struct symbols;

/*
 * Finds out which protection key a probed dialect's pgmaps have, and tells the dialect
 * (dialect__set_pkey()). Does nothing for a dialect without pgmaps. Loads BPF programs
 * for a moment if the kernel's types do not give the key. If they cannot do it either, that
 * is not an error: the key is unknown, and the dialect says what goes unseen because of it.
 */
void pkey_probe__find(struct dialect *d, struct symbols *symbols);

#endif
