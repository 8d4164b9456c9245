// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/dialect/boundaries.h"
#include "findings/model.h"
#include "trace/collector.h"
#include "kernel/dialect/hooks.h"
#include "trace/collector_state.h"
#include "trace/function_probe.h"
#include "abi/inject.h"
#include "trace/libbpf_log.h"
#include "pkstrace.skel.h"
#include "util/clock.h"

static int ring__sample(void *arg, void *data, size_t size)
{
	struct collector *c = arg;

	if (size >= sizeof(struct pks_module_event) && *(const __u8 *)data == PKS_RECORD_MODULE) {
		c->reader->module(c->reader->arg, data);
	} else if (size && *(const __u8 *)data >= PKS_RECORD_INJECTION) {
		if (c->extension && c->extension->record)
			c->extension->record(c->extension->arg, data, size);
	} else if (size >= sizeof(struct pks_finding)) {
		c->delivered++;
		c->reader->finding(c->reader->arg, data);
	}
	return 0;
}

/* Each program on a function is there for both kinds of entry (bpf/kernel/caller.bpf.h). */
#define PROGRAM(what)                                                                              \
	(c->dialect->attach == ATTACH_TRAMPOLINE ? skel->progs.what : skel->progs.what##_regs)

/* The windows' programs are there once for each use: what it does is a constant of a program. */
#define PROGRAM_FOR(what)                                                                          \
	(c->use == USE_TRACE ? PROGRAM(what) :                                                     \
	 c->use == USE_COUNT ? PROGRAM(count_##what) :                                             \
			       PROGRAM(count_only_##what))

static struct bpf_program *window__program(const struct collector *c, enum probe probe)
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
static struct bpf_program *probe__program(struct collector *c, enum probe probe)
{
	struct pkstrace *skel = c->skel;

	switch (probe) {
	case PROBE_GRANT_PAGE:
	case PROBE_REVOKE_PAGE:
	case PROBE_GRANT_PGMAP:
	case PROBE_REVOKE_PGMAP:
		return window__program(c, probe);
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

/* What is not filled needs no memory. */
static int collector__size_maps(struct collector *c, const struct collector_options *options)
{
	const struct pkstrace *skel = c->skel;
	int err = bpf_map__set_max_entries(skel->maps.stats, c->shards * PKS_SITES);

	if (!err && options->counts_only)
		err = bpf_map__set_max_entries(skel->maps.stacks, 1);
	if (!err && options->counts_only)
		err = bpf_map__set_max_entries(skel->maps.ring, sysconf(_SC_PAGESIZE));
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
	s->caller_mask = options->grant_stacks ? 0 : 15;
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

static int collector__configure(struct collector *c, const struct collector_options *options)
{
	const struct dialect *d = c->dialect;
	int err = 0;

	collector__settings(c, options);
	collector__choose(c, options);
	for (int i = 0; i < NR_PROBES && !err; i++) {
		struct bpf_program *program = probe__program(c, i);

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

static int collector__map_tables(struct collector *c)
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

/* Before anything is attached: other programs go by it. */
static int collector__find_self(struct collector *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(c->skel->progs.find_self), &opts))
		return -errno;
	return 0;
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

/* The short ways know the kernel's count on protected memory, and no setting of a rare kind. */
static bool collector__may_be_fast(const struct collector *c)
{
	const struct pks_settings *s = &c->skel->rodata->settings;

	return s->facts.count_source == PKS_COUNT_SOURCE_PGMAP && s->facts.key == PKS_KEY_PAGE &&
	       !s->long_hold;
}

static unsigned int shards_for(unsigned int cpus)
{
	unsigned int n = 1;

	while (n < cpus && n < PKS_SHARDS)
		n *= 2;
	return n;
}

struct collector *collector__open(const struct dialect *dialect,
				  const struct collector_options *options, enum status *status)
{
	struct collector *c = calloc(1, sizeof(*c));
	int err;

	*status = STATUS_CLEAN;
	if (!c) {
		*status = status__say(STATUS_CANNOT, "out of memory");
		return NULL;
	}
	libbpf__quiet();
	c->dialect = dialect;
	c->switched_on = -1;
	c->use = use_for(dialect, options);
	c->extension = options->extension;
	err = libbpf_num_possible_cpus();
	if (err <= 0) {
		*status = status__say(STATUS_CANNOT, "can't count the CPUs: %s", strerror(-err));
		free(c);
		return NULL;
	}
	c->nr_cpus = err;
	c->shards = shards_for(c->nr_cpus);
	c->skel = pkstrace__open();
	err = c->skel ? collector__configure(c, options) : -errno;
	err = err ?: pkstrace__load(c->skel);
	err = err ?: collector__map_tables(c);
	err = err ?: collector__find_self(c);
	if (!err) {
		c->ring = ring_buffer__new(bpf_map__fd(c->skel->maps.ring), ring__sample, c, NULL);
		err = c->ring ? 0 : -errno;
	}
	if (err) {
		*status = err > 0 ? (enum status)err : libbpf__refused("BPF programs", err);
		collector__close(c);
		return NULL;
	}
	return c;
}

int collector__target_thread(struct collector *c, pid_t tid)
{
	/* The map's key is a pidfd; before 6.9 one can be had of a thread group's leader only. */
	int fd = syscall(SYS_pidfd_open, tid, 0), err;
	__u32 one = 1;

	if (fd < 0)
		return -errno;
	err = bpf_map_update_elem(bpf_map__fd(c->skel->maps.target_threads), &fd, &one, BPF_ANY);
	err = err ? -errno : 0;
	close(fd);
	return err;
}

int collector__target_cgroup(struct collector *c, int cgroup)
{
	__u32 zero = 0;

	return bpf_map_update_elem(bpf_map__fd(c->skel->maps.target_cgroup), &zero, &cgroup,
				   BPF_ANY) ?
		       -errno :
		       0;
}

static int family__pass(struct collector *c)
{
	char nothing[16];
	ssize_t n;
	int fd;

	if (!c->family)
		c->family = bpf_program__attach_iter(c->skel->progs.target_family, NULL);
	if (!c->family)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(c->family));
	if (fd < 0)
		return -errno;
	c->skel->bss->family.added = c->skel->bss->family.alive = 0;
	do {
		n = read(fd, nothing, sizeof(nothing));
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

/* Again while there were new ones: their children may have come before them. */
int collector__family(struct collector *c)
{
	int err;

	do {
		err = family__pass(c);
	} while (!err && c->skel->bss->family.added);
	return err ?: (int)c->skel->bss->family.alive;
}

/* Attached by hand, to several tracepoints. */
static bool program__is_boundary(const struct collector *c, const struct bpf_program *prog)
{
	return prog == c->skel->progs.at_syscall_end || prog == c->skel->progs.at_boundary ||
	       prog == c->skel->progs.at_interrupt_end;
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

/* The probe that a program is for; NR_PROBES: none. */
static enum probe program__probe(struct collector *c, const struct bpf_program *prog)
{
	int p = 0;

	while (p < NR_PROBES && probe__program(c, p) != prog)
		p++;
	return p;
}

static enum status program__attach(struct collector *c, const struct bpf_program *prog,
				   struct bpf_link **link)
{
	enum probe probe = program__probe(c, prog);
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
		    program__is_boundary(c, prog))
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

unsigned int collector__attached(const struct collector *c)
{
	return c->attached;
}

bool collector__blind(const struct collector *c)
{
	return c->running && !c->skel->bss->tracing;
}

int collector__fd(const struct collector *c)
{
	return ring_buffer__epoll_fd(c->ring);
}

__u32 collector__module_events(void *arg)
{
	const struct collector *c = arg;

	return __atomic_load_n(&c->skel->bss->module_events, __ATOMIC_SEQ_CST);
}

int collector__consume(struct collector *c, const struct collector_reader *reader)
{
	int n;

	c->reader = reader;
	n = ring_buffer__consume(c->ring);
	return n < 0 ? n : 0;
}

/*
 * A boundary that was skipped loses nothing: what leaked is still in the count at
 * the thread's next one. Nor does a kprobe on a call that may fail: on a CPU that
 * runs a program such a call is an interrupt's or the program's own, and neither is
 * anybody's to fail.
 */
static bool program__may_be_skipped(struct collector *c, const struct bpf_program *prog)
{
	enum probe probe = program__probe(c, prog);

	return program__is_boundary(c, prog) || probe == PROBE_USER_FAULT ||
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
		err = program__skipped(c, window__program(c, probes[i]), &skipped);
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
		failed = err ?: failed;
		if (skipped)
			fn(arg, PKS_LOST_RECURSION, 0, bpf_program__name(*s->progs[i].prog),
			   skipped);
	}
	fn(arg, PKS_LOST_INTERRUPT, MODEL_NO_CPU, NULL, interrupts__lost(c));
	fn(arg, PKS_LOST_HOOKS, MODEL_NO_CPU, NULL, c->bare);
	fn(arg, PKS_LOST_CALLER, MODEL_NO_CPU, NULL, c->skel->bss->callers_unknown);
	return c->unread ? -EIO : failed;
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

void collector__close(struct collector *c)
{
	if (!c)
		return;
	if (c->skel)
		collector__stop(c);
	ring_buffer__free(c->ring);
	if (c->stats)
		munmap(c->stats, c->stats_size);
	if (c->stacks)
		munmap((void *)c->stacks, c->stacks_size);
	pkstrace__destroy(c->skel);
	free(c);
}
