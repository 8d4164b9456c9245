// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/finding.h"
#include "findings/callchain.h"
#include "kernel/symbols/ksyms.h"

#define PAGE_BYTES 4096

static void frames__copy(struct finding_stack *out, const struct model_stack *stack)
{
	unsigned int nr = stack->nr < PKS_STACK_DEPTH ? stack->nr : PKS_STACK_DEPTH;

	memcpy(out->frames.address, stack->address, nr * sizeof(stack->address[0]));
	out->frames.nr = nr;
	out->frames.cut = stack->cut;
}

static void frames__drop(struct finding_stack *out, unsigned int first)
{
	struct model_stack *s = &out->frames;

	s->nr -= first;
	memmove(s->address, s->address + first, s->nr * sizeof(s->address[0]));
}

/* What is known when no stack was captured. */
static bool frames__only(struct finding_stack *out, __u64 address)
{
	out->frames = (struct model_stack){ .nr = 1, .address = { address } };
	return address;
}

static bool moment__stack(struct symbols *symbols, const struct model_stack *stack,
			  struct finding_stack *out)
{
	frames__copy(out, stack);
	frames__drop(out, stack__skip_own(symbols, &out->frames));
	stack__drop_tracers(symbols, &out->frames);
	return out->frames.nr;
}

static bool access__stack(struct symbols *symbols, const struct model_stack *stack, __u64 ip,
			  struct finding_stack *out)
{
	out->exact = ip;
	frames__copy(out, stack);
	frames__drop(out, stack__skip_exception(symbols, &out->frames, ip));
	stack__drop_tracers(symbols, &out->frames);
	return out->frames.nr || frames__only(out, ip);
}

static bool origin__stack(struct symbols *symbols, const struct pks_origin *origin,
			  const struct model_stack *stack, struct finding_stack *out)
{
	frames__copy(out, stack);
	frames__drop(out, stack__skip_own(symbols, stack));
	stack__drop_tracers(symbols, &out->frames);
	out->another = origin->flags & PKS_STACK_OF_ANOTHER;
	if (!out->frames.nr)
		return frames__only(out, origin->caller);
	out->earlier = !(origin->flags & PKS_STACK_EXACT);
	return true;
}

static void record__stack(const struct pks_finding *raw, struct model_stack *out)
{
	out->nr = raw->nr_stack < PKS_STACK_DEPTH ? raw->nr_stack : PKS_STACK_DEPTH;
	out->cut = raw->cut;
	memcpy(out->address, raw->stack, out->nr * sizeof(out->address[0]));
}

bool finding__stack(struct symbols *symbols, const struct model_finding *f, enum finding_role role,
		    struct finding_stack *out)
{
	const struct pks_finding *raw = &f->raw;
	struct model_stack record;

	*out = (struct finding_stack){};
	record__stack(raw, &record);
	switch (class__row(raw->class)->stack[role].source) {
	case STACK_ACCESS:
		return access__stack(symbols, &record, raw->ip, out);
	case STACK_FOLLOWED:
		return access__stack(symbols, &f->follows.stack, f->follows.place, out);
	case STACK_GRANT:
		return origin__stack(symbols, &raw->granted, &f->granted, out);
	case STACK_SIBLING:
		return raw->sibling.caller &&
		       origin__stack(symbols, &raw->sibling, &f->sibling, out);
	case STACK_REVOKE:
		return origin__stack(symbols, &raw->revoked, &f->revoked, out);
	case STACK_WRONG_REVOKE:
		return moment__stack(symbols, &record, out) ||
		       frames__only(out, raw->revoked.caller);
	case STACK_RECORD:
		return moment__stack(symbols, &record, out);
	case STACK_NONE:
		break;
	}
	return false;
}

__u64 finding__culprit(const struct model_finding *f, unsigned int *flags)
{
	const struct class_row *row = class__row(f->raw.class);

	*flags = SYMBOL_RETURN;
	switch (row->stack[row->primary].source) {
	case STACK_ACCESS:
		*flags = 0;
		return f->raw.ip;
	case STACK_FOLLOWED:
		*flags = 0;
		return f->follows.place;
	case STACK_GRANT:
		return f->raw.granted.caller;
	default:
		return f->raw.revoked.caller ? f->raw.revoked.caller : f->raw.ip;
	}
}

__u64 finding__expected_phys(const struct pks_finding *f, unsigned int page_struct)
{
	if (!f->phys || !f->key2 || !page_struct)
		return 0;
	return f->phys + (__s64)(f->key2 - f->key) / (__s64)page_struct * PAGE_BYTES;
}

bool finding__pkrs_fits(const struct pks_finding *f, __u32 pkey_mask)
{
	__u32 bits = f->pkrs & pkey_mask, access_disable = pkey_mask & ~(pkey_mask << 1);

	if (!class__row(f->class)->has_cause)
		return true;
	return (bits & access_disable) || (f->write && bits);
}

/* The kernel's dev_t: MINORBITS, include/linux/kdev_t.h. */
unsigned int finding__dev_major(const struct pks_finding *f)
{
	return f->dev >> 20;
}

unsigned int finding__dev_minor(const struct pks_finding *f)
{
	return f->dev & 0xfffff;
}

unsigned int finding__pkey(__u32 pkey_mask)
{
	return __builtin_ctz(pkey_mask) / 2;
}

const char *finding__rights(__u32 pkrs, __u32 pkey_mask)
{
	/* Bit 0 of the two: access disable; bit 1: write disable. */
	static const char *const rights[] = { "read and write", "no access", "read only",
					      "no access" };

	return rights[pkrs >> (2 * finding__pkey(pkey_mask)) & 3];
}
