// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts made-up events through the window core, with no traced kernel beneath.
 * A program for each kind of event, run by BPF_PROG_TEST_RUN: raw tracepoint
 * programs, for those may take stacks and need nothing to attach to.
 */
#include "core/event.bpf.h"
#include "prog/pages.bpf.h"
#include "prog/inject.bpf.h"
#include "drive.h"

struct drive_op op;
struct drive_answer answer;
__u64 call_regs[DRIVE_REGS]; /* struct pt_regs */

/* What several threads drive at once: each its own batch. */
struct drive_batch batches[DRIVE_WORKERS];
__u64 arrived[DRIVE_MEETINGS];

static __always_inline void op__event(struct window_event *e, const struct drive_op *op)
{
	*e = (struct window_event){
		.task = op->task,
		.key = op->key,
		.caller = op->way == DRIVE_COUNT_ONLY ? 0 : op->caller, /* PKS_BY_ALL */
		.now = op->now,
		.tid = op->tid,
		.tgid = op->tid,
		.count = op->count,
		.context = op->context & 3,
		.page_form = op->page_form,
		.pgmap_form = !op->page_form,
		.open = op->open,
		.boundary = op->boundary,
		.fresh = op->fresh,
		.arg = op->arg,
	};
}

/* All that a program would have to read is in the event. */
static __always_inline void op__caller(void *ctx, struct window_event *e, __u32 how)
{
}

static __always_inline bool op__read(void *ctx, struct window_event *e, __u32 how)
{
	return true;
}

static __always_inline bool op__timed(void *ctx, const struct window_event *e, struct pks_slot *s,
				      struct pks_frame *f, __u32 how)
{
	fastpath__timed(ctx, e, s, f, PATH_FAST_TRACE);
	return true;
}

static __always_inline void op__name(struct window_event *e, const struct task_struct *task)
{
}

static __always_inline bool count_only__granted(const struct window_event *e,
						const struct drive_op *op)
{
	struct pks_count_only *t;

	if (op->way != DRIVE_COUNT_ONLY || !fastpath_open)
		return false;
	if (!count_only__for_grant(e->task, e->count, &t))
		return false;
	count_only__grant(t, e->now);
	return true;
}

static __always_inline bool count_only__revoked(const struct window_event *e,
						const struct drive_op *op)
{
	struct pks_count_only *t;

	if (op->way != DRIVE_COUNT_ONLY || !fastpath_open)
		return false;
	t = count_only__for_revoke(e->task, e->count);
	if (t)
		count_only__revoke(t, e->now);
	return t;
}

static __always_inline bool op__may_be_fast(const struct window_event *e, const struct drive_op *op)
{
	return op->way == DRIVE_FAST && e->context == PKS_TASK;
}

static __always_inline void op__grant(void *ctx, const struct drive_op *op, struct drive_answer *to)
{
	struct window_event e;

	op__event(&e, op);
	to->fast = count_only__granted(&e, op) ||
		   (op__may_be_fast(&e, op) &&
		    event__granted_fast(ctx, &e, PATH_FAST_TRACE, op__read, 0, op__name, NULL));
	if (!to->fast)
		to->inner = event__granted(ctx, &e, op__caller, 0);
}

static __always_inline void op__revoke(void *ctx, const struct drive_op *op,
				       struct drive_answer *to)
{
	struct window_event e;

	op__event(&e, op);
	to->fast = count_only__revoked(&e, op) ||
		   (op__may_be_fast(&e, op) &&
		    event__revoked_fast(ctx, &e, PATH_FAST_TRACE, op__timed, 0));
	if (!to->fast)
		to->inner = event__revoked(ctx, &e, op__caller, 0);
}

static __always_inline void op__boundary(void *ctx, const struct drive_op *op)
{
	struct window_event e;

	op__event(&e, op);
	event__boundary(ctx, &e, e.boundary == PKS_THREAD_EXIT || e.boundary == PKS_WORK_END);
}

/* The page is given, not looked up. */
static __always_inline void op__fault(void *ctx, const struct drive_op *op)
{
	struct finding_request r;
	struct window_event e;

	op__event(&e, op);
	__builtin_memset(&r, 0, sizeof(r));
	r.key = op->key;
	r.ip = op->caller;
	event__fault(ctx, &e, &r, op->handled);
}

SEC("raw_tp")
int drive_grant(void *ctx)
{
	answer = (struct drive_answer){};
	op__grant(ctx, &op, &answer);
	return 0;
}

SEC("raw_tp")
int drive_revoke(void *ctx)
{
	answer = (struct drive_answer){};
	op__revoke(ctx, &op, &answer);
	return 0;
}

SEC("raw_tp")
int drive_boundary(void *ctx)
{
	answer = (struct drive_answer){};
	op__boundary(ctx, &op);
	return 0;
}

SEC("raw_tp")
int drive_fault(void *ctx)
{
	answer = (struct drive_answer){};
	op__fault(ctx, &op);
	return 0;
}

/* A fork's child inside a window: op is of the child. */
SEC("raw_tp")
int drive_inherit(void *ctx)
{
	struct window_event e;

	op__event(&e, &op);
	event__inherited(&e);
	return 0;
}

/* Which of a call's arguments inject and hunt would take for one that must not fail, bit by bit. */
SEC("raw_tp")
int drive_nofail(void *ctx)
{
	answer.nofail = 0;
	for (int i = 0; i < DRIVE_ARGUMENTS; i++)
		if (kernel__nofail(call_regs, i))
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

	op__event(&e, &op);
	answer.slot = slot__claim(e.task, e.context);
	return 0;
}

/* --- several threads at once ------------------------------------------------ */

struct meeting {
	__u64 *arrived;
	__u32 workers;
};

static long meeting__wait(__u32 i, void *arg)
{
	const struct meeting *m = arg;

	return READ_ONCE(*m->arrived) >= m->workers;
}

/* What two threads do next, they do at the same moment; one that never comes is not waited for. */
static __always_inline void op__meet(const struct drive_op *op)
{
	struct meeting m = { .arrived = &arrived[op->key & (DRIVE_MEETINGS - 1)],
			     .workers = op->count };

	__sync_fetch_and_add(m.arrived, 1);
	bpf_loop(DRIVE_PATIENCE, meeting__wait, &m, 0);
}

struct batch_job {
	void *ctx;
	__u32 worker;
};

/* Each a function: their stacks must not add up. */
static __noinline int batch__grant(void *ctx, struct drive_batch *batch, __u32 i)
{
	op__grant(ctx, &batch->ops[i & (DRIVE_BATCH - 1)], &batch->answer);
	return 0;
}

static __noinline int batch__revoke(void *ctx, struct drive_batch *batch, __u32 i)
{
	op__revoke(ctx, &batch->ops[i & (DRIVE_BATCH - 1)], &batch->answer);
	return 0;
}

static __noinline int batch__fault(void *ctx, struct drive_batch *batch, __u32 i)
{
	op__fault(ctx, &batch->ops[i & (DRIVE_BATCH - 1)]);
	return 0;
}

static long batch__step(__u32 i, void *arg)
{
	const struct batch_job *job = arg;
	struct drive_batch *batch = &batches[job->worker & (DRIVE_WORKERS - 1)];
	const struct drive_op *op = &batch->ops[i & (DRIVE_BATCH - 1)];

	switch (op->event) {
	case DRIVE_MEET:
		op__meet(op);
		break;
	case DRIVE_PUBLISH:
		pages__publish(op->key, op->count);
		break;
	case DRIVE_UNPUBLISH:
		WRITE_ONCE(fastpath_pages.size, 0);
		break;
	case DRIVE_LOOK:
		batch->known += page__fastpath((const struct page *)op->key);
		break;
	case DRIVE_GRANT:
		batch__grant(job->ctx, batch, i);
		break;
	case DRIVE_REVOKE:
		batch__revoke(job->ctx, batch, i);
		break;
	case DRIVE_FAULT:
		batch__fault(job->ctx, batch, i);
		break;
	case DRIVE_BOUNDARY:
		op__boundary(job->ctx, op);
		break;
	}
	return 0;
}

static __always_inline int batch__run(void *ctx, __u32 worker)
{
	struct batch_job job = { .ctx = ctx, .worker = worker };

	bpf_loop(batches[worker].nr, batch__step, &job, 0);
	return 0;
}

/* A program for each worker, some called in a roundabout way: no two stacks are alike. */
static __noinline int batch__roundabout(void *ctx, __u32 worker)
{
	return batch__run(ctx, worker);
}

SEC("raw_tp")
int drive_batch_0(void *ctx)
{
	return batch__run(ctx, 0);
}

SEC("raw_tp")
int drive_batch_1(void *ctx)
{
	return batch__roundabout(ctx, 1);
}

SEC("raw_tp")
int drive_batch_2(void *ctx)
{
	return batch__run(ctx, 2);
}

SEC("raw_tp")
int drive_batch_3(void *ctx)
{
	return batch__roundabout(ctx, 3);
}
