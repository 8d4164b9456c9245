// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults made on purpose. The loader attaches these last: of the programs on
 * a function the newest runs first, so that a grant or revoke that is skipped
 * here is never seen by the tracing programs, as if nobody had called it.
 */
#include "inject.bpf.h"

struct pks_rule rules[PKS_RULES];
struct pks_place places[PKS_PLACES];
__u64 places_lost;
__u32 injections;
__u32 armed;

/* What the four forms of grants and revokes are, for the stacks that begin in them. */
const volatile struct pks_range inject_range[PKS_FORMS];

/* The loader's thread; without it no injection. */
const volatile __s32 injector;

/* False: the programs must return 0, and the verifier sees that they do. */
const volatile __u8 may_skip;

/* A dry run notes all places that pass the filters. */
const volatile __u8 note_places;

/* Above the function there are at most the program, its trampoline and a probe's frames. */
#define OWN_FRAMES 8

struct stack_end {
	const __u64 *stack;
	__u32 nr;
};

static long stack__count(__u32 i, void *arg)
{
	struct stack_end *end = arg;

	if (i >= PKS_STACK_DEPTH || !end->stack[i])
		return 1;
	end->nr = i + 1;
	return 0;
}

__noinline int inject__callers(struct inject_call *call, __u64 entry, __u64 end)
{
	struct stack_end count = {};
	__u32 own = 0;

	if (!call)
		return 0;
	for (__u32 i = 0; i < OWN_FRAMES && !own; i++)
		if (call->raw[i] >= entry && call->raw[i] < end)
			own = i + 1;
	if (!own)
		return 0;
	bpf_probe_read_kernel(call->record.stack, sizeof(call->record.stack),
			      (void *)call->raw + own * sizeof(__u64));
	count.stack = call->record.stack;
	bpf_loop(PKS_STACK_DEPTH, stack__count, &count, 0);
	call->record.nr_stack = count.nr;
	call->record.caller = call->record.stack[0];
	return count.nr;
}

__noinline __u64 inject__hash(const struct inject_call *call)
{
	__u64 hash = 0;

	if (!call)
		return 1;
	for (int i = 0; i < PKS_PLACE_FRAMES; i++)
		hash = (hash + call->record.stack[i]) * HASH_FACTOR;
	return hash | 1;
}

__noinline int place__note(const struct inject_call *call, __u64 hash, __u32 function, __u32 after)
{
	__u32 h = hash >> (64 - PLACE_BITS);

	if (!call)
		return -1;
	for (int i = 0; i < PLACE_PROBES; i++) {
		__u32 at = (h + i) & (PKS_PLACES - 1);
		struct pks_place *p = &places[at];

		if (!p->hash && !__sync_val_compare_and_swap(&p->hash, 0, hash)) {
			p->function = function;
			__builtin_memcpy(p->stack, call->record.stack, sizeof(p->stack));
			p->nr = call->record.nr_stack < PKS_PLACE_FRAMES ? call->record.nr_stack :
									   PKS_PLACE_FRAMES;
		}
		if (p->hash != hash)
			continue;
		__sync_fetch_and_add(&p->seen, 1);
		if (call->record.count)
			__sync_fetch_and_add(&p->in_window, 1);
		if (after)
			__sync_fetch_and_add(&p->after, 1);
		return at;
	}
	__sync_fetch_and_add(&places_lost, 1);
	return -1;
}

/* Both are padded with zeros: two words each. */
static __always_inline bool comm__is(const struct pks_rule *rule)
{
	const __u64 *wanted = (const __u64 *)rule->comm;
	__u64 comm[PKS_COMM / sizeof(__u64)] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	return comm[0] == wanted[0] && comm[1] == wanted[1];
}

/* Whose call it is. These are not the kernel's attributes: what they refuse is no call at all. */
static __always_inline bool rule__thread(const struct pks_rule *rule, struct task_struct *task)
{
	if (!follow__calls(task))
		return false;
	if ((rule->pid && task->tgid != rule->pid) || (rule->tid && task->pid != rule->tid))
		return false;
	if (rule->in_window && !count__of(task))
		return false;
	if (rule->cgroup &&
	    bpf_get_current_ancestor_cgroup_id(rule->cgroup_level) != rule->cgroup)
		return false;
	return !rule->comm[0] || comm__is(rule);
}

static __always_inline bool within(__u64 address, __u64 start, __u64 end)
{
	return address >= start && address < end;
}

struct stack_filter {
	const struct pks_rule *rule;
	const __u64 *stack;
	__u32 wanted;
};

static long stack__filter(__u32 i, void *arg)
{
	struct stack_filter *f = arg;
	__u64 address;

	if (i >= PKS_STACK_DEPTH || !f->stack[i])
		return 1;
	address = f->stack[i];
	if (within(address, f->rule->reject_start, f->rule->reject_end)) {
		f->wanted = 0;
		return 1;
	}
	if (within(address, f->rule->require_start, f->rule->require_end))
		f->wanted = 1;
	return 0;
}

/* As fail_stacktrace() of lib/fault-inject.c. */
static __always_inline bool rule__stack(const struct pks_rule *rule, const struct inject_call *call)
{
	struct stack_filter f = {
		.rule = rule,
		.stack = call->record.stack,
		.wanted = !rule->require_end,
	};

	if (!rule->require_end && !rule->reject_end)
		return true;
	bpf_loop(PKS_STACK_FILTER, stack__filter, &f, 0);
	return f.wanted;
}

/* As should_fail_ex() decides, in its order; the stack is looked at last. */
static __always_inline bool rule__decide(struct pks_rule *rule, const struct inject_thread *thread,
					 __u64 nth)
{
	__u64 draw;

	if (rule->fail_nth)
		return nth == rule->fail_nth;
	if (rule->space > 0) {
		__sync_fetch_and_add(&rule->space, -1);
		return false;
	}
	if (rule->interval > 1 && (__sync_fetch_and_add(&rule->count, 1) + 1) % rule->interval)
		return false;
	draw = inject__mix(inject__mix(rule->seed ^ thread->path) + nth) >> 32;
	return draw < rule->probability;
}

/* Takes one of the times that are left; two threads can't take the same one. */
static __always_inline bool rule__take(struct pks_rule *rule)
{
	__s64 left = rule->times;

	if (left < 0)
		return true;
	return left > 0 && __sync_val_compare_and_swap(&rule->times, left, left - 1) == left;
}

/* Where the call comes from decides whether it counts at all, or its place is noted. */
static __always_inline bool rule__by_place(const struct pks_rule *rule)
{
	return rule->site_end || note_places;
}

/* Nothing can come of this rule any more; until then each call costs the least it can. */
static __always_inline bool rule__spent(const struct pks_rule *rule)
{
	return !rule->times || (!rule->probability && !rule->fail_nth);
}

/* True where the call is the rule's; call: its stack, if that had to be looked at. */
static __always_inline bool rule__passes(void *ctx, const struct pks_rule *rule, __u64 entry,
					 __u64 end, struct inject_call **call)
{
	if (!rule__by_place(rule))
		return true;
	*call = inject__call(ctx, entry, end);
	if (!*call)
		return false;
	return !rule->site_end || within((*call)->record.caller, rule->site_start, rule->site_end);
}

static __always_inline void rule__record(const struct pks_rule *rule, struct pks_injection *record,
					 __u32 number, __u64 nth, __u64 key)
{
	record->kind = rule->kind;
	record->rule = number;
	record->dry = rule->dry;
	record->nth = nth;
	record->key = key;
	record->value = rule->kind == PKS_DELAY_REVOKE ? (__s64)rule->delay : rule->value;
}

/* The rule's verdict on a call that rule__mine() let through; true: break it. */
static __always_inline bool rule__hit(void *ctx, struct pks_rule *rule, __u32 number, __u64 key,
				      __u64 entry, __u64 end)
{
	struct inject_thread *thread;
	struct inject_call *call = NULL;
	__u64 nth;

	if (!rule__passes(ctx, rule, entry, end, &call))
		return false;
	__sync_fetch_and_add(&rule->seen, 1);
	if (rule__spent(rule) && !note_places)
		return false;
	thread = inject__thread(bpf_get_current_task_btf());
	if (!thread)
		return false;
	nth = ++thread->nth[number & (PKS_RULES - 1)];
	if (note_places && call) {
		call->record.count = count__of(bpf_get_current_task_btf());
		place__note(call, inject__hash(call), number, 0);
	}
	if (rule__spent(rule) || !rule__decide(rule, thread, nth))
		return false;
	call = call ?: inject__call(ctx, entry, end);
	if (!call || (!rule->fail_nth && !rule__stack(rule, call)) || !rule__take(rule))
		return false;
	__sync_fetch_and_add(&rule->hits, 1);
	rule__record(rule, &call->record, number, nth, key);
	inject__send(call, thread);
	return !rule->dry;
}

/* First of all, and cheap: is injection on, and is this thread's call wanted? */
static __always_inline bool rule__mine(const struct pks_rule *rule)
{
	struct task_struct *task;

	if (!armed || rule->kind == PKS_INJECT_NONE)
		return false;
	task = bpf_get_current_task_btf();
	if (!rule__thread(rule, task) || context__now() != PKS_TASK)
		return false;
	return !rule->task_filter || task__marked(task);
}

static long delay__step(__u32 i, void *until)
{
	return bpf_ktime_get_ns() >= *(__u64 *)until;
}

/* Busy, as a slow copy would be: the thread must not sleep here. */
static __always_inline void delay__for(__u64 ns)
{
	__u64 until = bpf_ktime_get_ns() + ns;

	bpf_loop(1 << 23, delay__step, &until, 0);
}

/* 1: skip the call of this form, which rule__mine() let through. */
static __always_inline int inject__window(void *ctx, __u32 number, __u32 form)
{
	struct pks_rule *rule = &rules[number];
	__u64 key = 0;

	bpf_get_func_arg(ctx, 0, &key);
	if (!rule__hit(ctx, rule, number, key, inject_range[form].entry, inject_range[form].end))
		return 0;
	if (rule->kind != PKS_DELAY_REVOKE)
		return may_skip;
	delay__for(rule->delay);
	return 0;
}

/* devmap_protected(): a kmap of any other page is no window. */
static __always_inline bool inject__protected(struct page *page)
{
	const volatile struct pks_facts *k = &settings.facts;
	struct dev_pagemap *pgmap;

	if (likely((page->flags & k->zone_mask) != k->zone_device))
		return false;
	pgmap = (struct dev_pagemap *)kernel__page_pgmap(page);
	return BPF_CORE_READ(pgmap, flags) & PGMAP_PROTECTION;
}

SEC("?fmod_ret")
int BPF_PROG(inject_grant_page, struct page *page)
{
	if (!rule__mine(&rules[PKS_RULE_GRANT]) || !inject__protected(page))
		return 0;
	return inject__window(ctx, PKS_RULE_GRANT, 0);
}

SEC("?fmod_ret")
int BPF_PROG(inject_revoke_page, struct page *page)
{
	if (!rule__mine(&rules[PKS_RULE_REVOKE]) || !inject__protected(page))
		return 0;
	return inject__window(ctx, PKS_RULE_REVOKE, 1);
}

SEC("?fmod_ret")
int BPF_PROG(inject_grant_pgmap)
{
	return rule__mine(&rules[PKS_RULE_GRANT]) ? inject__window(ctx, PKS_RULE_GRANT, 2) : 0;
}

SEC("?fmod_ret")
int BPF_PROG(inject_revoke_pgmap)
{
	return rule__mine(&rules[PKS_RULE_REVOKE]) ? inject__window(ctx, PKS_RULE_REVOKE, 3) : 0;
}

/* Attached to each function that is to fail; the cookie is its rule. */
SEC("?kprobe")
int inject_call(struct pt_regs *regs)
{
	__u32 number = bpf_get_attach_cookie(regs) & (PKS_RULES - 1);
	struct pks_rule *rule = &rules[number];

	if (!rule__mine(rule) || inject__nofail(regs, rule->gfp_arg))
		return 0;
	if (rule__hit(regs, rule, number, 0, rule->entry, rule->end))
		bpf_override_return(regs, rule->value);
	return 0;
}

/*
 * The loader ends, however: from here on nothing is broken. Its exit comes
 * before the kernel closes its files, of which each detach takes its time.
 */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(inject_over, struct task_struct *task)
{
	if (task->pid == injector)
		armed = 0;
	return 0;
}

/* The command has become what it was asked to run: what came before was the loader's doing. */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(inject_exec)
{
	if (!armed && follow__wanted(bpf_get_current_task_btf()))
		armed = 1;
	return 0;
}

/* A child's place in the tree of forks: a number that is the same in a repeated run. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(inject_fork, struct task_struct *parent, struct task_struct *child)
{
	struct inject_thread *from, *to;

	if (!follow__wanted(parent))
		return 0;
	from = inject__thread(parent);
	to = inject__thread(child);
	if (from && to)
		to->path = inject__mix(from->path + ++from->children);
	return 0;
}
