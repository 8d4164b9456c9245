/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs share: settings fixed before load, tables, maps. Declared here for
 * every object file, defined in state.bpf.c.
 *
 * The tables are plain arrays, indexed by a hash with a short probe sequence. There is no
 * hash map, so nothing here can deadlock in the fault path, and the loader reads the
 * tables through memory. All of it is freed with the programs.
 */
#ifndef PKSTRACE_STATE_BPF_H
#define PKSTRACE_STATE_BPF_H

#include "abi/settings.h"
#include "abi/tables.h"
#include "kernel/kernel.bpf.h"
#include "util/access.bpf.h"

extern const volatile struct pks_settings settings;
/* Of a stack, as much as is taken: a constant to the verifier. */
#define STACK_BYTES (settings.stack_depth * (__u32)sizeof(__u64))
/* With settings.target: also follow the kernel's workers, whoever they work for. */
extern const volatile __u8 target_workers;

extern struct pks_slot slots[PKS_SLOTS];
extern struct pks_overflow overflows[PKS_OVERFLOWS];
extern struct pks_site grant_sites[PKS_SITES];
extern struct pks_site revoke_sites[PKS_SITES];
extern struct pks_name thread_names[PKS_SITES]; /* of grant_sites, by thread */
extern struct pks_fold folds[PKS_FOLDS];
/*
 * Set by the loader between its last attach and its first detach: pairing cannot be right
 * while only grants or only revokes are attached.
 */
extern __u32 tracing;
extern __u64 tracing_since; /* when, in CLOCK_MONOTONIC ns */
extern struct pks_quiet quiet;
extern __u64 found[PKS_NR_CLASSES];
extern __u64 folded;	    /* how many of found[] were only counted, in folds[] */
extern __u64 dropped;	    /* how many should have been delivered and could not be */
extern __u64 stack_tickets; /* stacks of single windows taken so far */
extern __u64 older_windows; /* revokes of windows granted before the trace */
extern __u64 windows_dropped; /* not logged, since the ring for windows was full */
extern __u64 late_revokes;  /* revokes of windows already reported as leaked */
/* Written at the end of interrupts on any CPU, atomically; read by the loader at the end. */
extern struct pks_interrupt interrupts[PKS_INTERRUPTS];
/*
 * By CPU: a bit for each context (enum pks_context) in which a grant or revoke was seen
 * since an interrupt of that context ended. Written on its CPU alone, atomically, for an
 * interrupt may come between.
 */
#define INTERRUPT_CPUS 1024
extern __u32 interrupt_marks[INTERRUPT_CPUS];
extern struct pks_faults faults;
/* Modules that have come or gone in this run. Atomic, any CPU; the loader reads it. */
extern __u32 module_events;

extern struct pks_opened opened[PKS_OPENED];
/* Threads that were at a boundary during the trace, by hash; the last one of each entry. */
extern __u64 passed[PKS_OPENED];

/* Usual windows have short paths (fastpath.bpf.h, count_only.bpf.h), opened with `tracing`. */
extern __u32 fastpath_open;
extern struct pks_fastpath_pages fastpath_pages;
extern struct pks_count_only count_only[PKS_COUNT_ONLY_ENTRIES];
extern struct pks_site_stat
	count_only_stats[PKS_COUNT_ONLY_SHARDS]; /* of closed windows; grants are not counted */

#endif
