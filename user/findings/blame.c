// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/blame.h"
#include "findings/callchain.h"
#include "findings/model.h"
#include "kernel/symbols/ksyms.h"

/* Where a function begins that a call comes from; the address itself where it is not known. */
static __u64 function__of(struct symbols *symbols, __u64 address)
{
	struct symbol symbol;

	return symbols__find(symbols, address, SYMBOL_RETURN, &symbol) ? address : symbol.start;
}

/* The stack without what the tracer and the window's own functions have on top of it. */
static struct model_stack stack__bare(struct symbols *symbols, const struct model_stack *stack,
				      __u64 caller)
{
	struct model_stack bare = { .nr = 0 };
	unsigned int from = stack__skip_own(symbols, stack);

	if (from < stack->nr) {
		bare.nr = stack->nr - from;
		memcpy(bare.address, stack->address + from, bare.nr * sizeof(bare.address[0]));
	} else if (caller) {
		bare.address[bare.nr++] = caller;
	}
	return bare;
}

/* How many frames of the two are of one alone: both came from the same functions up to there. */
static unsigned int stack__distance(struct symbols *symbols, const struct model_stack *a,
				    const struct model_stack *b)
{
	unsigned int same = 0;

	while (same < a->nr && same < b->nr &&
	       function__of(symbols, a->address[a->nr - 1 - same]) ==
		       function__of(symbols, b->address[b->nr - 1 - same]))
		same++;
	return a->nr + b->nr - 2 * same;
}

static void finding__swap(struct model_finding *f)
{
	struct pks_origin origin = f->raw.granted;
	struct model_stack stack = f->granted;

	f->raw.granted = f->raw.sibling;
	f->granted = f->sibling;
	f->raw.sibling = origin;
	f->sibling = stack;
	f->swapped = true;
}

void blame__choose(struct symbols *symbols, struct model_finding *f)
{
	struct model_stack open, closed, revoke;

	if (!f->raw.siblings || f->swapped)
		return;
	open = stack__bare(symbols, &f->granted, f->raw.granted.caller);
	closed = stack__bare(symbols, &f->sibling, f->raw.sibling.caller);
	revoke = stack__bare(symbols, &f->revoked, f->raw.revoked.caller);
	if (stack__distance(symbols, &open, &revoke) < stack__distance(symbols, &closed, &revoke))
		finding__swap(f);
}
