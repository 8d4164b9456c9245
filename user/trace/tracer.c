// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/boundaries.h"
#include "findings/finding.h"
#include "trace/preflight.h"
#include "kernel/srcline.h"
#include "findings/suppress.h"
#include "kernel/ksyms.h"
#include "trace/tracer.h"
#include "util/output.h"

/* For so long after a call that was not seen an interrupt's findings are not to be trusted. */
#define NS_DOUBT 1000000000ULL

#define GRACE_SECONDS 2 /* between a command's SIGTERM and its SIGKILL */

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static __u64 now_ns(void)
{
	return now_seconds() * 1e9;
}

/* The suppression that hides it, 0: none. */
static unsigned int finding__suppressed(struct tracer *t, const struct model_finding *f)
{
	const char *functions[PKS_STACK_DEPTH];
	struct finding_stack stack;
	struct symbol sym;

	if (!suppress__count(t->options.suppress))
		return 0;
	finding__stack(t->symbols, f, finding__primary(f), &stack);
	for (unsigned int i = 0; i < stack.frames.nr; i++) {
		__u64 address = stack.frames.address[i];

		symbols__find(t->symbols, address, address == stack.exact ? 0 : SYMBOL_RETURN, &sym);
		functions[i] = sym.name ? sym.name : "?";
	}
	return suppress__match(t->options.suppress, f->raw.class, f->raw.cause, functions,
			       stack.frames.nr);
}

/* The kernel has refused to run a program on a grant or revoke not long before. */
static bool finding__withdrawn(struct tracer *t, const struct pks_finding *raw)
{
	__u64 refused;

	if (!model__doubtful(raw))
		return false;
	refused = collector__refused(t->collector);
	if (refused != t->refused) {
		t->refused = refused;
		t->refused_at = now_ns();
	}
	return t->refused_at && raw->time < t->refused_at + NS_DOUBT;
}

static void on_finding(void *arg, const struct pks_finding *from)
{
	struct pks_finding copy = *from, *raw = &copy;
	struct tracer *t = arg;
	struct model_stack granted, revoked;
	struct model_finding *f;

	granted.nr = collector__stack(t->collector, &raw->granted, granted.address);
	revoked.nr = collector__stack(t->collector, &raw->revoked, revoked.address);
	if (model__add_finding(&t->model, raw, &granted, &revoked, &f) != MODEL_NEW)
		return;
	f->suppressed = finding__withdrawn(t, raw) ? MODEL_WITHDRAWN : finding__suppressed(t, f);
	if (f->suppressed)
		return;
	t->shown++;
	if (t->shown <= t->options.max_reports)
		t->options.renderer->finding(&t->report, f);
	else if (t->shown == t->options.max_reports + 1)
		status__note("%u reports shown; further findings are counted only",
			     t->options.max_reports);
}

/* Signals become readable; a command that gets Ctrl-C too is not lost sight of. */
static int signals__open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum status tracer__targets(struct tracer *t)
{
	const struct tracer_options *o = &t->options;
	int err;

	if (o->pid) {
		t->pid_watch = syscall(SYS_pidfd_open, o->pid, 0);
		if (t->pid_watch < 0)
			return status__say(STATUS_USAGE, "no process %d: %s", o->pid,
					   errno == EINVAL ? "it is a thread of another process" :
							     strerror(errno));
	}
	if (o->command) {
		err = follow__prepare(&t->command, o->command, o->no_group ? FOLLOW_NO_GROUP : 0);
		if (err)
			return status__say(STATUS_CANNOT, "can't start '%s': %s", o->command[0],
					   strerror(-err));
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
		snprintf(t->target, sizeof(t->target), "process %d and its children", t->options.pid);
	else
		snprintf(t->target, sizeof(t->target), "the whole system");
}

static void tracer__say_attached(const struct tracer *t, double took)
{
	char what[320];

	dialect__describe(&t->dialect, what, sizeof(what));
	status__note("attached %u programs in %.2f s: %s; tracing %s",
		     collector__attached(t->collector), took, what, t->target);
	if (t->options.counts_only)
		status__note("counts only: no stacks; wrong-page, out-of-order and "
			     "ineffective-grant pass unseen, cross-thread counts as underflow "
			     "(`pkstrace run` tells)");
	dialect__blind(&t->dialect, say_blind, NULL);
	boundaries__blind(&t->dialect, say_blind, NULL);
}

static enum status tracer__attach(struct tracer *t)
{
	struct collector_options options = { .follow = t->command.group.fd >= 0 ? PKS_FOLLOW_GROUP :
						       t->options.pid || t->options.command ?
									     PKS_FOLLOW_LISTED :
									     PKS_FOLLOW_ALL,
					     .tgid = t->options.pid,
					     .counts_only = t->options.counts_only,
					     .by = t->options.by,
					     .slept = t->options.slept,
					     .grant_stacks = t->options.grant_stacks,
					     .long_hold = t->options.long_hold * 1e9,
					     .extension = t->options.extension };
	enum status status;
	int err;

	t->collector = collector__open(&t->dialect, &options, &status);
	if (!t->collector)
		return status;
	if (t->command.pid) {
		err = t->command.group.fd >= 0 ?
			      collector__follow_group(t->collector, t->command.group.fd) :
			      collector__follow(t->collector, t->command.pid);
		if (err)
			return status__say(STATUS_CANNOT, "can't follow '%s': %s",
					   t->options.command[0], strerror(-err));
	}
	return collector__attach(t->collector);
}

static enum status tracer__run_command(struct tracer *t)
{
	int err = t->command.pid ? follow__start(&t->command) : 0;

	if (!err)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "can't run '%s': %s", t->options.command[0],
			   strerror(-err));
}

/* A timerfd after so many seconds, once or again and again; -1 for none. */
static enum status timer__arm(int *timer, double seconds, bool again)
{
	double whole = floor(seconds);
	struct timespec time = { .tv_sec = whole, .tv_nsec = (seconds - whole) * 1e9 };
	struct itimerspec when = { .it_value = time };

	if (seconds <= 0)
		return STATUS_CLEAN;
	if (again)
		when.it_interval = time;
	*timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*timer < 0 || timerfd_settime(*timer, 0, &when, NULL))
		return status__say(STATUS_CANNOT, "can't set a timer: %s", strerror(errno));
	return STATUS_CLEAN;
}

static enum status tracer__arm_timers(struct tracer *t)
{
	enum status status = timer__arm(&t->timer, t->options.seconds, false);

	return status ?: timer__arm(&t->ticks, t->options.interval, true);
}

enum status tracer__start(struct tracer *t, const struct tracer_options *options)
{
	static enum status (*const steps[])(struct tracer *) = {
		tracer__targets, tracer__symbols, NULL, tracer__attach,
		tracer__arm_timers,
	};
	double begin = now_seconds();
	enum status status = preflight__capabilities();

	*t = (struct tracer){
		.options = *options, .pid_watch = -1, .timer = -1, .ticks = -1, .signals = -1
	};
	tracer__name_target(t);
	if (!t->options.renderer)
		t->options.renderer = &report_text;
	t->command = (struct follow)FOLLOW_NONE;
	for (size_t i = 0; !status && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = steps[i] ? steps[i](t) :
				    dialect__probe(&t->dialect, t->symbols, &t->options.wish, false);
	if (status)
		return status;
	t->signals = signals__open();
	t->longhold.threshold = options->long_hold * 1e9;
	t->report = (struct report){ .out = stdout,
				     .symbols = t->symbols,
				     .source = t->source,
				     .suppress = options->suppress,
				     .dialect = &t->dialect,
				     .top = options->top ?: 20,
				     .by = options->by,
				     .target = t->target,
				     .injections = options->injections,
				     .injected_function = options->injected_function,
				     .injected_arg = options->injected_arg };
	t->started = t->shown_at = now_seconds();
	tracer__say_attached(t, t->started - begin);
	return tracer__run_command(t);
}

static void command__say_end(const struct tracer *t, int wait_status)
{
	const char *name = t->options.command[0];

	if (WIFSIGNALED(wait_status))
		status__note("%s was killed by signal %d (%s)", name, WTERMSIG(wait_status),
			     strsignal(WTERMSIG(wait_status)));
	else
		status__note("%s exited with status %d", name, WEXITSTATUS(wait_status));
}

/* The command must not outlive the run: nobody would see what it does. */
static void command__end(struct tracer *t, bool timed_out)
{
	unsigned int left;
	int wait_status;

	if (timed_out)
		status__note("%s did not end in %g s: ended, with all its children",
			     t->command.name, t->options.seconds);
	else
		status__note("%s is ended with the run, with all its children", t->command.name);
	left = follow__end(&t->command, GRACE_SECONDS, &wait_status);
	if (wait_status >= 0)
		command__say_end(t, wait_status);
	if (left)
		status__note("%u of its processes hang in the kernel, out of reach of signals", left);
}

/* It has ended by itself. What it has left running is not ours to end. */
static void command__ended(struct tracer *t)
{
	unsigned int left;
	int wait_status;

	if (!follow__reap(&t->command, &wait_status))
		command__say_end(t, wait_status);
	left = follow__release(&t->command);
	if (left)
		status__note("%s has left %u process%s running, not traced any more",
			     t->command.name, left, left > 1 ? "es" : "");
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
		collector__group_comm(t->collector, i, m->sites[m->nr_sites - 1].comm);
	}
}

/* What came until `at`, in CLOCK_MONOTONIC seconds, since the last interval. */
static void tracer__show_interval(struct tracer *t, double at)
{
	struct collector_counts counts;
	struct model now = {}, delta;

	collector__counts(t->collector, &counts);
	memcpy(now.found, counts.found, sizeof(now.found));
	tracer__read_sites(t, &now);
	if (model__between(&t->before, &now, &delta)) {
		status__note("out of memory: an interval is missing");
		model__free(&now);
		return;
	}
	delta.open_windows = counts.open_windows;
	model__sort_sites(&delta);
	t->options.renderer->interval(&t->report, &delta, at - t->started, at - t->shown_at);
	model__free(&delta);
	model__free(&t->before);
	t->before = now;
	t->shown_at = at;
}

/* Intervals that went by unseen are one. */
static void tracer__tick(struct tracer *t)
{
	uint64_t ticks;

	if (read(t->ticks, &ticks, sizeof(ticks)) == sizeof(ticks))
		tracer__show_interval(t, now_seconds());
}

/* Those from WATCH_SIGNALS on end the run. */
enum { WATCH_RING, WATCH_TICKS, WATCH_SIGNALS, WATCH_TIMER, WATCH_PID, WATCH_COMMAND, NR_WATCHES };

enum status tracer__loop(struct tracer *t)
{
	struct pollfd watch[NR_WATCHES] = {
		[WATCH_RING] = { .fd = collector__fd(t->collector), .events = POLLIN },
		[WATCH_TICKS] = { .fd = t->ticks, .events = POLLIN },
		[WATCH_SIGNALS] = { .fd = t->signals, .events = POLLIN },
		[WATCH_TIMER] = { .fd = t->timer, .events = POLLIN },
		[WATCH_PID] = { .fd = t->pid_watch, .events = POLLIN },
		[WATCH_COMMAND] = { .fd = t->command.pidfd, .events = POLLIN },
	};
	int ready = 0;

	while (!ready) {
		if (poll(watch, NR_WATCHES, longhold__interval(&t->longhold)) < 0 && errno != EINTR)
			return status__say(STATUS_CANNOT, "poll: %s", strerror(errno));
		longhold__scan(&t->longhold, t->collector, now_ns(), on_finding, t);
		collector__consume(t->collector, on_finding, t);
		if (watch[WATCH_TICKS].revents)
			tracer__tick(t);
		for (int i = WATCH_SIGNALS; i < NR_WATCHES; i++)
			ready |= watch[i].revents;
		/* Nobody would see what comes. */
		if (output__failed())
			return STATUS_OUTPUT;
	}
	t->ended = now_seconds();
	if (watch[WATCH_COMMAND].revents)
		command__ended(t);
	else if (t->command.pid)
		command__end(t, watch[WATCH_TIMER].revents);
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
		if (model__fold(&t->model, &fold, &unseen)) {
			status__note("out of memory: findings are missing from the table");
			break;
		}
		if (unseen)
			unseen->suppressed = finding__suppressed(t, unseen);
	}
}

static void tracer__read_totals(struct tracer *t)
{
	struct collector_counts counts;

	tracer__read_sites(t, &t->model);
	tracer__read_folds(t);
	collector__counts(t->collector, &counts);
	memcpy(t->model.found, counts.found, sizeof(t->model.found));
	longhold__scan(&t->longhold, t->collector, now_ns(), on_finding, t);
	t->model.found[PKS_LONG_HOLD] += t->longhold.told;
	model__count_suppressed(&t->model);
	collector__losses(t->collector, on_loss, t);
	t->model.older_windows = counts.older_windows;
	t->model.late_revokes = counts.late_revokes;
	t->model.open_windows = counts.open_windows;
	t->model.fault_witness = counts.fault_witness;
	t->model.fault_calls = counts.fault_calls;
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		t->model.made += counts.found[i];
	t->model.delivered = counts.delivered;
	t->model.folded = counts.folded;
	t->model.dropped = counts.dropped;
	model__sort_sites(&t->model);
}

enum status tracer__finish(struct tracer *t)
{
	collector__stop(t->collector);
	collector__consume(t->collector, on_finding, t);
	if (t->options.interval && t->options.renderer->interval)
		tracer__show_interval(t, t->ended);
	tracer__read_totals(t);
	t->options.renderer->summary(&t->report, &t->model, t->ended - t->started);
	if (model__total_findings(&t->model))
		return STATUS_FINDINGS;
	return model__complete(&t->model) ? STATUS_CLEAN : STATUS_INCOMPLETE;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void tracer__close(struct tracer *t)
{
	collector__close(t->collector);
	follow__close(&t->command);
	dialect__close(&t->dialect);
	source__close(t->source);
	symbols__close(t->symbols);
	model__free(&t->model);
	model__free(&t->before);
	close_if_open(t->signals);
	close_if_open(t->timer);
	close_if_open(t->ticks);
	close_if_open(t->pid_watch);
}
