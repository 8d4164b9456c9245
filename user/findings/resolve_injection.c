// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "findings/resolve_frame.h"

static void injection__thread(const struct pks_injection *one, struct resolved_thread *out)
{
	*out = (struct resolved_thread){ .tid = one->tid,
					 .tgid = one->tgid,
					 .cpu = one->cpu,
					 .context = context__row(one->context)->name,
					 .interrupted = one->context != PKS_TASK,
					 .count = one->count };
	memcpy(out->comm, one->comm, PKS_COMM);
}

/* What was done, in words: "skip-revoke", "should_failslab() failed with -ENOMEM". */
static void injection__what(struct resolved_injection *out)
{
	if (out->function && out->error)
		snprintf(out->what, sizeof(out->what), "%s() failed with -%s", out->function,
			 out->error);
	else if (out->function)
		snprintf(out->what, sizeof(out->what), "%s() made to return %" PRId64,
			 out->function, (int64_t)out->value);
	else if (out->delay)
		snprintf(out->what, sizeof(out->what), "%s by %" PRIu64 " us", out->kind,
			 (uint64_t)out->delay / 1000);
	else
		snprintf(out->what, sizeof(out->what), "%s", out->kind);
}

void resolve__injection(const struct resolver *r, const struct injection *from,
			struct resolved_injection *out)
{
	const struct pks_injection *one = &from->record;

	*out = (struct resolved_injection){ .serial = one->serial,
					    .dry = one->dry,
					    .time = one->time,
					    .nth = one->nth,
					    .kind = injection__kind_name(one->kind) };
	if (one->kind == PKS_FAIL_CALL) {
		out->function = from->function ?: "a call";
		out->value = one->value;
		out->error = one->value < 0 ? errno__name(one->value) : NULL;
	} else if (one->kind == PKS_DELAY_REVOKE) {
		out->delay = one->value;
	}
	injection__what(out);
	resolve__place(r, one->caller, &out->caller);
	injection__thread(one, &out->thread);
	out->nr_stack = one->nr_stack < PKS_STACK_DEPTH ? one->nr_stack : PKS_STACK_DEPTH;
	for (unsigned int i = 0; i < out->nr_stack; i++)
		resolve__place(r, one->stack[i], &out->stack[i]);
}

void resolve__cause(const struct resolver *r, const struct pks_finding *raw,
		    struct resolved_finding *out)
{
	const struct injection *one;

	if (!r->injections)
		return;
	one = injections__cause(r->injections, raw, &out->injected_thread);
	if (!one)
		return;
	out->injected = true;
	out->injected_before = raw->time - one->record.time;
	resolve__injection(r, one, &out->injection);
}
