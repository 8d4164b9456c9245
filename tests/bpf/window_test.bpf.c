// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts made-up events through the window core, with no traced kernel beneath.
 * A program for each kind of event, run by BPF_PROG_TEST_RUN: raw tracepoint
 * programs, for those may take stacks and need nothing to attach to.
 */
#include "core/fastpath.bpf.h"
#include "core/count_only.bpf.h"
#include "core/cause.bpf.h"
#include "prog/inject.bpf.h"
#include "drive.h"

struct drive_op op;
struct drive_answer answer;
__u64 call_regs[DRIVE_REGS]; /* struct pt_regs */

static __always_inline void op__event(struct window_event *e)
{
	*e = (struct window_event){
		.task = op.task,
		.key = op.key,
		.caller = op.caller,
		.now = op.now,
		.tid = op.tid,
		.tgid = op.tid,
		.count = op.count,
		.context = op.context & 3,
		.page_form = op.page_form,
		.open = op.open,
		.boundary = op.boundary,
		.fresh = op.fresh,
		.arg = op.arg,
	};
	answer = (struct drive_answer){};
}

static __always_inline bool quick__of(struct quick_event *q, const struct window_event *e, __u32 kind)
{
	*q = (struct quick_event){
		.task = e->task,
		.key = e->key,
		.caller = e->caller,
		.now = e->now,
		.count = e->count,
		.slot = quick__slot(e->task),
		.last = e->page_form ? kind | kind << 16 : kind,
		.open = e->open,
	};
	return op.way == DRIVE_QUICK && e->context == PKS_TASK;
}

static __always_inline bool tally__granted(const struct window_event *e)
{
	struct pks_tally *t;

	if (op.way != DRIVE_TALLY || !quick_way)
		return false;
	t = tally__for_grant(e->task, e->count);
	if (t)
		tally__grant(t, e->task, e->now);
	return t;
}

static __always_inline bool tally__revoked(const struct window_event *e)
{
	struct pks_tally *t;

	if (op.way != DRIVE_TALLY || !quick_way)
		return false;
	t = tally__for_revoke(e->task, e->count);
	if (t)
		tally__revoke(t, e->now);
	return t;
}

/* As on_grant() of trace.bpf.c, less what needs a real thread. */
SEC("raw_tp")
int drive_grant(void *ctx)
{
	struct quick_event q;
	struct window_event e;

	op__event(&e);
	if (op.way == DRIVE_TALLY)
		e.caller = 0; /* PKS_BY_ALL */
	if (tally__granted(&e) || (quick__of(&q, &e, PKS_GRANT) && quick__may_grant(&q) &&
				   quick__grant(ctx, &q, QUICK_TRACE)))
		answer.quick = 1;
	else if (!e.page_form && window__inner_half(&e, PKS_GRANT))
		answer.inner = 1;
	else
		window__grant(ctx, &e);
	return 0;
}

SEC("raw_tp")
int drive_revoke(void *ctx)
{
	struct revoke_place place;
	struct window_event e;
	struct quick_event q;
	struct pks_frame *f;

	op__event(&e);
	if (tally__revoked(&e)) {
		answer.quick = 1;
		return 0;
	}
	if (quick__of(&q, &e, PKS_REVOKE)) {
		f = quick__top(&q, QUICK_TRACE);
		if (f) {
			if (!quick__pass(&q, f))
				quick__measure(ctx, &q, f, QUICK_TRACE);
			quick__close(&q);
			answer.quick = 1;
			return 0;
		}
	}
	if (!e.page_form && window__inner_half(&e, PKS_REVOKE)) {
		answer.inner = 1;
		return 0;
	}
	revoke__place(ctx, &e, &place);
	if (!window__revoke(&e, &place))
		window__revoke_odd(ctx, &e, &place);
	return 0;
}

SEC("raw_tp")
int drive_boundary(void *ctx)
{
	struct window_event e;

	op__event(&e);
	if (e.count)
		tally__end();
	window__boundary(ctx, &e);
	return 0;
}

/* As on_key_fault() of fault.bpf.c; the page is given, not looked up. */
SEC("raw_tp")
int drive_fault(void *ctx)
{
	struct finding_request r;
	struct window_event e;

	op__event(&e);
	__builtin_memset(&r, 0, sizeof(r));
	r.class = PKS_STRAY_ACCESS;
	r.key = op.key;
	r.ip = op.caller;
	r.fatal = !op.handled;
	r.cause = fault__cause(&e, &r);
	finding__emit(ctx, &e, &r);
	if (op.handled && !e.count && e.context == PKS_TASK)
		fault__mark_residue(&e);
	return 0;
}

/* As at_fork() of trace.bpf.c, the child's half: op is of the child. */
SEC("raw_tp")
int drive_inherit(void *ctx)
{
	struct window_event e;
	int i;

	op__event(&e);
	i = window__ready_slow(&e);
	if (i >= 0) {
		struct pks_slot *s = &slots[i & (PKS_SLOTS - 1)];

		s->told = s->skew;
	}
	return 0;
}

/* As at_thread_end() does with a thread that has nothing open. */
SEC("raw_tp")
int drive_forget(void *ctx)
{
	slot__forget(op.task);
	return 0;
}

/* Which of a call's arguments inject and hunt would take for one that must not fail, bit by bit. */
SEC("raw_tp")
int drive_nofail(void *ctx)
{
	answer.nofail = 0;
	for (int i = 0; i < DRIVE_ARGUMENTS; i++)
		if (inject__nofail(call_regs, i))
			answer.nofail |= 1 << i;
	return 0;
}

/* As at_thread_end() of trace.bpf.c does for counts by thread. */
SEC("raw_tp")
int drive_end(void *ctx)
{
	site__end(op.caller);
	return 0;
}

/* The first step of an event only: what an interrupt finds that hits right behind it. */
SEC("raw_tp")
int drive_claim(void *ctx)
{
	struct window_event e;

	op__event(&e);
	answer.slot = slot__claim(e.task, e.context);
	return 0;
}
