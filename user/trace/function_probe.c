// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <string.h>

#include "trace/function_probe.h"

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
