// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "findings/class.h"
#include "hunt/run.h"
#include "kernel/oops.h"
#include "report/json.h"
#include "trace/run_loop.h"
#include "util/array.h"
#include "util/clock.h"

/* What a run finds, as it comes: as text and as JSON, for it may be shown another day. */
struct watch {
	struct hunt_session *session;
	struct hunt_baseline *baseline;
	bool learn;
	struct hunt_run *run;
	struct model model;
	struct intake intake;
	struct report text;
	char *text_out;
	size_t text_size;
	json_t *findings;
};

/* --- findings -------------------------------------------------------------- */

static bool baseline__has(const struct hunt_baseline *b, __u64 fold)
{
	for (size_t i = 0; i < b->nr; i++)
		if (b->folds[i] == fold)
			return true;
	return false;
}

static void baseline__add(struct hunt_baseline *b, __u64 fold)
{
	if (array__grow(&b->folds, &b->room, b->nr, sizeof(fold)))
		status__note("out of memory: a finding of the survey may show again in the runs");
	else
		b->folds[b->nr++] = fold;
}

static bool watch__wants(void *arg, const struct pks_finding *raw)
{
	const struct watch *w = arg;

	return w->learn || !baseline__has(w->baseline, raw->fold);
}

static void watch__show(void *arg, const struct model_finding *f,
			const struct resolved_finding *resolved)
{
	struct watch *w = arg;

	if (w->learn)
		baseline__add(w->baseline, f->raw.fold);
	w->run->findings++;
	w->run->result.outcomes |= hunt_outcome__of_class(f->raw.class);
	report__finding(&w->text, resolved);
	if (json_array_append_new(w->findings, json__finding_object(resolved)))
		model__lose(&w->model, LOSS_ROOM, 1);
}

static int watch__open(struct watch *w)
{
	struct tracer *t = &w->session->tracer;

	w->text.format = format__find("text");
	w->text.out = open_memstream(&w->text_out, &w->text_size);
	w->findings = json_array();
	w->intake = (struct intake){ .collector = t->collector,
				     .model = &w->model,
				     .resolver = &t->resolver,
				     .report = &w->text,
				     .max_reports = -1,
				     .stack_depth = t->options.stack_depth + PKS_STACK_OWN,
				     .wanted = watch__wants,
				     .show = watch__show,
				     .arg = w };
	return w->text.out && w->findings ? 0 : -ENOMEM;
}

static void watch__close(struct watch *w)
{
	if (w->text.out)
		fclose(w->text.out);
	if (w->run->findings) {
		w->run->result.report = w->text_out;
		w->run->result.findings = json_incref(w->findings);
		w->text_out = NULL;
	}
	free(w->text_out);
	json_decref(w->findings);
	intake__close(&w->intake);
	model__free(&w->model);
}

/* --- the command ------------------------------------------------------------ */

static enum status watch__start(struct hunt_session *s, char *const *command,
				struct workload *workload)
{
	int err = workload__prepare(workload, command, &s->user,
				    WORKLOAD_ALONE | (s->cgroups ? 0 : WORKLOAD_NO_CGROUP));

	if (err)
		return status__say(STATUS_CANNOT, "can't start '%s': %s", command[0],
				   strerror(-err));
	err = hunt_session__set_workload(s, workload);
	if (err)
		return status__say(STATUS_CANNOT, "can't follow '%s': %s", command[0],
				   strerror(-err));
	err = workload__start(workload);
	if (err)
		return status__say(STATUS_USAGE, "can't run '%s': %s", command[0], strerror(-err));
	return STATUS_CLEAN;
}

/* Until the command ends, its time is up, or a signal comes. */
static enum status watch__wait(struct watch *w, struct workload *workload, double timeout)
{
	struct run_loop loop = { .intake = &w->intake,
				 .end = { [END_SIGNAL] = w->session->tracer.signals,
					  [END_PROCESS] = -1,
					  [END_WORKLOAD] = workload->pidfd },
				 .ticks = -1 };
	int err = timer__open(timeout, false, &loop.end[END_TIMER]);
	enum status status;
	unsigned int ended;

	if (err)
		return status__say(STATUS_CANNOT, "can't set a timer: %s", strerror(-err));
	status = run_loop__wait(&loop, &ended);
	if (loop.end[END_TIMER] >= 0)
		close(loop.end[END_TIMER]);
	/* What a signal has ended, it may have ended for the command, too. */
	w->run->interrupted = ended & END_BIT(END_SIGNAL);
	if (!w->run->interrupted && !(ended & END_BIT(END_WORKLOAD)) && !status)
		w->run->result.outcomes |= HUNT_BIT(HUNT_CMD_HUNG);
	return status;
}

/* What is left of the command must not meet the next run. */
static void watch__end(struct watch *w, struct workload *workload,
		       const struct hunt_run_options *options)
{
	struct hunt_result *r = &w->run->result;
	bool hung = w->run->interrupted || (r->outcomes & HUNT_BIT(HUNT_CMD_HUNG));

	if (hung || workload__reap(workload, &r->wait_status))
		r->wait_status = -1;
	w->run->left = hunt_session__end(w->session, workload);
	if (r->wait_status >= 0 && options->wait_status >= 0 &&
	    r->wait_status != options->wait_status)
		r->outcomes |= HUNT_BIT(HUNT_CMD_FAILED);
	workload__close(workload);
}

static void lost__add(struct hunt_run *run, unsigned int reason, __u64 count)
{
	size_t at = strlen(run->lost);

	if (count)
		snprintf(run->lost + at, sizeof(run->lost) - at, "%s%s %llu", at ? ", " : "",
			 loss__row(reason)->name, (unsigned long long)count);
}

/* What was lost since `before`, by reason. */
static void watch__tell_lost(struct watch *w, const struct collector_counts *before)
{
	struct collector_counts now;

	if (collector__counts(w->session->tracer.collector, &now))
		model__lose(&w->model, LOSS_READ, 1);
	/* What could not be read now counts as nothing, not as less than before. */
	for (int i = 0; i < PKS_NR_LOSSES; i++)
		if (now.lost[i] > before->lost[i])
			lost__add(w->run, i, now.lost[i] - before->lost[i]);
	if (collector__blind(w->session->tracer.collector) && !w->run->lost[0])
		lost__add(w->run, PKS_LOST_HOOKS, 1);
	lost__add(w->run, LOSS_READ, w->model.lost[LOSS_READ]);
	lost__add(w->run, LOSS_ROOM, w->model.lost[LOSS_ROOM] + w->session->injections.missing);
}

enum status hunt_run(struct hunt_session *s, const struct hunt_run_options *options,
		     struct hunt_baseline *baseline, bool learn, struct hunt_run *run)
{
	struct watch w = { .session = s, .baseline = baseline, .learn = learn, .run = run };
	struct workload workload = WORKLOAD_NONE;
	struct collector_counts before;
	unsigned long oopses = oops__count();
	int log = oops__follow_log();
	double begin = clock__seconds();
	enum status status;

	*run = (struct hunt_run){ .result = { .wait_status = -1 } };
	if (collector__counts(s->tracer.collector, &before))
		model__lose(&w.model, LOSS_READ, 1);
	status = watch__open(&w) ? status__say(STATUS_CANNOT, "out of memory") : STATUS_CLEAN;
	status = status ?: watch__start(s, options->command, &workload);
	status = status ?: watch__wait(&w, &workload, options->timeout);
	watch__end(&w, &workload, options);
	intake__pass(&w.intake);
	run->seconds = run->result.seconds = clock__seconds() - begin;
	watch__tell_lost(&w, &before);
	if (oops__count() != oopses) {
		run->result.outcomes |= HUNT_BIT(HUNT_KERNEL_OOPS);
		run->result.oops = log < 0 ? NULL : oops__text(log);
	}
	if (log >= 0)
		close(log);
	watch__close(&w);
	return status;
}

void hunt_baseline__free(struct hunt_baseline *baseline)
{
	free(baseline->folds);
	*baseline = (struct hunt_baseline){};
}
