/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule and a call: is it one of those that the rule is about, and is it the
 * one to break? Asked in the order of what refuses at the least cost, for most
 * calls are refused.
 */
#ifndef PKSTRACE_RULE_BPF_H
#define PKSTRACE_RULE_BPF_H

#include "inject.bpf.h"

extern struct pks_rule rules[PKS_RULES];
/* A dry run notes all places that pass the filters. */
extern const volatile __u8 note_places;

/* Of both all 16 bytes count: the kernel pads a name with zeros (5.0 and later), as the loader does. */
static __always_inline bool comm__is(const struct pks_rule *rule, const struct task_struct *task)
{
	const __u64 *wanted = (const __u64 *)rule->comm;
	const __u64 *comm = (const __u64 *)task->comm;

	return comm[0] == wanted[0] && comm[1] == wanted[1];
}

/*
 * Nothing can come of the call, as two or three words tell. Not the attributes of
 * the kernel's own fault injection: what a filter refuses is no call at all.
 */
static __always_inline bool rule__idle(const struct pks_rule *rule, const struct task_struct *task)
{
	if ((rule->filters & PKS_FILTER_COMM) && likely(!comm__is(rule, task)))
		return true;
	if ((rule->filters & PKS_FILTER_TID) && likely(task->pid != rule->tid))
		return true;
	return !armed;
}

/* The rule is about this thread's calls, which rule__idle() has let through. */
static __always_inline bool rule__mine(const struct pks_rule *rule, struct task_struct *task)
{
	__u32 filters = rule->filters & (PKS_FILTER_WINDOW | PKS_FILTER_CGROUP | PKS_FILTER_MARK);

	if (!follow__calls(task) || context__now() != PKS_TASK)
		return false;
	if (likely(!filters))
		return true;
	if ((filters & PKS_FILTER_WINDOW) && !count__of(task))
		return false;
	if ((filters & PKS_FILTER_CGROUP) &&
	    bpf_get_current_ancestor_cgroup_id(rule->cgroup_level) != rule->cgroup)
		return false;
	return !(filters & PKS_FILTER_MARK) || task__marked(task);
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

/* True where no more is to be known of a call that passed than that it did. */
static __always_inline bool rule__only_counts(struct pks_rule *rule)
{
	if (rule__by_place(rule) || !rule__spent(rule))
		return false;
	__sync_fetch_and_add(&rule->seen, 1);
	return true;
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

/* The rule's verdict on a call that is its own; true: break it. */
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

#endif
