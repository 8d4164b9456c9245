// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/finding.h"
#include "findings/callchain.h"
#include "kernel/ksyms.h"

#define PAGE_BYTES 4096

bool finding__revoke_is_wrong(const struct pks_finding *f)
{
	return f->class == PKS_UNDERFLOW || f->class == PKS_CROSS_THREAD ||
	       f->class == PKS_WRONG_PAGE || f->class == PKS_OUT_OF_ORDER;
}

static void frames__copy(struct finding_stack *out, const __u64 *address, unsigned int nr)
{
	if (nr > PKS_STACK_DEPTH)
		nr = PKS_STACK_DEPTH;
	memcpy(out->frames.address, address, nr * sizeof(*address));
	out->frames.nr = nr;
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
	frames__copy(out, &address, 1);
	return address;
}

static bool moment__stack(struct symbols *symbols, const struct pks_finding *raw,
			  struct finding_stack *out)
{
	frames__copy(out, raw->stack, raw->nr_stack);
	frames__drop(out, stack__skip_own(symbols, &out->frames));
	return out->frames.nr;
}

static bool access__stack(struct symbols *symbols, const struct model_stack *stack, __u64 ip,
			  struct finding_stack *out)
{
	out->exact = ip;
	frames__copy(out, stack->address, stack->nr);
	frames__drop(out, stack__skip_exception(symbols, &out->frames, ip));
	return out->frames.nr || frames__only(out, ip);
}

static bool accessed__stack(struct symbols *symbols, const struct model_finding *f,
			    struct finding_stack *out)
{
	struct model_stack stack = { .nr = f->raw.nr_stack };

	if (f->raw.class == PKS_RESIDUE)
		return access__stack(symbols, &f->follows.stack, f->follows.place, out);
	if (f->raw.class != PKS_STRAY_ACCESS)
		return false;
	if (stack.nr > PKS_STACK_DEPTH)
		stack.nr = PKS_STACK_DEPTH;
	memcpy(stack.address, f->raw.stack, stack.nr * sizeof(stack.address[0]));
	return access__stack(symbols, &stack, f->raw.ip, out);
}

static bool origin__stack(struct symbols *symbols, const struct pks_origin *origin,
			  const struct model_stack *stack, struct finding_stack *out)
{
	frames__copy(out, stack->address, stack->nr);
	frames__drop(out, stack__skip_own(symbols, stack));
	out->another = origin->flags & PKS_STACK_OF_ANOTHER;
	if (!out->frames.nr)
		return frames__only(out, origin->caller);
	out->earlier = !(origin->flags & PKS_STACK_EXACT);
	return true;
}

bool finding__stack(struct symbols *symbols, const struct model_finding *f, enum finding_role role,
		    struct finding_stack *out)
{
	*out = (struct finding_stack){};
	switch (role) {
	case FINDING_ACCESSED:
		return accessed__stack(symbols, f, out);
	case FINDING_GRANTED:
		return origin__stack(symbols, &f->raw.granted, &f->granted, out);
	case FINDING_REVOKED:
		if (finding__revoke_is_wrong(&f->raw))
			return moment__stack(symbols, &f->raw, out) ||
			       frames__only(out, f->raw.revoked.caller);
		return origin__stack(symbols, &f->raw.revoked, &f->revoked, out);
	case FINDING_MOMENT:
		return (f->raw.class == PKS_INHERITED || f->raw.class == PKS_SLEPT) &&
		       moment__stack(symbols, &f->raw, out);
	case NR_FINDING_ROLES:
		break;
	}
	return false;
}

enum finding_role finding__primary(const struct model_finding *f)
{
	if (f->raw.class == PKS_STRAY_ACCESS || f->raw.class == PKS_RESIDUE)
		return FINDING_ACCESSED;
	return finding__revoke_is_wrong(&f->raw) ? FINDING_REVOKED : FINDING_GRANTED;
}

__u64 finding__culprit(const struct model_finding *f, unsigned int *flags)
{
	*flags = SYMBOL_RETURN;
	switch (finding__primary(f)) {
	case FINDING_ACCESSED:
		*flags = 0;
		return f->raw.class == PKS_RESIDUE ? f->follows.place : f->raw.ip;
	case FINDING_GRANTED:
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

	if (f->class != PKS_STRAY_ACCESS)
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
