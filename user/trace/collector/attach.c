// SPDX-License-Identifier: GPL-2.0-only
/* Switches the tracing on and off. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "abi/inject.h"
#include "kernel/dialect/boundaries.h"
#include "kernel/dialect/hooks.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"
#include "trace/function_probe.h"
#include "util/clock.h"

/* The short ways know the kernel's count on protected memory, and no setting of a rare kind. */
static bool collector__may_be_fast(const struct collector *c)
{
	const struct pks_settings *s = &c->skel->rodata->settings;

	return s->facts.count_source == PKS_COUNT_SOURCE_PGMAP && s->facts.key == PKS_KEY_PAGE &&
	       !s->long_hold;
}

static enum status attach__failed(const char *target, int err)
{
	return status__say(STATUS_CANNOT, "can't attach to %s: %s", target, strerror(err));
}

static enum status attach__boundaries(struct collector *c)
{
	bool pgmap = c->dialect->facts.count_source == PKS_COUNT_SOURCE_PGMAP;
	const struct bpf_program *prog;
	const struct boundary *b;

	for (unsigned int i = 0; (b = boundaries__row(i)); i++) {
		if (!dialect__has_tracepoint(c->dialect, b->tracepoint) || (b->begin && pgmap))
			continue;
		prog = b->interrupt	   ? c->skel->progs.at_interrupt_end :
		       b->syscall && pgmap ? c->skel->progs.at_syscall_end :
					     c->skel->progs.at_boundary;
		c->boundaries[i] = bpf_program__attach_raw_tracepoint(prog, b->tracepoint);
		if (!c->boundaries[i])
			return attach__failed(b->tracepoint, errno);
		c->attached++;
	}
	return STATUS_CLEAN;
}

static enum status program__attach(struct collector *c, const struct bpf_program *prog,
				   struct bpf_link **link)
{
	enum probe probe = collector__probe(c, prog);
	const char *target = bpf_program__name(prog);

	if (probe == NR_PROBES) {
		*link = bpf_program__attach(prog);
	} else {
		target = c->dialect->function[probe];
		*link = function_probe__attach(prog, target, c->dialect->entry[probe]);
	}
	if (!*link)
		return attach__failed(target, errno);
	c->attached++;
	if (probe != NR_PROBES)
		c->attached_to |= 1u << probe;
	return STATUS_CLEAN;
}

/* The kernel says nothing of it where it attaches a program that it will not call. */
static enum status collector__proven(struct collector *c)
{
	const char *first = NULL;
	int bare = function_probe__bare(c, &first);

	if (!bare)
		return STATUS_CLEAN;
	if (bare < 0)
		return status__say(STATUS_CANNOT, "can't find out whether the kernel calls the "
						  "programs");
	return status__say(STATUS_CANNOT,
			   "a program is attached to %s(), but the kernel does not call it%s%s",
			   first, hooks__off(true) ? ": " : "", hooks__off(true) ?: "");
}

/* Some kernels call the traced functions only while somebody asks for it. */
static enum status collector__switch_on(struct collector *c)
{
	const char *path = dialect__switch(c->dialect);

	if (!path)
		return STATUS_CLEAN;
	c->switched_on = open(path, O_RDONLY | O_CLOEXEC);
	if (c->switched_on < 0)
		return status__say(STATUS_CANNOT, "can't open %s: %s", path, strerror(errno));
	return STATUS_CLEAN;
}

enum status collector__attach(struct collector *c)
{
	struct bpf_object_skeleton *s = c->skel->skeleton;
	const char *off = hooks__off(c->dialect->attach == ATTACH_KPROBE);
	enum status status = STATUS_CLEAN;

	if (off)
		return status__say(STATUS_CANNOT, "the kernel would call no program: %s", off);
	for (int i = 0; !status && i < s->prog_cnt; i++) {
		struct bpf_program *prog = *s->progs[i].prog;

		if (!bpf_program__autoload(prog) || !bpf_program__autoattach(prog) ||
		    collector__is_boundary(c, prog))
			continue;
		status = program__attach(c, prog, s->progs[i].link);
	}
	status = status ?: attach__boundaries(c);
	if (!status && c->extension && c->extension->attach)
		status = c->extension->attach(c->extension->arg, c->skel);
	status = status ?: collector__proven(c);
	if (!status && c->skel->rodata->settings.tgid && collector__family(c) < 0)
		status = status__say(STATUS_CANNOT, "can't list the children of process %d",
				     c->skel->rodata->settings.tgid);
	status = status ?: collector__switch_on(c);
	c->skel->bss->tracing_since = clock__ns();
	c->skel->bss->fastpath_pages.zone_bit = c->dialect->facts.zone_bit;
	c->skel->bss->fastpath_open = !status && collector__may_be_fast(c);
	c->skel->bss->tracing = !status;
	c->running = !status;
	if (!status && c->extension && c->extension->started)
		c->extension->started(c->extension->arg, c->skel);
	return status;
}

/* Before they are detached; where a program has seen why, that is counted already. */
static void collector__look_again(struct collector *c)
{
	const char *first;
	int bare;

	if (!c->skel->bss || !c->skel->bss->tracing)
		return;
	bare = function_probe__bare(c, &first);
	c->unread = bare < 0;
	c->bare = bare > 0 || hooks__off(c->dialect->attach == ATTACH_KPROBE);
}

void collector__stop(struct collector *c)
{
	collector__look_again(c);
	c->running = false;
	if (c->extension && c->extension->stop)
		c->extension->stop(c->extension->arg);
	if (c->skel->bss) {
		c->skel->bss->tracing = 0;
		c->skel->bss->fastpath_open = 0;
		c->skel->bss->fastpath_pages.size = 0;
	}
	for (size_t i = 0; i < BOUNDARIES_MAX; i++) {
		bpf_link__destroy(c->boundaries[i]);
		c->boundaries[i] = NULL;
	}
	bpf_link__destroy(c->family);
	c->family = NULL;
	pkstrace__detach(c->skel);
	if (c->switched_on >= 0)
		close(c->switched_on);
	c->switched_on = -1;
}
