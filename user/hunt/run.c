// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/array.h"
#include "findings/class.h"
#include "hunt/run.h"
#include "kernel/oops.h"

/* What a run finds, as it comes. */
struct watch {
	struct hunt_session *session;
	struct hunt_baseline *baseline;
	bool learn;
	struct hunt_run *run;
	struct model model;
	struct report text, json;
	char *text_out, *json_out;
	size_t text_size, json_size;
};

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* --- findings -------------------------------------------------------------- */

static bool baseline__has(const struct hunt_baseline *b, __u64 fold)
{
	for (size_t i = 0; i < b->nr; i++)
		if (b->folds[i] == fold)
			return true;
	return false;
}

static void on_finding(void *arg, const struct pks_finding *from)
{
	struct watch *w = arg;
	struct tracer *t = &w->session->tracer;
	struct pks_finding raw = *from;
	struct model_stack granted, revoked;
	struct model_finding *f;

	if (!w->learn && baseline__has(w->baseline, raw.fold))
		return;
	granted.nr = collector__stack(t->collector, &raw.granted, granted.address);
	revoked.nr = collector__stack(t->collector, &raw.revoked, revoked.address);
	if (model__add_finding(&w->model, &raw, &granted, &revoked, &f) != MODEL_NEW)
		return;
	if (w->learn && !array__grow(&w->baseline->folds, &w->baseline->room, w->baseline->nr,
				     sizeof(raw.fold)))
		w->baseline->folds[w->baseline->nr++] = raw.fold;
	w->run->findings++;
	w->run->result.outcomes |= hunt_outcome__of_class(raw.class);
	report_text.finding(&w->text, f);
	report_json.finding(&w->json, f);
}

static int watch__open(struct watch *w)
{
	w->text = w->json = w->session->tracer.report;
	w->text.out = open_memstream(&w->text_out, &w->text_size);
	w->json.out = open_memstream(&w->json_out, &w->json_size);
	return w->text.out && w->json.out ? 0 : -ENOMEM;
}

/* JSON lines into an array. */
static json_t *findings__parse(const char *lines, size_t size)
{
	json_t *all = json_array();

	for (size_t at = 0; at < size;) {
		size_t length = strcspn(lines + at, "\n");
		json_t *one = json_loadb(lines + at, length, 0, NULL);

		if (one)
			json_array_append_new(all, one);
		at += length + 1;
	}
	return all;
}

static void watch__close(struct watch *w)
{
	if (w->text.out)
		fclose(w->text.out);
	if (w->json.out)
		fclose(w->json.out);
	if (w->run->findings) {
		w->run->result.report = w->text_out;
		w->run->result.findings = findings__parse(w->json_out ?: "", w->json_size);
		w->text_out = NULL;
	}
	free(w->text_out);
	free(w->json_out);
	model__free(&w->model);
}

/* --- the command ------------------------------------------------------------ */

static enum status command__start(struct hunt_session *s, char *const *command, struct follow *f)
{
	int err = follow__prepare(f, command,
				  FOLLOW_ALONE | (s->grouped ? 0 : FOLLOW_NO_GROUP));

	if (err)
		return status__say(STATUS_CANNOT, "can't start '%s': %s", command[0],
				   strerror(-err));
	err = hunt_session__follow(s, f);
	if (err)
		return status__say(STATUS_CANNOT, "can't follow '%s': %s", command[0],
				   strerror(-err));
	err = follow__start(f);
	if (err)
		return status__say(STATUS_USAGE, "can't run '%s': %s", command[0], strerror(-err));
	return STATUS_CLEAN;
}

static int timer__open(double seconds)
{
	double whole = floor(seconds);
	struct itimerspec when = {
		.it_value = {.tv_sec = whole, .tv_nsec = (seconds - whole) * 1e9}};
	int fd;

	if (seconds <= 0)
		return -1;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (fd >= 0)
		timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

enum { WATCH_RING, WATCH_SIGNALS, WATCH_TIMER, WATCH_COMMAND, NR_WATCHES };

/* Until the command ends, its time is up, or a signal comes. */
static enum status command__wait(struct watch *w, struct follow *f, double timeout)
{
	struct tracer *t = &w->session->tracer;
	struct pollfd fds[NR_WATCHES] = {
		[WATCH_RING] = {.fd = collector__fd(t->collector), .events = POLLIN},
		[WATCH_SIGNALS] = {.fd = t->signals, .events = POLLIN},
		[WATCH_TIMER] = {.fd = timer__open(timeout), .events = POLLIN},
		[WATCH_COMMAND] = {.fd = f->pidfd, .events = POLLIN},
	};
	struct signalfd_siginfo signal;
	int ready = 0;

	while (!ready) {
		if (poll(fds, NR_WATCHES, -1) < 0 && errno != EINTR)
			return status__say(STATUS_CANNOT, "poll: %s", strerror(errno));
		collector__consume(t->collector, on_finding, w);
		for (int i = WATCH_SIGNALS; i < NR_WATCHES; i++)
			ready |= fds[i].revents;
	}
	if (fds[WATCH_TIMER].fd >= 0)
		close(fds[WATCH_TIMER].fd);
	if (fds[WATCH_COMMAND].revents)
		return STATUS_CLEAN;
	if (fds[WATCH_SIGNALS].revents) {
		w->run->interrupted = read(t->signals, &signal, sizeof(signal)) == sizeof(signal);
		return STATUS_CLEAN;
	}
	w->run->result.outcomes |= HUNT_BIT(HUNT_CMD_HUNG);
	return STATUS_CLEAN;
}

/* What is left of the command must not meet the next run. */
static void command__end(struct watch *w, struct follow *f, const struct hunt_run_options *options)
{
	struct hunt_result *r = &w->run->result;
	bool hung = w->run->interrupted || (r->outcomes & HUNT_BIT(HUNT_CMD_HUNG));

	if (hung || follow__reap(f, &r->wait_status))
		r->wait_status = -1;
	w->run->left = hunt_session__end(w->session, f);
	if (r->wait_status >= 0 && options->wait_status >= 0 &&
	    r->wait_status != options->wait_status)
		r->outcomes |= HUNT_BIT(HUNT_CMD_FAILED);
	follow__close(f);
}

/* Events that were lost so far; it only grows. */
/* What was lost since `before`, by reason. */
static void session__tell_lost(const struct hunt_session *s, const struct collector_counts *before,
			       struct hunt_run *run)
{
	struct collector_counts now;
	size_t at = 0;

	collector__counts(s->tracer.collector, &now);
	for (int i = 0; i < PKS_NR_LOSSES && at < sizeof(run->lost); i++)
		if (now.lost[i] != before->lost[i])
			at += snprintf(run->lost + at, sizeof(run->lost) - at, "%s%s %llu",
				       at ? ", " : "", loss__row(i)->name,
				       (unsigned long long)(now.lost[i] - before->lost[i]));
}

enum status hunt_run(struct hunt_session *s, const struct hunt_run_options *options,
		     struct hunt_baseline *baseline, bool learn, struct hunt_run *run)
{
	struct watch w = {.session = s, .baseline = baseline, .learn = learn, .run = run};
	struct follow f = FOLLOW_NONE;
	struct collector_counts before;
	unsigned long oopses = oops__count();
	double begin = now_seconds();
	enum status status;

	*run = (struct hunt_run){.result = {.wait_status = -1}};
	collector__counts(s->tracer.collector, &before);
	status = watch__open(&w) ? status__say(STATUS_CANNOT, "out of memory") : STATUS_CLEAN;
	status = status ?: command__start(s, options->command, &f);
	status = status ?: command__wait(&w, &f, options->timeout);
	command__end(&w, &f, options);
	collector__consume(s->tracer.collector, on_finding, &w);
	run->seconds = run->result.seconds = now_seconds() - begin;
	session__tell_lost(s, &before, run);
	if (oops__count() != oopses)
		run->result.outcomes |= HUNT_BIT(HUNT_KERNEL_OOPS);
	watch__close(&w);
	return status;
}

void hunt_baseline__free(struct hunt_baseline *baseline)
{
	free(baseline->folds);
	*baseline = (struct hunt_baseline){};
}
