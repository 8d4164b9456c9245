// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "kernel/dialect.h"
#include "findings/finding.h"
#include "util/json_set.h"
#include "report/json.h"
#include "report/snapshot.h"
#include "report/text.h"
#include "kernel/ksyms.h"

enum snapshot_state snapshot__state(const struct pks_inside *thread)
{
	if (thread->count > 0)
		return SNAPSHOT_INSIDE;
	return thread->count < 0 ? SNAPSHOT_OVER_REVOKED : SNAPSHOT_KEY_OPEN;
}

static unsigned int stack__frames(const struct pks_inside *thread)
{
	return thread->nr_stack < PKS_STACK_DEPTH ? thread->nr_stack : PKS_STACK_DEPTH;
}

static void text__thread(const struct report *r, const struct pks_inside *t)
{
	__u32 mask = r->dialect->facts.pkey_mask;

	fprintf(r->out, "%.*s/%u (tgid %u): ", PKS_COMM, t->comm, t->tid, t->tgid);
	switch (snapshot__state(t)) {
	case SNAPSHOT_INSIDE:
		fprintf(r->out, "%d window%s open", t->count, t->count == 1 ? "" : "s");
		break;
	case SNAPSHOT_OVER_REVOKED:
		fprintf(r->out, "revoked %d time%s too often, its next windows will open nothing",
			-t->count, t->count == -1 ? "" : "s");
		break;
	default:
		fputs("no window, but the key is open", r->out);
	}
	fprintf(r->out, "; PKRS 0x%08x (key %u: %s)\n", t->pkrs, finding__pkey(mask),
		finding__rights(t->pkrs, mask));
	for (unsigned int i = 0; i < stack__frames(t); i++)
		frame__print(r, t->stack[i], SYMBOL_RETURN, false);
	if (!stack__frames(t))
		fprintf(r->out, " (no stack: the thread %s)\n",
			t->running ? "is running" : "has just ended, or is in user space");
	fputc('\n', r->out);
}

static void text__summary(const struct report *r, const struct snapshot_counts *c)
{
	fprintf(r->out,
		"pkstrace: of %" PRIu64 " threads %" PRIu64 " inside a window, %" PRIu64
		" revoked too often, %" PRIu64 " with the key open without a window\n",
		(uint64_t)c->looked_at, (uint64_t)c->in_state[SNAPSHOT_INSIDE],
		(uint64_t)c->in_state[SNAPSHOT_OVER_REVOKED],
		(uint64_t)c->in_state[SNAPSHOT_KEY_OPEN]);
}

static const char *const state_names[NR_SNAPSHOT_STATES] = {
	[SNAPSHOT_INSIDE] = "inside",
	[SNAPSHOT_OVER_REVOKED] = "over-revoked",
	[SNAPSHOT_KEY_OPEN] = "key-open",
};

static void json__thread(const struct report *r, const struct pks_inside *t)
{
	__u32 mask = r->dialect->facts.pkey_mask;
	json_t *object = json_object(), *stack = json_array();
	char comm[PKS_COMM + 1];

	snprintf(comm, sizeof(comm), "%.*s", PKS_COMM, t->comm);
	set_text(object, "type", "thread");
	set_text(object, "comm", comm);
	set_number(object, "tid", t->tid);
	set_number(object, "tgid", t->tgid);
	set_text(object, "state", state_names[snapshot__state(t)]);
	set_number(object, "depth", t->count);
	set_hex(object, "pkrs", t->pkrs);
	set_number(object, "pkey", finding__pkey(mask));
	set_text(object, "rights", finding__rights(t->pkrs, mask));
	set_flag(object, "running", t->running);
	for (unsigned int i = 0; i < stack__frames(t); i++)
		json_array_append_new(stack, frame__json(r, t->stack[i], SYMBOL_RETURN));
	json_object_set_new(object, "stack", stack);
	line__write(r, object);
}

static void json__summary(const struct report *r, const struct snapshot_counts *c)
{
	json_t *object = json_object();

	set_text(object, "type", "summary");
	set_number(object, "threads", c->looked_at);
	for (int i = 0; i < NR_SNAPSHOT_STATES; i++)
		set_number(object, state_names[i], c->in_state[i]);
	line__write(r, object);
}

const struct snapshot_renderer snapshot_text = { .thread = text__thread, .summary = text__summary };
const struct snapshot_renderer snapshot_json = { .thread = json__thread, .summary = json__summary };
