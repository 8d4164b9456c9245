// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hunt/session.h"
#include "inject/session.h"
#include "pkstrace.skel.h"
#include "trace/function_probe.h"
#include "kernel/symbols/function_name.h"
#include "kernel/symbols/ksyms.h"

/* --- which functions ------------------------------------------------------ */

static bool function__wanted(const struct hunt_session *s, const char *name)
{
	const char *const *only = s->options.functions;

	if (!only || !*only)
		return true;
	for (; *only; only++)
		if (!strcmp(*only, name))
			return true;
	return false;
}

static enum status session__functions(struct hunt_session *s)
{
	unsigned int left_out = 0;

	for (size_t i = 0; i < s->list.nr; i++) {
		const char *name = s->list.all[i].name;

		if (injectable__is_syscall(name) || dialect__is_own(name) ||
		    !function__wanted(s, name))
			continue;
		if (s->nr_functions < PKS_FUNCTIONS)
			s->functions[s->nr_functions++] = s->list.all[i];
		else
			left_out++;
	}
	if (left_out)
		status__note(
			"%u injectable functions are left out: at most %u at once; choose with "
			"--function",
			left_out, PKS_FUNCTIONS);
	return STATUS_CLEAN;
}

static enum status session__allowed(struct hunt_session *s)
{
	int err = injectables__read(&s->list);

	if (err)
		return status__say(STATUS_CANNOT,
				   "can't read /sys/kernel/debug/error_injection/list: %s; needs "
				   "CONFIG_FUNCTION_ERROR_INJECTION and a mounted debugfs",
				   strerror(-err));
	if (libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_override_return, NULL) != 1)
		return status__say(STATUS_CANNOT, "hunt: this kernel was built without "
						  "CONFIG_BPF_KPROBE_OVERRIDE");
	for (const char *const *only = s->options.functions; only && *only; only++)
		if (!injectables__find(&s->list, *only))
			return status__say(
				STATUS_CANNOT,
				"hunt: %s() is not on this kernel's list of functions that may "
				"fail: it lacks the mark ALLOW_ERROR_INJECTION(%s, ...)",
				*only, *only);
	return session__functions(s);
}

/* --- the collector's extension -------------------------------------------- */

static void function__fill(struct hunt_session *s, unsigned int number)
{
	struct pks_function *f = &s->skel->bss->hunted[number];
	const char *name = s->functions[number].name;
	struct symbol symbol;

	f->gfp_arg = injectable__gfp_argument(name);
	f->entry = symbols__address(s->tracer.symbols, name);
	f->end = symbols__find(s->tracer.symbols, f->entry, 0, &symbol) ? f->entry + 1 :
									  f->entry + symbol.size;
}

static int session__window_program(struct bpf_program *program, const struct dialect *dialect,
				   enum probe probe)
{
	bpf_program__set_autoattach(program, false);
	return function_probe__prepare(program, dialect->attach, dialect->function[probe]);
}

/* They are there for both kinds of entry, as the tracing ones. */
static struct bpf_program *program__grant_page(const struct hunt_session *s,
					       const struct dialect *dialect)
{
	return dialect->attach == ATTACH_TRAMPOLINE ? s->skel->progs.hunt_grant_page :
						      s->skel->progs.hunt_grant_page_regs;
}

static struct bpf_program *program__grant_any(const struct hunt_session *s,
					      const struct dialect *dialect)
{
	return dialect->attach == ATTACH_TRAMPOLINE ? s->skel->progs.hunt_grant_any :
						      s->skel->progs.hunt_grant_any_regs;
}

/* The function whose every call opens a window. */
static enum probe grant__any(const struct dialect *dialect)
{
	return dialect->function[PROBE_GRANT_ARG] ? PROBE_GRANT_ARG : PROBE_GRANT_PGMAP;
}

static int session__configure(void *arg, struct pkstrace *skel, const struct dialect *dialect)
{
	struct hunt_session *s = arg;
	struct bpf_program *const programs[] = {
		skel->progs.hunt_call,	 skel->progs.hunt_chance, skel->progs.hunt_begin,
		skel->progs.hunt_end,	 skel->progs.inject_fork, skel->progs.inject_exec,
		skel->progs.inject_over,
	};
	int err;

	s->skel = skel;
	err = hunt_faults__open(&s->faults, s->tracer.symbols, &s->list, s->options.faults,
				&s->guardian);
	if (err)
		return err;
	skel->rodata->settings.target = s->cgroups ? PKS_TARGET_CGROUP : PKS_TARGET_LISTED;
	skel->rodata->target_workers = 1;
	skel->rodata->fault_range = s->faults.asks;
	memcpy((void *)skel->rodata->fault_attrs, s->faults.attr, sizeof(s->faults.attr));
	for (unsigned int i = 0; i < s->nr_functions; i++)
		function__fill(s, i);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		bpf_program__set_autoload(programs[i], true);
	/* By hand: once for each function, to two tracepoints, or only where there is one. */
	for (size_t i = 0; i < 3; i++)
		bpf_program__set_autoattach(programs[i], false);
	err = session__window_program(program__grant_page(s, dialect), dialect, PROBE_GRANT_PAGE);
	return err   ?:
		       session__window_program(program__grant_any(s, dialect), dialect,
					       grant__any(dialect));
}

static enum status session__attach_window(struct hunt_session *s, struct bpf_program *program,
					  enum probe probe)
{
	if (!bpf_program__autoload(program))
		return STATUS_CLEAN;
	return links__keep(&s->links,
			   function_probe__attach(program, s->tracer.dialect.function[probe],
						  s->tracer.dialect.entry[probe]),
			   s->tracer.dialect.function[probe]);
}

static enum status session__attach_begin(struct hunt_session *s, const char *tracepoint)
{
	if (!dialect__has_tracepoint(&s->tracer.dialect, tracepoint))
		return STATUS_CLEAN;
	return links__keep(&s->links,
			   bpf_program__attach_raw_tracepoint(s->skel->progs.hunt_begin,
							      tracepoint),
			   tracepoint);
}

/* A breakpoint on the execution of an address, on one CPU. */
static int breakpoint__open(__u64 address, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_X,
		.bp_addr = address,
		.bp_len = sizeof(long),
		.sample_period = 1,
		.exclude_user = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static enum status session__attach_chance(struct hunt_session *s)
{
	enum status status = STATUS_CLEAN;

	for (int cpu = 0; !status && cpu < libbpf_num_possible_cpus(); cpu++) {
		int fd = breakpoint__open(s->faults.asks.entry, cpu);

		if (fd == -ENODEV) /* not online */
			continue;
		if (fd < 0)
			return status__say(STATUS_CANNOT,
					   "can't set a breakpoint on %s() to count the "
					   "kernel's opportunities to fail: %s; "
					   "--kernel-faults=none does without",
					   s->faults.function, strerror(-fd));
		/* The link closes it. */
		status = links__keep(&s->links,
				     bpf_program__attach_perf_event(s->skel->progs.hunt_chance, fd),
				     s->faults.function);
	}
	return status;
}

/* One that the kernel does not let us probe is one less. */
static enum status session__attach_function(struct hunt_session *s, unsigned int number)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = number);
	const char *name = s->functions[number].name;
	struct function_name function = {};
	struct bpf_link *link;

	strncpy(function.name, name, sizeof(function.name) - 1);
	function_name__count(&function, s->tracer.symbols);
	if (function.same > 1) {
		status__note("%u functions are called %s(): their calls are not failed",
			     function.same, name);
		return STATUS_CLEAN;
	}
	link = bpf_program__attach_kprobe_opts(s->skel->progs.hunt_call, name, &opts);
	if (!link && errno == EINVAL) {
		status__note("%s() can't be probed: its calls are not failed", name);
		return STATUS_CLEAN;
	}
	return links__keep(&s->links, link, name);
}

static enum status session__attach(void *arg, struct pkstrace *skel)
{
	struct hunt_session *s = arg;
	const struct dialect *dialect = &s->tracer.dialect;
	enum status status;

	(void)skel;
	status = session__attach_window(s, program__grant_page(s, dialect), PROBE_GRANT_PAGE);
	status = status ?:
			  session__attach_window(s, program__grant_any(s, dialect),
						 grant__any(dialect));
	status = status ?: session__attach_begin(s, "sys_enter");
	status = status ?: session__attach_begin(s, "workqueue_execute_start");
	if (!status && s->faults.asks.entry)
		status = session__attach_chance(s);
	for (unsigned int i = 0; !status && i < s->nr_functions; i++)
		status = session__attach_function(s, i);
	return status;
}

static void session__stop(void *arg)
{
	struct hunt_session *s = arg;

	announce__end(&s->announcement);
	links__destroy(&s->links);
}

/* The name of the function that an injection made fail. */
static const char *session__function(const struct hunt_session *s, const struct pks_injection *one)
{
	if (one->rule < s->nr_functions)
		return s->functions[one->rule].name;
	return hunt_faults__name(one->rule - PKS_FUNCTIONS);
}

static void session__record(void *arg, const void *data, size_t size)
{
	struct hunt_session *s = arg;
	struct pks_injection one;
	int err;

	if (size < sizeof(one))
		return;
	memcpy(&one, data, sizeof(one));
	if (one.type == PKS_RECORD_STOPPED) {
		err = hunt_faults__arm(&s->faults, one.tgid, one.tid, s->stop_nth);
		if (err)
			status__note("can't set fail-nth of thread %u: %s", one.tid,
				     strerror(-err));
		return;
	}
	/* The kernel decided by itself: what its caller returns then is known here only. */
	if (one.rule >= PKS_FUNCTIONS)
		one.value = hunt_faults__error(one.rule - PKS_FUNCTIONS);
	if (!injections__add(&s->injections, &one, session__function(s, &one)))
		announce__injection(&s->announcement, &s->tracer.resolver,
				    &s->injections.all[s->injections.nr - 1]);
}

/* --- the session ----------------------------------------------------------- */

/* Before the first knob is touched, and before orphans become our children. */
static enum status session__guard(struct hunt_session *s)
{
	int err = guardian__start(&s->guardian, s->lock, INJECT_JOURNAL);

	if (err)
		return status__say(STATUS_CANNOT,
				   "can't start the process that restores the "
				   "kernel's settings: %s",
				   strerror(-err));
	s->cgroups = workload__can_have_cgroup(s->options.command[0]);
	return STATUS_CLEAN;
}

int hunt_session__set_workload(struct hunt_session *s, const struct workload *workload)
{
	int err;

	if (!s->cgroups)
		return collector__target_thread(s->tracer.collector, workload->pid);
	if (workload->cgroup.fd < 0)
		return -ECHILD;
	/* Dead or stopped for us to go on with: if we are killed it must not stay. */
	err = guardian__kill_cgroup(&s->guardian, workload->cgroup.path);
	return err ?: collector__target_cgroup(s->tracer.collector, workload->cgroup.fd);
}

unsigned int hunt_session__end(struct hunt_session *s, struct workload *workload)
{
	char path[PATH_MAX];
	unsigned int left;
	int wait_status;

	strcpy(path, workload->cgroup.path);
	left = workload__end(workload, 0, &wait_status);
	if (path[0] && !left)
		guardian__forget(&s->guardian, path);
	return left;
}

enum status hunt_session__open(struct hunt_session *s, const struct hunt_session_options *options)
{
	struct tracer_options run = {
		.extension = &s->extension,
		.injections = &s->injections,
		.subject = options->command[0],
		.vmlinux = options->vmlinux,
		.module_dirs = options->module_dirs,
		.starts_more = true,
	};
	enum status status;

	*s = (struct hunt_session){ .options = *options, .guardian = GUARDIAN_NONE };
	tracer__init(&s->tracer);
	s->extension = (struct collector_extension){
		.configure = session__configure,
		.attach = session__attach,
		.stop = session__stop,
		.record = session__record,
		.arg = s,
	};
	status = user__find(options->user, &s->user);
	s->lock = -1;
	if (!status)
		s->lock = inject_lock__take(&status);
	status = status ?: session__allowed(s);
	status = status ?: session__guard(s);
	if (!status)
		announce__begin(&s->announcement, "hunt fails calls, one in each run");
	return status ?: tracer__start(&s->tracer, &run);
}

void hunt_session__reset(struct hunt_session *s)
{
	struct pkstrace__bss *bss = s->skel->bss;

	bss->armed = 0;
	memset(bss->hunt_calls, 0, sizeof(bss->hunt_calls));
	memset(bss->places, 0, sizeof(bss->places));
	memset(bss->folds, 0, sizeof(bss->folds));
	memset(bss->found, 0, sizeof(bss->found));
	memset(&bss->stop, 0, sizeof(bss->stop));
	bss->places_lost = 0;
	bss->fault_taken = 0;
	bss->injections = 0;
	hunt_faults__disarm(&s->faults);
	s->injections.nr = s->injections.missing = 0;
	s->stop_nth = 0;
}

void hunt_session__arm(struct hunt_session *s, const struct hunt_plan *plan,
		       const struct hunt_item *item)
{
	struct pkstrace__bss *bss = s->skel->bss;
	const struct hunt_site *first = &plan->sites[item->site[0]];

	if (first->own) {
		s->stop_nth = first->nth;
		bss->stop.path = first->path;
		bss->stop.syscalls = first->syscalls;
		return;
	}
	for (unsigned int i = 0; i < item->depth; i++) {
		bss->hunt_calls[i].hash = plan->sites[item->site[i]].hash;
		bss->hunt_calls[i].value = item->value[i];
		bss->hunt_calls[i].nth = 1;
	}
}

uint64_t hunt_session__taken(const struct hunt_session *s)
{
	return s->skel->bss->fault_taken;
}

bool hunt_session__struck(const struct hunt_session *s, const struct hunt_plan *plan,
			  const struct hunt_item *item)
{
	const struct pkstrace__bss *bss = s->skel->bss;

	if (plan->sites[item->site[0]].own)
		return bss->fault_taken && bss->fault_taken == plan->sites[item->site[0]].hash;
	return bss->hunt_calls[item->depth - 1].done;
}

bool hunt_session__any_error(const struct hunt_session *s, const struct hunt_site *site)
{
	const struct injectable *function = injectables__find(&s->list, site->function);

	return function && injectable__any_error(function);
}

long hunt_session__error(const struct hunt_session *s, const struct hunt_site *site)
{
	const struct injectable *function = injectables__find(&s->list, site->function);

	if (!site->own)
		return function ? injectable__usual_error(function) : -EIO;
	for (unsigned int i = 0; i < PKS_FAULTS; i++)
		if (!strcmp(hunt_faults__name(i), site->function))
			return hunt_faults__error(i);
	return -EIO;
}

void hunt_session__close(struct hunt_session *s)
{
	unsigned int refused;

	tracer__close(&s->tracer);
	refused = guardian__close(&s->guardian);
	if (refused)
		status__note("%u settings of the kernel's fault injection could not be restored",
			     refused);
	injections__free(&s->injections);
	injectables__free(&s->list);
	if (s->lock >= 0)
		close(s->lock);
}
