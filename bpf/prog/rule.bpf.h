/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule and a call: does the rule apply to it, and is it the one to break? The cheapest
 * checks come first, since most calls are let through.
 */
#ifndef PKSTRACE_RULE_BPF_H
#define PKSTRACE_RULE_BPF_H

#include "prog/inject.bpf.h"

extern const volatile struct pks_rule rules[PKS_RULES];
extern struct pks_rule_state rule_states[PKS_RULES];
/* A dry run notes all places that pass the filters. */
extern const volatile __u8 note_places;

/* Compares all 16 bytes: the kernel pads a name with zeros (5.0 and later), as the loader does. */
static __always_inline bool comm__is(const volatile struct pks_rule *rule,
				     const struct task_struct *task)
{
	const volatile __u64 *wanted = (const volatile __u64 *)rule->comm;
	const __u64 *comm = (const __u64 *)kernel__comm(task);

	return comm[0] == wanted[0] && comm[1] == wanted[1];
}

/*
 * True if two or three words suffice to rule the call out. The attributes of the kernel's own
 * fault injection are not among them: a call that a filter rejects does not count at all.
 */
static __always_inline bool rule__idle(const volatile struct pks_rule *rule)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return !armed || ((rule->filters & PKS_FILTER_COMM) && !comm__is(rule, task)) ||
	       ((rule->filters & PKS_FILTER_TID) && (__s32)task__tid(task) != rule->tid);
}

/* That of PKS_FILTER_CGROUP, filled in by the loader: whatever its place is in a namespace. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} rule_cgroup SEC(".maps") __weak;

static __always_inline bool current__in_rule_cgroup(void)
{
	return bpf_current_task_under_cgroup(&rule_cgroup, 0) == 1;
}

/* The rule is about this call of a thread that is followed and that rule__idle() let through. */
static __always_inline bool rule__mine(const volatile struct pks_rule *rule,
				       struct task_struct *task)
{
	/* Never the loader's own: it must live to tell, and to end what it has begun. */
	if (context__now() != PKS_TASK || kernel__tgid(task) == loader_tgid)
		return false;
	if ((rule->filters & PKS_FILTER_WINDOW) && !count__of(task))
		return false;
	if ((rule->filters & PKS_FILTER_CGROUP) && !current__in_rule_cgroup())
		return false;
	return !(rule->filters & PKS_FILTER_MARK) || kernel__marked_to_fail(task);
}

static __always_inline bool within(__u64 address, __u64 start, __u64 end)
{
	return address >= start && address < end;
}

struct stack_filter {
	const volatile struct pks_rule *rule;
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
static __always_inline bool rule__stack(const volatile struct pks_rule *rule,
					const struct inject_call *call)
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
static __always_inline bool rule__decide(const volatile struct pks_rule *rule,
					 struct pks_rule_state *state,
					 const struct inject_thread *thread, __u64 nth)
{
	__u64 draw;

	if (rule->fail_nth)
		return nth == rule->fail_nth;
	if (state->space > 0) {
		__sync_fetch_and_add(&state->space, -1);
		return false;
	}
	if (rule->interval > 1 && (__sync_fetch_and_add(&state->count, 1) + 1) % rule->interval)
		return false;
	draw = inject__mix(inject__mix(rule->seed ^ thread->path) + nth) >> 32;
	return draw < rule->probability;
}

/* Takes one of the times that are left; two threads can't take the same one. */
static __always_inline bool rule__take(struct pks_rule_state *state)
{
	__s64 left = state->times;

	if (left < 0)
		return true;
	if (!left || __sync_val_compare_and_swap(&state->times, left, left - 1) != left)
		return false;
	if (left == 1)
		state->spent = state->over = 1;
	return true;
}

/* Where the call comes from decides whether it counts at all, or its place is noted. */
static __always_inline bool rule__by_place(const volatile struct pks_rule *rule)
{
	return rule->site_end || note_places;
}

/* True where the call is the rule's; call: its stack, if that had to be looked at. */
static __always_inline bool rule__passes(void *ctx, const volatile struct pks_rule *rule,
					 __u64 entry, __u64 end, struct inject_call **call)
{
	if (!rule__by_place(rule))
		return true;
	*call = inject__call(ctx, inject__thread(bpf_get_current_task_btf()), entry, end);
	if (!*call)
		return false;
	return !rule->site_end || within((*call)->record.caller, rule->site_start, rule->site_end);
}

static __always_inline void rule__record(const volatile struct pks_rule *rule,
					 struct pks_injection *record, __u32 number, __u64 nth,
					 __u64 key)
{
	record->kind = rule->kind;
	record->rule = number;
	record->dry = rule->dry;
	record->nth = nth;
	record->key = key;
	record->value = rule->kind == PKS_DELAY_REVOKE ? (__s64)rule->delay : rule->value;
}

/* The rule's verdict on a call that is its own; true: break it. */
static __always_inline bool rule__hit(void *ctx, __u32 number, __u64 key, __u64 entry, __u64 end)
{
	const volatile struct pks_rule *rule = &rules[number];
	struct pks_rule_state *state = &rule_states[number];
	struct inject_thread *thread;
	struct inject_call *call = NULL;
	__u64 nth;

	if (!rule__passes(ctx, rule, entry, end, &call))
		return false;
	__sync_fetch_and_add(&state->seen, 1);
	if (state->spent && !note_places)
		return false;
	thread = inject__thread(bpf_get_current_task_btf());
	if (!thread)
		return false;
	nth = ++thread->nth[number & (PKS_RULES - 1)];
	if (note_places && call) {
		call->record.count = count__of(bpf_get_current_task_btf());
		place__note(call, inject__hash(call), number, 0);
	}
	if (state->spent || !rule__decide(rule, state, thread, nth))
		return false;
	call = call ?: inject__call(ctx, thread, entry, end);
	if (!call || (!rule->fail_nth && !rule__stack(rule, call)) || !rule__take(state))
		return false;
	__sync_fetch_and_add(&state->hits, 1);
	rule__record(rule, &call->record, number, nth, key);
	inject__send(thread);
	return !rule->dry;
}

#endif
