// SPDX-License-Identifier: GPL-2.0-only
/*
 * What serves the loader: programs that it runs itself, attached to nothing, and two that see
 * when the kernel is about to call no program any more.
 */
#include "core/event.bpf.h"
#include "kernel/caller.bpf.h"
#include "kernel/hooks.bpf.h"
#include "kernel/iterator.bpf.h"
#include "kernel/pid.bpf.h"
#include "prog/target.bpf.h"

/* --- who the loader is ----------------------------------------------------------------- */

struct pks_pid_view pid_view;
__u64 loader_task;
__u32 loader_tgid;

const volatile __u32 pid_view_up = 0;

/* Run by the loader, never attached. */
SEC("?syscall")
int find_self(void *ctx)
{
	loader_task = bpf_get_current_task();
	loader_tgid = kernel__tgid(bpf_get_current_task_btf());
	pid_view__set(&pid_view, pid_view_up);
	return 0;
}

/* --- whether the kernel calls programs -------------------------------------------------- */

/*
 * Somebody may switch off what calls them while they stay attached, by a setting of the whole
 * system. What is switched off between two looks of the loader would go unnoticed, so the
 * switches themselves are watched.
 */
struct pks_entry_text entry_texts[PKS_ENTRY_TEXTS];

/*
 * An integer of sysctl's has been stored or read. That of ftrace is stored first, and then
 * the kernel's code is changed (ftrace_enable_sysctl()): at the return it is not yet too
 * late to stop in order.
 */
static __always_inline int sysctl_end(void)
{
	if (tracing && kernel__switched_off(settings.ftrace_switch))
		trace__blind(PKS_LOST_HOOKS);
	return 0;
}

SEC("?fexit")
int at_sysctl_end(void *ctx)
{
	return sysctl_end();
}

SEC("?kretprobe.multi")
int at_sysctl_end_regs(void *ctx)
{
	return sysctl_end();
}

/* Kprobes are switched on or off; at the return it would be too late. */
static __always_inline int kprobes_switch(void *ctx, enum entry by)
{
	if (tracing && kernel__says_off((const void *)arg__nth(ctx, 1, by)))
		trace__blind(PKS_LOST_HOOKS);
	return 0;
}

SEC("?fentry")
int at_kprobes_switch(void *ctx)
{
	return kprobes_switch(ctx, BY_TRAMPOLINE);
}

SEC("?kprobe.multi")
int at_kprobes_switch_regs(void *ctx)
{
	return kprobes_switch(ctx, BY_REGS);
}

/* Run by the loader, never attached: what stands at the entries of the traced functions. */
SEC("?syscall")
int read_entries(void *ctx)
{
	for (int i = 0; i < PKS_ENTRY_TEXTS; i++) {
		struct pks_entry_text *e = &entry_texts[i];

		e->read = e->address && !bpf_probe_read_kernel(e->text, sizeof(e->text),
							       (const void *)e->address);
	}
	return 0;
}

/* --- who belongs to a process ------------------------------------------------------------ */

/*
 * The loader goes through all threads once at the beginning, to find the children that are
 * there already, and later to see who still lives. Children to come are found by at_fork.
 */
#define FAMILY_DEPTH 64 /* generations that are gone back */

/* Written by the one reader. */
struct pks_family family;

static __always_inline bool task__descends(struct task_struct *task)
{
	struct task_struct *parent = task;
	__s32 tgid = 0;

	for (int i = 0; i < FAMILY_DEPTH; i++) {
		parent = kernel__parent(parent);
		tgid = kernel__read_tgid(parent);
		if (tgid == family.tgid)
			return true;
		if (tgid <= 1)
			break;
	}
	return false;
}

/* A pass: whoever descends from the process, and is not followed yet, is from now on. */
SEC("?iter/task")
int target_family(struct bpf_iter__task *ctx)
{
	struct task_struct *task = iterator__task(ctx);

	if (!task || kernel__has_ended(task))
		return 0;
	if (settings.tgid && (__s32)task__tgid(task) == settings.tgid) {
		family.tgid = kernel__tgid(task);
		return 0;
	}
	if (bpf_task_storage_get(&target_threads, task, NULL, 0)) {
		family.alive++;
		return 0;
	}
	if (!family.tgid || !task__descends(task))
		return 0;
	target__add(task);
	family.added++;
	return 0;
}
