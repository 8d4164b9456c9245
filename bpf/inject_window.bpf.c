// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants and revokes that are broken on purpose. Each of these is loaded in the
 * place of the tracing program of the same form, and traces what it does not
 * skip: what is skipped is never seen by the tracer, as if nobody had called it,
 * and a call that is let through costs one program, not two.
 */
#include "trace.bpf.h"
#include "rule.bpf.h"

/* What the four forms of grants and revokes are, for the stacks that begin in them. */
const volatile struct pks_range inject_range[PKS_FORMS];

/* False: the programs must return 0, and the verifier sees that they do. */
const volatile __u8 may_skip;

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

/* The rule is not about this call, or can't break any more: it is counted, if at all. */
static __always_inline bool inject__past(void *ctx, __u32 number, enum form form)
{
	struct pks_rule *rule = &rules[number];

	if (!rule__mine(rule, bpf_get_current_task_btf()))
		return true;
	/* By its return address, for a stack costs as much as many windows. */
	if (rule->site_end && !within(caller__read(ctx, form), rule->site_start, rule->site_end))
		return true;
	return rule__only_counts(rule);
}

/* More than 0: skip the call of this form. */
static __always_inline int inject__window(void *ctx, __u32 number, enum form form)
{
	struct pks_rule *rule = &rules[number];

	if (!rule__hit(ctx, rule, number, arg__key(ctx), inject_range[form].entry,
		       inject_range[form].end))
		return 0;
	if (rule->kind != PKS_DELAY_REVOKE)
		return may_skip;
	delay__for(rule->delay);
	return 0;
}

/*
 * A program for each form. What follows the rule's first look is a function of its
 * own, and what few calls come to another one: neither saves registers for the next.
 */
#define INJECT_PROGRAM(what, on, number, FORM)                                                     \
	static __noinline int break_##what(void *ctx)                                              \
	{                                                                                          \
		return inject__window(ctx, number, FORM);                                          \
	}                                                                                          \
	static __noinline int ask_##what(void *ctx)                                                \
	{                                                                                          \
		void *volatile kept = ctx;                                                         \
                                                                                                   \
		return inject__past(ctx, number, FORM) ? 0 : break_##what(kept);                   \
	}                                                                                          \
	static __always_inline int first_##what(void *volatile *ctx)                               \
	{                                                                                          \
		if (likely(rule__idle(&rules[number], bpf_get_current_task_btf())))                \
			return 0;                                                                  \
		return ask_##what(*ctx);                                                           \
	}                                                                                          \
	SEC("?fmod_ret")                                                                           \
	int inject_##what(void *ctx)                                                               \
	{                                                                                          \
		return on(ctx, first_##what, trace_##what, any_##what);                            \
	}

INJECT_PROGRAM(grant_page, on_page, PKS_RULE_GRANT, GRANT_PAGE)
INJECT_PROGRAM(revoke_page, on_page, PKS_RULE_REVOKE, REVOKE_PAGE)
INJECT_PROGRAM(grant_pgmap, on_pgmap, PKS_RULE_GRANT, GRANT_PGMAP)
INJECT_PROGRAM(revoke_pgmap, on_pgmap, PKS_RULE_REVOKE, REVOKE_PGMAP)
