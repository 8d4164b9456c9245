// SPDX-License-Identifier: GPL-2.0-only
/* Defines what state.bpf.h declares. */
#include "core/state.bpf.h"

const volatile struct pks_settings settings = {};
const volatile __u8 target_workers = 0;

struct pks_slot slots[PKS_SLOTS];
struct pks_overflow overflows[PKS_OVERFLOWS];
struct pks_site grant_sites[PKS_SITES];
struct pks_site revoke_sites[PKS_SITES];
struct pks_name thread_names[PKS_SITES];
struct pks_fold folds[PKS_FOLDS];
struct pks_opened opened[PKS_OPENED];
__u64 passed[PKS_OPENED];
__u32 fastpath_open;
struct pks_fastpath_pages fastpath_pages;
struct pks_count_only count_only[PKS_COUNT_ONLY_ENTRIES];
struct pks_site_stat count_only_stats[PKS_COUNT_ONLY_SHARDS];
__u32 tracing;
__u64 tracing_since;
struct pks_quiet quiet;
__u64 found[PKS_NR_CLASSES];
__u64 folded;
__u64 dropped;
__u64 stack_tickets;
__u64 older_windows;
__u64 windows_dropped;
__u64 late_revokes;
struct pks_interrupt interrupts[PKS_INTERRUPTS];
__u32 interrupt_marks[INTERRUPT_CPUS];
struct pks_faults faults;
__u32 module_events;

char LICENSE[] SEC("license") = "GPL";
