// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants and revokes that are broken on purpose. Each of these programs is loaded instead
 * of the tracing program of the same form, and traces whatever it does not skip. So the
 * tracer never sees a skipped call, as if nobody had made it, and a call that is let
 * through costs one program, not two. On a trampoline a program skips a call with its
 * return value, on a kprobe with bpf_override_return().
 */
#include "prog/trace.bpf.h"
#include "prog/rule.bpf.h"

/* What the four forms of grants and revokes are, for the stacks that begin in them. */
const volatile struct pks_range inject_range[PKS_FORMS];

/* False: the programs must return 0, and the verifier sees that they do. */
const volatile __u8 may_skip;

/* More than enough for the second that a delay may take (user/inject/plan.h). */
#define DELAY_LOOPS 64

static long delay__step(__u32 i, void *until)
{
	return bpf_ktime_get_ns() >= *(__u64 *)until;
}

/*
 * Busy, as a slow copy would be: the thread must not sleep here. The kernel ends
 * one bpf_loop() after 2^23 steps, of which a fast CPU needs 0.2 seconds.
 */
static __always_inline void delay__for(__u64 ns)
{
	__u64 until = bpf_ktime_get_ns() + ns;

	for (int i = 0; i < DELAY_LOOPS && bpf_ktime_get_ns() < until; i++)
		bpf_loop(1 << 23, delay__step, &until, 0);
}

/* By its return address, for a stack costs as much as many windows. */
static __always_inline bool site__is(void *ctx, const volatile struct pks_rule *rule,
				     enum form form, enum entry by)
{
	return !rule->site_end ||
	       within(caller__read(ctx, form, by), rule->site_start, rule->site_end);
}

/* All that the rule asks of a call, but for what decides whether it is this one's turn. */
static __always_inline bool call__mine(void *ctx, __u32 number, enum form form, enum entry by)
{
	const volatile struct pks_rule *rule = &rules[number];
	struct task_struct *task = bpf_get_current_task_btf();

	return !rule__idle(rule) && (rule->first == PKS_FIRST_TARGET || target__calls(task)) &&
	       rule__mine(rule, task) && site__is(ctx, rule, form, by);
}

/* What becomes of a call of this form, which is one that the rule is about. */
static __always_inline int inject__window(void *ctx, __u32 number, enum form form, enum entry by)
{
	if (!rule__hit(ctx, number, arg__nth(ctx, 0, by), inject_range[form].entry,
		       inject_range[form].end))
		return CALL_TRACED;
	if (rules[number].kind != PKS_DELAY_REVOKE)
		return may_skip ? CALL_SKIPPED : CALL_TRACED;
	delay__for(rules[number].delay);
	return CALL_TRACED;
}

/*
 * What most calls are refused by. Which of these it is, is a constant: the verifier
 * leaves out the rest. No value may outlive a call in a register here: an ordinary
 * page would have to save it, too.
 */
static __always_inline bool refused__first(void *volatile *ctx, __u32 number, enum form form,
					   enum entry by)
{
	const volatile struct pks_rule *rule = &rules[number];
	__u8 first = rule->first;

	if (first == PKS_FIRST_COMM)
		return likely(!comm__is(rule, bpf_get_current_task_btf()));
	if (first == PKS_FIRST_TID)
		return likely((__s32)task__tid(bpf_get_current_task_btf()) != rule->tid);
	if (first == PKS_FIRST_CGROUP)
		return likely(!current__in_rule_cgroup());
	if (first == PKS_FIRST_SITE) {
		__u64 caller = fastpath__caller(*ctx, form, by);

		return likely(caller && !within(caller, rule->site_start, rule->site_end));
	}
	if (first == PKS_FIRST_WINDOW)
		return !kernel__pgmap_count_unchecked(bpf_get_current_task_btf());
	return false;
}

/*
 * The first question about each call. A thread that is not followed is not traced
 * either: it is asked about once.
 */
static __always_inline int inject__first(void *volatile *ctx, __u32 number, enum form form,
					 enum entry by, window_fn ask)
{
	const volatile struct pks_rule *rule = &rules[number];
	struct pks_rule_state *state = &rule_states[number];

	if (rule->first == PKS_FIRST_TARGET) {
		if (!target__wanted(bpf_get_current_task_btf()))
			return RETURNED(CALL_IGNORED);
	} else if (refused__first(ctx, number, form, by)) {
		return RETURNED(CALL_TRACED);
	}
	if (!rule->alone || !state->over)
		return armed ? ask(*ctx) : RETURNED(CALL_TRACED);
	if (context__now() == PKS_TASK)
		__sync_fetch_and_add(&state->seen, 1);
	return RETURNED(CALL_TRACED);
}

/*
 * A program for each form. What follows the first question is a function of its
 * own, and what few calls come to another one: neither saves registers for the next.
 */
#define INJECT_FUNCTIONS(what, number, FORM, BY)                                                   \
	static __noinline int break_##what(void *ctx)                                              \
	{                                                                                          \
		return inject__window(ctx, number, FORM, BY);                                      \
	}                                                                                          \
	static __noinline int ask_##what(void *ctx)                                                \
	{                                                                                          \
		void *volatile kept = ctx;                                                         \
                                                                                                   \
		return call__mine(kept, number, FORM, BY) ? break_##what(kept) : CALL_TRACED;      \
	}                                                                                          \
	static __always_inline int first_##what(void *volatile *ctx)                               \
	{                                                                                          \
		return inject__first(ctx, number, FORM, BY, ask_##what);                           \
	}

#define INJECT_WINDOW(what, suffix, BY)                                                            \
	((struct window_program){ .first = first_##what##suffix,                                   \
				  .fast = trace_##what##suffix,                                    \
				  .any = any_##what##suffix,                                       \
				  .device = page_device##suffix,                                   \
				  .by = BY })

/* Skips the call that the program is run for; dead code, and so allowed, where none may be. */
static __always_inline int skip_if(struct pt_regs *regs, int verdict)
{
	if (may_skip && verdict)
		bpf_override_return(regs, 0);
	return 0;
}

#define INJECT_PROGRAM(what, on, number, FORM)                                                     \
	INJECT_FUNCTIONS(what, number, FORM, BY_TRAMPOLINE)                                        \
	INJECT_FUNCTIONS(what##_regs, number, FORM, BY_REGS)                                       \
	SEC("?fmod_ret")                                                                           \
	int inject_##what(void *ctx)                                                               \
	{                                                                                          \
		return on(ctx, INJECT_WINDOW(what, , BY_TRAMPOLINE));                              \
	}                                                                                          \
	SEC("?kprobe")                                                                             \
	int inject_##what##_regs(struct pt_regs *regs)                                             \
	{                                                                                          \
		struct pt_regs *volatile kept = regs;                                              \
		int verdict = on(regs, INJECT_WINDOW(what, _regs, BY_REGS));                       \
                                                                                                   \
		return skip_if(kept, verdict);                                                     \
	}

INJECT_PROGRAM(grant_page, on_page, PKS_RULE_GRANT, GRANT_PAGE)
INJECT_PROGRAM(revoke_page, on_page, PKS_RULE_REVOKE, REVOKE_PAGE)
INJECT_PROGRAM(grant_pgmap, on_pgmap, PKS_RULE_GRANT, GRANT_PGMAP)
INJECT_PROGRAM(revoke_pgmap, on_pgmap, PKS_RULE_REVOKE, REVOKE_PGMAP)
