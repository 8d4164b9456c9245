// SPDX-License-Identifier: GPL-2.0-only
#include "findings/retire.h"

/* A return address may be that of the byte behind. */
static bool range__has(__u64 start, __u64 end, __u64 address)
{
	return start && address > start && address <= end;
}

static bool address__retire(__u64 *address, const struct pks_module_event *event)
{
	if (!range__has(event->start, event->end, *address) &&
	    !range__has(event->init_start, event->init_end, *address))
		return false;
	*address = PKS_RETIRED(*address, event->number);
	return true;
}

static void addresses__retire(__u64 *address, unsigned int nr, const struct pks_module_event *event)
{
	for (unsigned int i = 0; i < nr && i < PKS_STACK_DEPTH; i++)
		address__retire(&address[i], event);
}

static void stack__retire(struct model_stack *stack, const struct pks_module_event *event)
{
	addresses__retire(stack->address, stack->nr, event);
}

static void finding__retire(struct model_finding *f, const struct pks_module_event *event)
{
	struct pks_finding *raw = &f->raw;
	bool any;
	__u64 arg = raw->arg;

	/* What the key of the fold is made of; fold__retire() of the programs does the same. */
	any = address__retire(&raw->granted.caller, event);
	any |= address__retire(&raw->revoked.caller, event);
	any |= address__retire(&raw->ip, event);
	if (any)
		f->fold = PKS_FOLD_RETIRED(f->fold, event->number);
	address__retire(&raw->sibling.caller, event);
	address__retire(&f->follows.place, event);
	/* Of some boundaries it is a function. */
	if (raw->boundary && address__retire(&arg, event))
		raw->arg = arg;
	addresses__retire(raw->stack, raw->nr_stack, event);
	stack__retire(&f->granted, event);
	stack__retire(&f->revoked, event);
	stack__retire(&f->sibling, event);
	stack__retire(&f->follows.stack, event);
}

void retire__model(struct model *m, const struct pks_module_event *event)
{
	for (size_t i = 0; i < m->nr_findings; i++)
		finding__retire(&m->findings[i], event);
}

void retire__injections(struct injections *list, const struct pks_module_event *event)
{
	for (size_t i = 0; i < list->nr; i++) {
		struct pks_injection *record = &list->all[i].record;

		address__retire(&record->caller, event);
		addresses__retire(record->stack, record->nr_stack, event);
	}
}
