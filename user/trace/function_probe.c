// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include "abi/inject.h"
#include "kernel/dialect/hooks.h"
#include "trace/collector/state.h"
#include "trace/function_probe.h"
#include "pkstrace.skel.h"

static bool program__is_trampoline(const struct bpf_program *program)
{
	return bpf_program__type(program) == BPF_PROG_TYPE_TRACING;
}

int function_probe__prepare(struct bpf_program *program, enum attach_form form, const char *target)
{
	int err = bpf_program__set_autoload(program, target != NULL);

	if (err || !target)
		return err;
	if (program__is_trampoline(program))
		return bpf_program__set_attach_target(program, 0, target);
	if (form != ATTACH_KPROBE)
		return 0;
	return bpf_program__set_expected_attach_type(program, 0);
}

struct bpf_link *function_probe__attach(const struct bpf_program *program, const char *target,
					__u64 address)
{
	bool at_return = !strncmp(bpf_program__section_name(program), "kretprobe", 9);
	unsigned long place = address;

	if (program__is_trampoline(program))
		return bpf_program__attach(program);
	if (bpf_program__expected_attach_type(program) == BPF_TRACE_KPROBE_MULTI) {
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .cnt = 1, .retprobe = at_return);

		/* By address, where it is known: several functions may have the name. */
		if (place)
			opts.addrs = &place;
		else
			opts.syms = &target;
		return bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);
	}
	return bpf_program__attach_kprobe(program, at_return, target);
}

_Static_assert(NR_PROBES <= PKS_ENTRY_TEXTS, "room for each probe's entry");

static bool entries__read(struct collector *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	for (int i = 0; i < NR_PROBES; i++)
		c->skel->bss->entry_texts[i].address =
			c->attached_to & 1u << i ? c->dialect->entry[i] : 0;
	return !bpf_prog_test_run_opts(bpf_program__fd(c->skel->progs.read_entries), &opts);
}

int function_probe__bare(struct collector *c, const char **first)
{
	int bare = 0;

	if (!entries__read(c))
		return -1;
	for (int i = NR_PROBES - 1; i >= 0; i--) {
		const struct pks_entry_text *e = &c->skel->bss->entry_texts[i];

		if (!e->address || !e->read || !hooks__entry_bare(e->text, sizeof(e->text)))
			continue;
		*first = c->dialect->function[i];
		bare++;
	}
	return bare;
}
