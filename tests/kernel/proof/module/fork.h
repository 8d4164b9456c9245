/* SPDX-License-Identifier: GPL-2.0-only */
/* A child of the current thread, with a user's context: kernel threads have another parent. */
#ifndef PKS_PROOF_FORK_H
#define PKS_PROOF_FORK_H

#include <linux/kprobes.h>

typedef pid_t (*fork_fn)(int (*fn)(void *), void *arg, unsigned long flags);

/* user_mode_thread() (5.19 and later) is not exported; a kprobe tells its address. NULL: none. */
static inline fork_fn find_fork(void)
{
	struct kprobe kp = { .symbol_name = "user_mode_thread" };

	if (register_kprobe(&kp))
		return NULL;
	unregister_kprobe(&kp);
	return (fork_fn)kp.addr;
}

#endif
