// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the protection key of the pgmaps if the kernel's types do not give it: in the
 * kernel's table of callbacks, or by watching a grant made by the loader's own thread. This
 * is a separate object, loaded and unloaded before a trace begins.
 */
#include "abi/settings.h"
#include "kernel/kernel.bpf.h"

__u64 table;		   /* the loader's: the table's address */
__u64 callback[PKS_PKEYS]; /* what is in it; one reader */

/* Set by the loader, before load: the thread whose grants are watched. */
const volatile __u32 watched;

/* The watched thread's alone: its rights around its last grant that changed them. */
__u32 rights_before;
__u32 rights_after;
static __u32 rights_at_entry;

SEC("raw_tp")
int read_callbacks(void *ctx)
{
	for (int i = 0; i < PKS_PKEYS; i++)
		if (bpf_probe_read_kernel(&callback[i], sizeof(callback[i]),
					  (void *)(table + i * sizeof(callback[i]))))
			callback[i] = 0;
	return 0;
}

static __always_inline bool thread__is_watched(void)
{
	return (__u32)bpf_get_current_pid_tgid() == watched;
}

SEC("?fentry")
int at_grant(void *ctx)
{
	if (thread__is_watched())
		rights_at_entry = kernel__thread_pkrs(bpf_get_current_task_btf(), 0);
	return 0;
}

SEC("?fexit")
int at_granted(void *ctx)
{
	__u32 now = kernel__thread_pkrs(bpf_get_current_task_btf(), 0);

	if (!thread__is_watched() || now == rights_at_entry)
		return 0;
	rights_before = rights_at_entry;
	rights_after = now;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
