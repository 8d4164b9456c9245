/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the kernel which threads are inside a window, through a BPF iterator. */
#ifndef PKSTRACE_TRACE_ITERATOR_H
#define PKSTRACE_TRACE_ITERATOR_H

#include "abi/record.h"
#include "abi/settings.h"
#include "kernel/pid_ns.h"
#include "util/status.h"

typedef void (*iterator_fn)(void *arg, const struct pks_inside *thread);

/*
 * Passes each such thread to fn; *looked_at becomes the number of all threads. The
 * facts name the key. Returns STATUS_CANNOT after printing one line if the kernel
 * refuses, STATUS_INCOMPLETE if the list ended early.
 */
enum status iterator__run(const struct pks_facts *facts, const struct pid_ns *pid_ns,
			  iterator_fn fn, void *arg, __u64 *looked_at);

#endif
