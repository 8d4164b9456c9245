// SPDX-License-Identifier: GPL-2.0-only
/*
 * What serves the loader: programs that it runs itself, attached to nothing, and some that see
 * what it has to know: that the kernel is about to call no program any more, and that modules
 * come and go.
 */
#include "core/event.bpf.h"
#include "kernel/caller.bpf.h"
#include "kernel/hooks.bpf.h"
#include "kernel/iterator.bpf.h"
#include "kernel/module.bpf.h"
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

/* --- modules that come and go -------------------------------------------------------------- */

/*
 * Their memory is used again, by another module or by a new build of
 * the same one, and then the same address is another function. So what the tables hold about
 * an address in it is marked as that of the one that was there (PKS_RETIRED()), before anybody
 * else can be; the loader, which gives addresses their names, is told.
 *
 * Both tracepoints come in a thread that may sleep, with nothing of the module's code running:
 * module_load before its first call, module_free after its last one (kernel/module/main.c).
 */
struct retire_job {
	__u64 start;
	__u64 end;
	__u32 number;
	__u32 pad;
};

/* A return address may be that of the byte behind. */
static __always_inline bool address__retire(__u64 *address, const struct retire_job *job)
{
	__u64 was = READ_ONCE(*address);

	return was > job->start && was <= job->end &&
	       claim(address, was, PKS_RETIRED(was, job->number));
}

/* Counts go on being found by the place in the table, which windows that are open refer to. */
static long site__retire(__u32 i, void *job)
{
	address__retire(&grant_sites[i & (PKS_SITES - 1)].caller, job);
	address__retire(&revoke_sites[i & (PKS_SITES - 1)].caller, job);
	return 0;
}

static long fold__retire(__u32 i, void *arg)
{
	struct pks_fold *f = &folds[i & (PKS_FOLDS - 1)];
	const struct retire_job *job = arg;
	bool any;

	any = address__retire(&f->granted, job);
	any |= address__retire(&f->revoked, job);
	any |= address__retire(&f->ip, job);
	if (any)
		f->key = PKS_FOLD_RETIRED(f->key, job->number);
	return 0;
}

static __always_inline void range__retire(__u64 start, __u64 end, __u32 number)
{
	struct retire_job job = { .start = start, .end = end, .number = number };

	if (!start || end <= start)
		return;
	bpf_loop(PKS_SITES, site__retire, &job, 0);
	bpf_loop(PKS_FOLDS, fold__retire, &job, 0);
}

/*
 * Also where one comes: what was there may have gone unseen, as the code does that a module
 * needs only to be initialized.
 */
static __always_inline int module__event(struct module *mod, bool gone)
{
	struct pks_module_event *e, event = { .type = PKS_RECORD_MODULE, .gone = gone };

	event.number = __sync_fetch_and_add(&module_events, 1) + 1;
	module__fill(&event, mod);
	range__retire(event.start, event.end, event.number);
	range__retire(event.init_start, event.init_end, event.number);
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		lost__add(PKS_LOST_MODULE, 1);
		return 0;
	}
	*e = event;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("?tp_btf/module_load")
int BPF_PROG(at_module_load, struct module *mod)
{
	return module__event(mod, false);
}

SEC("?tp_btf/module_free")
int BPF_PROG(at_module_free, struct module *mod)
{
	return module__event(mod, true);
}
