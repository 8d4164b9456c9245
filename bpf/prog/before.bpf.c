// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that had windows in their count, or the key open, before the trace began: looked
 * at once, by an iterator over all tasks, when the programs are attached and none of their
 * events counts yet. Their slots say so, and what was there before is no finding.
 */
#include "core/event.bpf.h"
#include "kernel/iterator.bpf.h"
#include "prog/current.bpf.h"

/* One reader, so one record at a time. */
struct pks_inside before_thread;

/* The list is read again, at the end, and nothing is to be marked. */
__u8 before_again;

/* The place of the thread's entry. Without room for its record the kernel comes back with it. */
static __always_inline __u32 before__entry(__u32 tid)
{
	if (!before.nr || before.thread[(before.nr - 1) & (PKS_BEFORE - 1)].tid != tid)
		before.nr++;
	return (before.nr - 1) & (PKS_BEFORE - 1);
}

static __always_inline void before__mark(struct task_struct *task, __s32 count)
{
	struct window_event e = {
		.task = kernel__address(task),
		.tid = task__tid(task),
		.tgid = task__tgid(task),
		.count = count,
		.now = bpf_ktime_get_ns(),
		.open = 1,
	};
	__u32 entry = before__entry(e.tid);

	before.thread[entry].tid = e.tid;
	before.thread[entry].count = count;
	before_thread.entry = entry;
	if (count)
		window__before(&e, entry + 1);
}

SEC("?iter/task")
int list_before(struct bpf_iter__task *ctx)
{
	struct task_struct *task = iterator__task(ctx);
	__s32 count;
	__u32 pkrs;
	long n;

	if (!task)
		return 0;
	count = count__of(task);
	pkrs = kernel__thread_pkrs(task, settings.facts.pkey_default);
	if ((!count && !pkrs__open(pkrs)) || before.nr >= PKS_BEFORE)
		return 0;
	before_thread.tid = task__tid(task);
	before_thread.tgid = task__tgid(task);
	before_thread.count = count;
	before_thread.pkrs = pkrs;
	before_thread.running = kernel__on_cpu(task);
	before_thread.kernel = kernel__is_thread(task);
	if (!before_again)
		before__mark(task, count);
	kernel__read_comm(before_thread.comm, task);
	n = bpf_get_task_stack(task, before_thread.stack, sizeof(before_thread.stack), 0);
	before_thread.nr_stack = n > 0 ? n / sizeof(__u64) : 0;
	iterator__write(ctx, &before_thread, sizeof(before_thread));
	return 0;
}
