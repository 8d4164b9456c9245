// SPDX-License-Identifier: GPL-2.0-only
/* Which program goes with what: a program is there for each kind of entry and each use. */

#include "abi/inject.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"

/* Each program on a function is there for both kinds of entry (bpf/kernel/caller.bpf.h). */
#define PROGRAM(what)                                                                              \
	(c->dialect->attach == ATTACH_TRAMPOLINE ? skel->progs.what : skel->progs.what##_regs)

/* The windows' programs are there once for each use: what it does is a constant of a program. */
#define PROGRAM_FOR(what)                                                                          \
	(c->use == USE_TRACE ? PROGRAM(what) :                                                     \
	 c->use == USE_COUNT ? PROGRAM(count_##what) :                                             \
			       PROGRAM(count_only_##what))

struct bpf_program *collector__window_program(const struct collector *c, enum probe probe)
{
	const struct collector_extension *x = c->extension;
	struct pkstrace *skel = c->skel;
	struct bpf_program *other = x && x->window ? x->window(x->arg, skel, probe) : NULL;

	if (other)
		return other;
	switch (probe) {
	case PROBE_GRANT_PAGE:
		return PROGRAM_FOR(grant_page);
	case PROBE_REVOKE_PAGE:
		return PROGRAM_FOR(revoke_page);
	case PROBE_GRANT_PGMAP:
		return PROGRAM_FOR(grant_pgmap);
	case PROBE_REVOKE_PGMAP:
		return PROGRAM_FOR(revoke_pgmap);
	default:
		return NULL;
	}
}

/* Which program goes with which role of the dialect. */
struct bpf_program *collector__program(struct collector *c, enum probe probe)
{
	struct pkstrace *skel = c->skel;

	switch (probe) {
	case PROBE_GRANT_PAGE:
	case PROBE_REVOKE_PAGE:
	case PROBE_GRANT_PGMAP:
	case PROBE_REVOKE_PGMAP:
		return collector__window_program(c, probe);
	case PROBE_GRANT_ARG:
		return PROGRAM(grant_arg);
	case PROBE_REVOKE_ARG:
		return PROGRAM(revoke_arg);
	case PROBE_KEY_UPDATE:
		return PROGRAM(update_key);
	/*
	 * In a fault of the kernel's, which runs with interrupts off (exc_page_fault()):
	 * nothing preempts these.
	 */
	case PROBE_KEY_FAULT:
		return skel->progs.on_key_fault;
	case PROBE_KEY_CALLBACK:
		return skel->progs.on_key_callback;
	case PROBE_FAULT_CALLBACK:
		return skel->progs.on_fault_callback;
	case PROBE_PGMAP_GONE:
		return PROGRAM(pgmap_gone);
	case PROBE_USER_FAULT:
		return PROGRAM(at_user_fault_end);
	case PROBE_THREAD_END:
		return PROGRAM(at_thread_end);
	case PROBE_PREEMPTION:
		return c->dialect->attach == ATTACH_TRAMPOLINE ? skel->progs.at_model_change : NULL;
	case PROBE_SYSCTL:
		return PROGRAM(at_sysctl_end);
	case PROBE_KPROBES:
		return PROGRAM(at_kprobes_switch);
	case NR_PROBES:
		break;
	}
	return NULL;
}

/* Attached by hand, to several tracepoints. */
bool collector__is_boundary(const struct collector *c, const struct bpf_program *prog)
{
	return prog == c->skel->progs.at_syscall_end || prog == c->skel->progs.at_boundary ||
	       prog == c->skel->progs.at_interrupt_end;
}

/* The probe that a program is for; NR_PROBES: none. */
enum probe collector__probe(struct collector *c, const struct bpf_program *prog)
{
	int p = 0;

	while (p < NR_PROBES && collector__program(c, p) != prog)
		p++;
	return p;
}
