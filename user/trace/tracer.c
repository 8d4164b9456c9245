// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "findings/callchain.h"
#include "findings/suppress.h"
#include "kernel/helper.h"
#include "kernel/dialect/boundaries.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/srcline.h"
#include "trace/pkey_probe.h"
#include "trace/preflight.h"
#include "util/interrupt.h"
#include "trace/run_loop.h"
#include "trace/tracer.h"
#include "util/clock.h"
#include "kernel/privileges.h"

#define GRACE_SECONDS 2 /* between a command's SIGTERM and its SIGKILL */

static enum status tracer__user(const struct tracer_options *o, struct user *user)
{
	enum status status = user__find(o->user, user);

	if (!status && user->other)
		status__note("%s runs as %s%s", o->command[0], user->name,
			     user->sudo ? ", who called sudo (--user root: as root)" : "");
	return status;
}

static enum status tracer__targets(struct tracer *t)
{
	const struct tracer_options *o = &t->options;
	enum status status = pid_ns__find(&t->pid_ns);
	struct user user;
	int err;

	if (status)
		return status;
	/* A number there and the same number here are two processes. */
	if ((o->pid || o->by_number) && t->pid_ns.up)
		return status__say(STATUS_CANNOT,
				   "/proc is of another PID namespace, so a number may mean two "
				   "processes: mount -t proc proc /proc, or run pkstrace outside");
	if (o->pid) {
		t->pid_watch = syscall(SYS_pidfd_open, o->pid, 0);
		if (t->pid_watch < 0)
			return status__say(STATUS_USAGE, "no process %d: %s", o->pid,
					   errno == EINVAL ? "it is a thread of another process" :
							     strerror(errno));
	}
	if (o->command) {
		status = tracer__user(o, &user);
		if (status)
			return status;
		err = workload__prepare(&t->workload, o->command, &user,
					o->no_cgroup ? WORKLOAD_NO_CGROUP : 0);
		if (err)
			return status__say(STATUS_CANNOT, "can't start '%s': %s", o->command[0],
					   strerror(-err));
		interrupt__end_too(t->workload.cgroup.path);
	}
	return STATUS_CLEAN;
}

static enum status tracer__symbols(struct tracer *t)
{
	enum status status = preflight__symbols(&t->symbols);

	if (status)
		return status;
	t->source = source__open(&(struct source_options){ .symbols = t->symbols,
							   .vmlinux = t->options.vmlinux,
							   .module_dirs = t->options.module_dirs });
	return t->source ? STATUS_CLEAN : status__say(STATUS_CANNOT, "out of memory");
}

/* What this run can't see, before it is taken for clean. */
static void say_blind(void *arg, const char *what)
{
	(void)arg;
	status__note("blind: %s", what);
}

static void tracer__name_target(struct tracer *t)
{
	if (t->options.command || t->options.subject)
		snprintf(t->target, sizeof(t->target), "%s and its children",
			 t->options.subject ?: t->options.command[0]);
	else if (t->options.pid)
		snprintf(t->target, sizeof(t->target), "process %d and its children",
			 t->options.pid);
	else
		snprintf(t->target, sizeof(t->target), "the whole system");
}

static void tracer__say_attached(const struct tracer *t, double took)
{
	char what[320], words[256];

	dialect__describe(&t->dialect, what, sizeof(what));
	status__note("attached %u programs in %.2f s: %s; tracing %s",
		     collector__attached(t->collector), took, what, t->target);
	if (t->options.counts_only)
		status__note("counts only: no stacks; %s (`pkstrace run` tells)",
			     class__stat_words(words, sizeof(words)));
	dialect__blind(&t->dialect, say_blind, NULL);
	boundaries__blind(&t->dialect, say_blind, NULL);
}

static enum status tracer__attach(struct tracer *t)
{
	struct collector_options options = { .target = t->workload.cgroup.fd >= 0 ?
							       PKS_TARGET_CGROUP :
						       t->options.pid || t->options.command ?
							       PKS_TARGET_LISTED :
							       PKS_TARGET_ALL,
					     .pid_ns = t->pid_ns,
					     .tgid = t->options.pid,
					     .counts_only = t->options.counts_only,
					     .by = t->options.by,
					     .slept = t->options.slept,
					     .window_log = t->options.window_log,
					     .grant_stacks = t->options.grant_stacks,
					     .stack_depth = t->options.stack_depth,
					     .long_hold = t->options.long_hold * 1e9,
					     .extension = t->options.extension };
	enum status status;
	int err;

	t->collector = collector__open(&t->dialect, &options, &status);
	if (!t->collector)
		return status;
	if (t->workload.pid) {
		err = t->workload.cgroup.fd >= 0 ?
			      collector__target_cgroup(t->collector, t->workload.cgroup.fd) :
			      collector__target_thread(t->collector, t->workload.pid);
		if (err)
			return status__say(STATUS_CANNOT, "can't follow '%s': %s",
					   t->options.command[0], strerror(-err));
	}
	status = collector__attach(t->collector);
	err = status ? 0 : symbols__follow(t->symbols, collector__module_events, t->collector);
	return err ? status__say(STATUS_CANNOT, "can't read which modules are loaded: %s",
				 strerror(-err)) :
		     status;
}

static enum status tracer__start_workload(struct tracer *t)
{
	int err = t->workload.pid ? workload__start(&t->workload) : 0;

	if (!err)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "can't run '%s': %s", t->options.command[0],
			   strerror(-err));
}

static enum status tracer__arm_timers(struct tracer *t)
{
	int err = timer__open(t->options.seconds, false, &t->timer);

	err = err ?: timer__open(t->options.interval, true, &t->ticks);
	return err ? status__say(STATUS_CANNOT, "can't set a timer: %s", strerror(-err)) :
		     STATUS_CLEAN;
}

static enum status tracer__signals(struct tracer *t)
{
	enum status status;

	t->signals = interrupt__open(&status);
	return status;
}

static enum status tracer__dialect(struct tracer *t)
{
	enum status status = dialect__probe(&t->dialect, t->symbols, &t->options.dialect, false);

	if (!status)
		pkey_probe__find(&t->dialect, t->symbols);
	return status;
}

void tracer__init(struct tracer *t)
{
	*t = (struct tracer){ .pid_watch = -1, .timer = -1, .ticks = -1, .signals = -1 };
	t->workload = (struct workload)WORKLOAD_NONE;
}

/* Who makes findings readable, and how they are shown. */
static void tracer__report(struct tracer *t)
{
	const struct tracer_options *o = &t->options;

	t->longhold.threshold = o->long_hold * 1e9;
	t->resolver = (struct resolver){ .symbols = t->symbols,
					 .source = t->source,
					 .dialect = &t->dialect,
					 .suppress = o->suppress,
					 .injections = o->injections,
					 .by = o->by,
					 .target = t->target };
	t->report = (struct report){ .out = stdout,
				     .format = o->format ?: format__row(0),
				     .top = o->top ?: 20,
				     .verbose = o->verbose,
				     .keep = o->keep ? &o->keep->report : NULL };
	report__find_terminal(&t->report);
	t->intake = (struct intake){ .collector = t->collector,
				     .model = &t->model,
				     .resolver = &t->resolver,
				     .report = &t->report,
				     .max_reports = o->max_reports,
				     .stack_depth = o->stack_depth + PKS_STACK_OWN,
				     .show_injections = o->show_injections };
}

static enum status tracer__begin_session(struct tracer *t)
{
	char what[320];

	if (!t->options.keep)
		return STATUS_CLEAN;
	dialect__describe(&t->dialect, what, sizeof(what));
	return session_writer__begin(t->options.keep, t->target, what);
}

/* For whoever is to wait until then: as s6 and others have it. */
static void tracer__say_ready(const struct tracer *t)
{
	int fd = t->options.ready_fd;

	if (!fd)
		return;
	if (write(fd, "\n", 1) != 1)
		status__note("can't say on descriptor %d that tracing has begun: %s", fd,
			     strerror(errno));
	close(fd);
}

enum status tracer__start(struct tracer *t, const struct tracer_options *options)
{
	static enum status (*const steps[])(struct tracer *) = {
		tracer__signals, tracer__targets, tracer__symbols,
		tracer__dialect, tracer__attach,  tracer__arm_timers,
	};
	double begin = clock__seconds();
	enum status status = preflight__capabilities();

	tracer__init(t);
	t->options = *options;
	t->options.stack_depth = options->stack_depth ?: STACK_DEPTH;
	tracer__name_target(t);
	for (size_t i = 0; !status && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = interrupt__pending(t->signals) ?
				 status__say(STATUS_INCOMPLETE, "interrupted before anything was "
								"traced") :
				 steps[i](t);
	if (status)
		return status;
	if (!t->options.starts_more && privileges__drop())
		status__note("can't give up what is no longer needed: %s", strerror(errno));
	tracer__report(t);
	t->started = t->shown_at = clock__seconds();
	status = tracer__begin_session(t);
	if (status)
		return status;
	if (!t->options.starts_more)
		report__hear(&t->report);
	tracer__say_attached(t, t->started - begin);
	tracer__say_ready(t);
	return tracer__start_workload(t);
}

static void tracer__workload_say_end(const struct tracer *t, int wait_status)
{
	const char *name = t->options.command[0];

	if (WIFSIGNALED(wait_status))
		status__note("%s was killed by signal %d (%s)", name, WTERMSIG(wait_status),
			     strsignal(WTERMSIG(wait_status)));
	else
		status__note("%s exited with status %d", name, WEXITSTATUS(wait_status));
}

/* The command must not outlive the run: nobody would see what it does. */
static void tracer__workload_end(struct tracer *t, bool timed_out)
{
	unsigned int left;
	int wait_status;

	if (t->target_ended)
		status__note("the run ends: ending what %s has left running, too",
			     t->workload.name);
	else if (timed_out)
		status__note("%s did not end within %g s: ended it and all its children",
			     t->workload.name, t->options.seconds);
	else
		status__note("the run ends: ending %s and all its children, too", t->workload.name);
	left = workload__end(&t->workload, GRACE_SECONDS, &wait_status);
	if (wait_status >= 0)
		tracer__workload_say_end(t, wait_status);
	if (left)
		status__note(
			"%u of its processes are stuck in the kernel, where no signal reaches them",
			left);
}

/* Processes, or threads where only these are known, that the target has started and that live. */
static unsigned int tracer__left(void *arg)
{
	struct tracer *t = arg;
	int alive;

	if (t->workload.cgroup.fd >= 0)
		return cgroup__processes(t->workload.cgroup.path);
	alive = collector__family(t->collector);
	if (alive >= 0)
		return alive;
	/* Nobody can tell, then: it must not look as if there were none. */
	model__lose(&t->model, LOSS_READ, 1);
	return 0;
}

/* It has ended by itself. True where what it has left running is to be waited for. */
static bool tracer__target_ended(void *arg)
{
	struct tracer *t = arg;
	unsigned int left;
	int wait_status;

	if (t->workload.pid && !workload__reap(&t->workload, &wait_status))
		tracer__workload_say_end(t, wait_status);
	t->target_ended = true;
	left = tracer__left(t);
	if (!left || t->options.no_wait)
		return false;
	status__note("%s has ended and left %u running: still tracing them until they end "
		     "(--no-wait does not wait)",
		     t->options.command ? t->workload.name : t->target, left);
	return true;
}

/* What it has left running is not ours to end, but what it does goes unseen. */
static void tracer__leave(struct tracer *t)
{
	unsigned int left = tracer__left(t);

	if (t->options.command) {
		interrupt__end_too("");
		workload__release(&t->workload);
	}
	if (!left)
		return;
	status__note("%s has left %u running, no longer traced",
		     t->options.command ? t->workload.name : t->target, left);
	model__lose(&t->model, LOSS_UNTRACED, left);
}

/* A site in a mapping helper is one for all that call it; the first stack tells of one. */
static void site__find_user(struct tracer *t, struct model_site *site)
{
	struct pks_origin origin = { .caller = site->caller, .stack = PKS_NO_STACK };
	struct model_stack stack;
	struct symbol symbol;
	unsigned int own;
	__u32 modules = 0;

	if (symbols__find(t->symbols, site->caller, SYMBOL_RETURN, &symbol) ||
	    !helper__is(symbol.name))
		return;
	stack.nr = collector__stack(t->collector, &origin, stack.address, &modules);
	for (unsigned int i = 0; i < stack.nr; i++)
		stack.address[i] = symbols__mark(t->symbols, stack.address[i], modules);
	own = stack__skip_own(t->symbols, &stack);
	stack.nr -= own;
	memmove(stack.address, stack.address + own, stack.nr * sizeof(stack.address[0]));
	site->user = resolve__user(t->symbols, &stack, &site->through);
}

/* The windows' counts up to now. */
static void tracer__read_sites(struct tracer *t, struct model *m)
{
	struct pks_site_stat stat;
	struct pks_site site;

	for (unsigned int i = 0; i < PKS_SITES; i++) {
		if (!collector__site(t->collector, i, &site, &stat))
			continue;
		if (model__add_site(m, site.caller, &stat, site.closed)) {
			status__note("out of memory: call sites are missing from the table");
			break;
		}
		m->sites[m->nr_sites - 1].index = i;
		if (t->options.by == PKS_BY_SITE)
			site__find_user(t, &m->sites[m->nr_sites - 1]);
		collector__thread_comm(t->collector, i, m->sites[m->nr_sites - 1].comm);
	}
}

/* What came until `at`, in CLOCK_MONOTONIC seconds, since the last interval. */
static void tracer__print_interval(struct tracer *t, const struct model *delta, __u64 found,
				   double at)
{
	struct resolved_summary s;

	if (resolve__summary(&t->resolver, delta, &s))
		t->report.missing++;
	s.at = at - t->started;
	s.found_so_far = found;
	s.seconds = at - t->shown_at;
	report__interval(&t->report, &s);
	resolved_summary__free(&s);
}

static void tracer__show_interval(struct tracer *t, double at)
{
	struct collector_counts counts;
	struct model now = {}, delta;

	if (!report__wants_interval(&t->report))
		return;
	collector__counts(t->collector, &counts);
	memcpy(now.found, counts.found, sizeof(now.found));
	tracer__read_sites(t, &now);
	if (model__between(&t->before, &now, &delta)) {
		status__note("out of memory: an interval is missing");
		t->report.missing++;
		model__free(&now);
		return;
	}
	delta.open_windows = counts.open_windows;
	model__sort_sites(&delta);
	tracer__print_interval(t, &delta, model__total_findings(&now), at);
	model__free(&delta);
	model__free(&t->before);
	t->before = now;
	t->shown_at = at;
}

/* Intervals that went by unseen are one. */
static void tracer__tick(void *arg)
{
	tracer__show_interval(arg, clock__seconds());
}

enum status tracer__loop(struct tracer *t)
{
	struct run_loop loop = {
		.intake = &t->intake,
		.longhold = &t->longhold,
		.end = { [END_SIGNAL] = t->signals,
			 [END_TIMER] = t->timer,
			 [END_PROCESS] = t->pid_watch,
			 [END_WORKLOAD] = t->workload.pidfd },
		.ticks = t->ticks,
		.tick = tracer__tick,
		.target_ended = tracer__target_ended,
		.left = tracer__left,
		.arg = t,
	};
	enum status status;
	unsigned int ended;

	status = run_loop__wait(&loop, &ended);
	/* Nobody sees what is printed, but it is kept up to its end. */
	if (status == STATUS_OUTPUT && t->options.keep)
		ended = 0;
	else if (status)
		return status;
	t->ended = clock__seconds();
	if (ended & (END_BIT(END_WORKLOAD) | END_BIT(END_PROCESS)))
		tracer__leave(t);
	else if (t->options.command)
		tracer__workload_end(t, ended & END_BIT(END_TIMER));
	return STATUS_CLEAN;
}

static void on_loss(void *arg, enum pks_loss reason, unsigned int cpu, const char *program,
		    __u64 count)
{
	struct tracer *t = arg;

	/* Without memory the sum is there, and where it was lost is not. */
	if (program)
		model__add_skipped(&t->model, program, count);
	else
		model__add_loss(&t->model, cpu, reason, count);
}

static void tracer__read_folds(struct tracer *t)
{
	struct model_finding *unseen;
	struct pks_fold fold;

	for (unsigned int i = 0; i < PKS_FOLDS; i++) {
		if (!collector__fold(t->collector, i, &fold))
			continue;
		if (model__fold(&t->model, &fold, &unseen))
			model__lose(&t->model, LOSS_ROOM, 1);
		else if (unseen)
			unseen->suppressed = resolve__suppression(&t->resolver, unseen);
	}
}

static void tracer__read_counts(struct tracer *t)
{
	struct model *m = &t->model;
	struct collector_counts counts;

	if (collector__counts(t->collector, &counts))
		model__lose(m, LOSS_READ, 1);
	memcpy(m->found, counts.found, sizeof(m->found));
	m->found[PKS_LONG_HOLD] += t->longhold.reported;
	m->older_windows = counts.older_windows;
	m->late_revokes = counts.late_revokes;
	m->windows_kept = t->intake.windows;
	m->windows_dropped = counts.windows_dropped;
	m->open_windows = counts.open_windows;
	m->faults = counts.faults;
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		m->made += counts.found[i];
	m->delivered = counts.delivered;
	m->folded = counts.folded;
	m->dropped = counts.dropped;
}

static void tracer__read_totals(struct tracer *t)
{
	longhold__scan(&t->longhold, t->collector, clock__ns(), intake__take, &t->intake);
	intake__pass(&t->intake);
	tracer__read_sites(t, &t->model);
	tracer__read_folds(t);
	tracer__read_counts(t);
	model__count_suppressed(&t->model);
	if (collector__losses(t->collector, on_loss, t))
		model__lose(&t->model, LOSS_READ, 1);
	if (t->options.injections)
		model__lose(&t->model, LOSS_ROOM, t->options.injections->missing);
	if (t->options.by == PKS_BY_SITE)
		model__move_closed(&t->model);
	model__sort_sites(&t->model);
}

/*
 * Of the whole system nobody has said that it opens windows; of a target somebody has. A call
 * that was made to fail may be what kept it from that.
 */
static bool tracer__must_open(const struct tracer *t)
{
	const struct tracer_options *o = &t->options;

	return (o->command || o->pid) && !o->allow_none &&
	       !(o->injections && injections__any_failure(o->injections));
}

static void tracer__print_summary(struct tracer *t)
{
	struct resolved_summary s;

	if (!report__wants_summary(&t->report))
		return;
	if (resolve__summary(&t->resolver, &t->model, &s)) {
		status__note("out of memory: the summary's tables are missing");
		t->report.missing++;
	}
	s.counts_only = t->options.counts_only;
	s.seconds = t->ended - t->started;
	report__summary(&t->report, &s);
	resolved_summary__free(&s);
}

enum status tracer__finish(struct tracer *t)
{
	enum status status;

	collector__stop(t->collector);
	intake__pass(&t->intake);
	if (t->options.interval)
		tracer__show_interval(t, t->ended);
	tracer__read_totals(t);
	t->model.untested = tracer__must_open(t) && model__saw_nothing(&t->model);
	report__deaf(); /* the summary is the last record */
	tracer__print_summary(t);
	status = model__complete(&t->model) ? STATUS_CLEAN : STATUS_INCOMPLETE;
	if (model__total_findings(&t->model))
		status = STATUS_FINDINGS;
	return report__status(&t->report, status);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void tracer__close(struct tracer *t)
{
	if (!t->options.starts_more)
		report__deaf();
	intake__close(&t->intake);
	collector__close(t->collector);
	workload__close(&t->workload);
	dialect__close(&t->dialect);
	source__close(t->source);
	symbols__close(t->symbols);
	model__free(&t->model);
	model__free(&t->before);
	close_if_open(t->timer);
	close_if_open(t->ticks);
	close_if_open(t->pid_watch);
}

enum status tracer__run(const struct tracer_options *options)
{
	enum status status;
	struct tracer t;

	status = tracer__start(&t, options);
	if (!status)
		status = tracer__loop(&t);
	if (!status)
		status = tracer__finish(&t);
	tracer__close(&t);
	return status;
}
