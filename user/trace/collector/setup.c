// SPDX-License-Identifier: GPL-2.0-only
/* Before the programs are loaded: what they are told, and which of them are left out. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/inject.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"
#include "trace/function_probe.h"

#define WINDOW_RING (1 << 22) /* 65536 windows: a third of a second of 200,000 a second */

/* What is not filled needs no memory. */
static int collector__size_maps(struct collector *c, const struct collector_options *options)
{
	const struct pkstrace *skel = c->skel;
	int err = bpf_map__set_max_entries(skel->maps.stats, c->shards * PKS_SITES);

	if (!err && options->counts_only)
		err = bpf_map__set_max_entries(skel->maps.stacks, 1);
	if (!err && options->counts_only)
		err = bpf_map__set_max_entries(skel->maps.ring, sysconf(_SC_PAGESIZE));
	if (!err && options->window_log)
		err = bpf_map__set_max_entries(skel->maps.window_ring, WINDOW_RING);
	return err;
}

/* Programs that the loader runs, attached to nothing. */
static void collector__prepare_own(struct collector *c, const struct collector_options *options)
{
	const struct pkstrace *skel = c->skel;
	struct bpf_program *const own[] = { skel->progs.read_entries, skel->progs.find_self,
					    skel->progs.target_family };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		bpf_program__set_autoload(own[i], true);
		bpf_program__set_autoattach(own[i], false);
	}
	bpf_program__set_autoload(skel->progs.target_family, options->target);
}

static void collector__settings(struct collector *c, const struct collector_options *options)
{
	const struct dialect *d = c->dialect;
	struct pks_settings *s = &c->skel->rodata->settings;

	s->facts = d->facts;
	s->shard_mask = c->shards - 1;
	s->stack_first = 16;
	s->stack_depth = options->stack_depth + PKS_STACK_OWN;
	s->grant_mask = options->grant_stacks ? 0 : 1023;
	/* Of a window that is logged, time and caller of the revoke are read. */
	s->caller_mask = options->grant_stacks || options->window_log ? 0 : 15;
	s->window_log = options->window_log;
	s->revoke_mask = 63;
	s->by = options->by;
	s->count_only = c->use == USE_COUNT_ONLY;
	if (!options->counts_only) {
		s->keys = 1;
		s->pages = dialect__has_keys(d);
		s->revokes = 1;
		s->stacks = 1;
		s->effect = dialect__has_pgmaps(d) && d->facts.pkey_mask;
		s->records = 1;
	}
	s->target = options->target;
	s->tgid = options->tgid;
	s->pid_view = options->pid_ns.differs;
	c->skel->rodata->pid_view_up = options->pid_ns.up;
	s->long_hold = options->long_hold;
	s->by_regs = d->attach != ATTACH_TRAMPOLINE;
	s->ftrace_switch = d->ftrace_switch;
}

/* Leaves out the programs that this run or this kernel has no use for. */
static void collector__choose(struct collector *c, const struct collector_options *options)
{
	const struct dialect *d = c->dialect;

	if (!options->slept)
		bpf_program__set_autoload(c->skel->progs.at_sleep, false);
	if (!dialect__has_faults(d))
		bpf_program__set_autoload(c->skel->progs.at_page_fault, false);
	bpf_program__set_autoload(c->skel->progs.at_syscall_end,
				  d->facts.count_source == PKS_COUNT_SOURCE_PGMAP);
	bpf_program__set_autoload(c->skel->progs.at_switch, d->attach != ATTACH_TRAMPOLINE);
	bpf_program__set_autoload(c->skel->progs.at_module_load,
				  dialect__has_tracepoint(d, "module_load"));
	bpf_program__set_autoload(c->skel->progs.at_module_free,
				  dialect__has_tracepoint(d, "module_free"));
	collector__prepare_own(c, options);
}

/* A thread's slot says whether it is followed; the count-only path has none, and no depth. */
static int use_for(const struct dialect *d, const struct collector_options *options)
{
	if (!options->counts_only)
		return USE_TRACE;
	if (options->by != PKS_BY_ALL || options->target ||
	    d->facts.count_source != PKS_COUNT_SOURCE_PGMAP)
		return USE_COUNT;
	return USE_COUNT_ONLY;
}

static unsigned int shards_for(unsigned int cpus)
{
	unsigned int n = 1;

	while (n < cpus && n < PKS_SHARDS)
		n *= 2;
	return n;
}

int collector__configure(struct collector *c, const struct collector_options *options)
{
	const struct dialect *d = c->dialect;
	int err = 0;

	c->use = use_for(d, options);
	c->shards = shards_for(c->nr_cpus);
	collector__settings(c, options);
	collector__choose(c, options);
	for (int i = 0; i < NR_PROBES && !err; i++) {
		struct bpf_program *program = collector__program(c, i);

		if (program)
			err = function_probe__prepare(program, d->attach, d->function[i]);
		if (i < NR_WINDOW_PROBES)
			c->skel->rodata->form_entry[i] = d->entry[i];
	}
	if (!err && c->extension)
		err = c->extension->configure(c->extension->arg, c->skel, d);
	return err ?: collector__size_maps(c, options);
}

/* An array map's memory; NULL with errno. Sets *size to what is to be unmapped. */
static void *map__memory(const struct bpf_map *map, size_t entries, size_t each, size_t *size)
{
	long page = sysconf(_SC_PAGESIZE);
	void *mem;

	*size = (entries * each + page - 1) / page * page;
	mem = mmap(NULL, *size, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	return mem == MAP_FAILED ? NULL : mem;
}

int collector__map_tables(struct collector *c)
{
	const struct pkstrace *skel = c->skel;

	c->stats = map__memory(skel->maps.stats, (size_t)c->shards * PKS_SITES,
			       sizeof(struct pks_site_stat), &c->stats_size);
	if (!c->stats)
		return -errno;
	c->stacks = map__memory(skel->maps.stacks, bpf_map__max_entries(skel->maps.stacks),
				sizeof(struct pks_stack), &c->stacks_size);
	return c->stacks ? 0 : -errno;
}
