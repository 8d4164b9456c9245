// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injected faults: what all of them share, calls made to fail, and when injection starts and
 * ends. Grants and revokes are broken in inject_window.bpf.c.
 */
#include "prog/rule.bpf.h"

const volatile struct pks_rule rules[PKS_RULES];
struct pks_rule_state rule_states[PKS_RULES];
struct pks_place places[PKS_PLACES];
__u64 places_lost;
__u32 injections;
__u32 armed;

const volatile __u8 note_places;

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

		if (!p->hash && claim(&p->hash, 0, hash)) {
			p->function = function;
			__builtin_memcpy(p->stack, call->record.stack, sizeof(p->stack));
			store_release(&p->nr, call->record.nr_stack < PKS_PLACE_FRAMES ?
						      call->record.nr_stack :
						      PKS_PLACE_FRAMES);
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

/* Attached to each function that is to fail; the cookie is its rule. */
SEC("?kprobe")
int inject_call(struct pt_regs *regs)
{
	__u32 number = bpf_get_attach_cookie(regs) & (PKS_RULES - 1);
	const volatile struct pks_rule *rule = &rules[number];
	struct task_struct *task = bpf_get_current_task_btf();

	if (rule__idle(rule) || !target__calls(task) || !rule__mine(rule, task) ||
	    kernel__nofail(regs, rule->gfp_arg))
		return 0;
	if (rule__hit(regs, number, 0, rule->entry, rule->end))
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
	if (bpf_get_current_task() == loader_task)
		armed = 0;
	return 0;
}

/* The command has become what it was asked to run: what came before was the loader's doing. */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(inject_exec)
{
	if (armed || !target__wanted(bpf_get_current_task_btf()))
		return 0;
	for (int i = 0; i < PKS_RULES; i++)
		rule_states[i].over = rule_states[i].spent;
	armed = 1;
	return 0;
}

/* A child's place in the tree of forks: a number that is the same in a repeated run. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(inject_fork, struct task_struct *parent, struct task_struct *child)
{
	struct inject_thread *from, *to;

	if (!target__wanted(parent))
		return 0;
	from = inject__thread(parent);
	to = inject__thread(child);
	if (from && to)
		to->path = inject__mix(from->path + ++from->children);
	return 0;
}
