// SPDX-License-Identifier: GPL-2.0-only
/* What was lost, by reason. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "abi/inject.h"
#include "findings/model.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"

/*
 * A boundary that was skipped loses nothing: what leaked is still in the count at
 * the thread's next one. Nor does a kprobe on a call that may fail: on a CPU that
 * runs a program such a call is an interrupt's or the program's own, and neither is
 * anybody's to fail.
 */
static bool program__may_be_skipped(struct collector *c, const struct bpf_program *prog)
{
	enum probe probe = collector__probe(c, prog);

	return collector__is_boundary(c, prog) || probe == PROBE_USER_FAULT ||
	       (probe == NR_PROBES && bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE);
}

/*
 * Hits that the kernel skipped since a program must not run inside itself; those of
 * a kprobe's program, also inside another one's (trace_call_bpf(),
 * kprobe_multi_link_prog_run()), and before 6.7 uncounted: always 0.
 */
static int program__skipped(struct collector *c, const struct bpf_program *prog, __u64 *skipped)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd = bpf_program__fd(prog);

	*skipped = 0;
	if (fd < 0 || program__may_be_skipped(c, prog))
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	*skipped = info.recursion_misses;
	return 0;
}

int collector__refused(struct collector *c, __u64 *refused)
{
	static const enum probe probes[] = { PROBE_GRANT_PAGE, PROBE_REVOKE_PAGE, PROBE_GRANT_PGMAP,
					     PROBE_REVOKE_PGMAP };
	__u64 skipped;
	int err = 0;

	*refused = 0;
	for (size_t i = 0; !err && i < sizeof(probes) / sizeof(probes[0]); i++) {
		err = program__skipped(c, collector__window_program(c, probes[i]), &skipped);
		*refused += skipped;
	}
	return err;
}

/* An interrupt that was not seen is a loss where others of its kind opened windows. */
static __u64 interrupts__lost(const struct collector *c)
{
	__u64 sum = 0;

	for (unsigned int i = 0; i < PKS_INTERRUPTS; i++)
		if (c->skel->bss->interrupts[i].calls)
			sum += c->skel->bss->interrupts[i].unseen;
	return sum;
}

int collector__losses(struct collector *c, collector_loss_fn fn, void *arg)
{
	struct bpf_object_skeleton *s = c->skel->skeleton;
	__u64 values[c->nr_cpus], skipped;
	int failed = 0, err;

	for (__u32 reason = 0; reason < PKS_NR_LOSSES; reason++) {
		memset(values, 0, sizeof(values));
		if (bpf_map_lookup_elem(bpf_map__fd(c->skel->maps.lost), &reason, values))
			failed = -errno;
		for (unsigned int cpu = 0; cpu < c->nr_cpus; cpu++)
			if (values[cpu])
				fn(arg, reason, cpu, NULL, values[cpu]);
	}
	for (int i = 0; i < s->prog_cnt; i++) {
		err = program__skipped(c, *s->progs[i].prog, &skipped);
		if (err)
			failed = err;
		if (skipped)
			fn(arg, PKS_LOST_RECURSION, 0, bpf_program__name(*s->progs[i].prog),
			   skipped);
	}
	fn(arg, PKS_LOST_INTERRUPT, MODEL_NO_CPU, NULL, interrupts__lost(c));
	fn(arg, PKS_LOST_HOOKS, MODEL_NO_CPU, NULL, c->bare);
	fn(arg, PKS_LOST_CALLER, MODEL_NO_CPU, NULL, c->skel->bss->callers_unknown);
	return c->unread ? -EIO : failed;
}
