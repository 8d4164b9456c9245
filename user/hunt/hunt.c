// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "hunt/hunt.h"
#include "hunt/places.h"
#include "hunt/progress.h"
#include "hunt/run.h"
#include "hunt/state.h"
#include "hunt/table.h"
#include "util/output.h"

#define ATTEMPTS      4	 /* at a call that did not come */
#define GIVE_UP	      8	 /* runs that failed without their call, one after the other */
#define USUAL_TIMEOUT 10 /* times what the survey took, and seconds at least */

struct hunt {
	const struct hunt_options *options;
	struct hunt_session session;
	struct hunt_plan plan;
	struct hunt_baseline baseline;
	struct hunt_state_file file;
	struct hunt_run_options run;
	struct report report;
	struct hunt_result survey;
	size_t survey_findings;
	char boot[64];
	char because[400]; /* why it is incomplete; "": it is not */
	double seconds;
	unsigned int in_vain; /* runs up to now in which CMD failed without reaching its call */
	bool interrupted;
};

static void hunt__incomplete(struct hunt *h, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void hunt__incomplete(struct hunt *h, const char *format, ...)
{
	va_list args;

	if (h->because[0])
		return;
	va_start(args, format);
	vsnprintf(h->because, sizeof(h->because), format, args);
	va_end(args);
}

/* --- what to do -------------------------------------------------------------- */

/* Own faults last: they cost the most. Then what is called with a window open. */
static int site__compare(const void *a, const void *b, void *arg)
{
	const struct hunt_plan *plan = arg;
	const struct hunt_site *x = &plan->sites[*(const size_t *)a];
	const struct hunt_site *y = &plan->sites[*(const size_t *)b];

	if (x->own != y->own)
		return x->own - y->own;
	if (!x->in_window != !y->in_window)
		return !x->in_window - !y->in_window;
	return strcmp(x->function, y->function) ?: strcmp(x->stack, y->stack);
}

static bool hunt__wants(const struct hunt *h, const struct hunt_site *site)
{
	const char *const *module = h->options->modules;

	for (; module && *module; module++)
		if (hunt_site__in_module(site, *module))
			return true;
	return !h->options->modules || !*h->options->modules;
}

/* A run for each error that the site's call may return. */
static int hunt__add_site(struct hunt *h, size_t site)
{
	const struct hunt_site *s = &h->plan.sites[site];
	struct hunt_item item = { .depth = 1, .site = { site } };
	bool any = !s->own && hunt_session__any_error(&h->session, s);

	if (!any || !h->options->nr_errors) {
		item.value[0] = hunt_session__error(&h->session, s);
		return hunt_plan__add(&h->plan, &item) < 0 ? -ENOMEM : 0;
	}
	for (unsigned int i = 0; i < h->options->nr_errors; i++) {
		item.value[0] = h->options->errors[i];
		if (hunt_plan__add(&h->plan, &item) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int hunt__add_sites(struct hunt *h)
{
	size_t *order = calloc(h->plan.nr_sites + 1, sizeof(*order)), nr = 0;
	int err = order ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < h->plan.nr_sites; i++)
		if (h->plan.sites[i].hash && hunt__wants(h, &h->plan.sites[i]))
			order[nr++] = i;
	if (!err)
		qsort_r(order, nr, sizeof(*order), site__compare, &h->plan);
	for (size_t i = 0; !err && i < nr; i++)
		err = hunt__add_site(h, order[i]);
	free(order);
	return err;
}

/* Calls that come only after a first failure: each may be the second one. */
struct second {
	struct hunt *hunt;
	struct hunt_item first;
	int err;
};

static void second__add(void *arg, size_t site, uint64_t after)
{
	struct second *s = arg;
	struct hunt_item item = s->first;
	struct hunt *h = s->hunt;

	if (!after || h->plan.sites[site].usual || h->plan.sites[site].own ||
	    !hunt__wants(h, &h->plan.sites[site]))
		return;
	item.depth = 2;
	item.site[1] = site;
	item.value[1] = hunt_session__error(&h->session, &h->plan.sites[site]);
	if (hunt_plan__add(&h->plan, &item) < 0)
		s->err = -ENOMEM;
}

/* True where a second failure after this run's could show more. */
static bool item__goes_deeper(const struct hunt *h, const struct hunt_item *item,
			      const struct hunt_run *run)
{
	/* A window that is lost already makes whatever follows look like an error path. */
	return h->options->depth > 1 && item->depth == 1 && !h->plan.sites[item->site[0]].own &&
	       !hunt_outcome__is_finding(run->result.outcomes);
}

/* What a run has seen; deeper: the item whose runs with a second failure are to be made. */
static int hunt__learn(struct hunt *h, const struct hunt_item *deeper)
{
	struct second second = { .hunt = h };
	long lost;

	if (deeper)
		second.first = (struct hunt_item){ .site = { deeper->site[0] },
						   .value = { deeper->value[0] } };
	lost = hunt_session__places(&h->session, &h->plan, deeper ? second__add : NULL, &second);
	if (lost > 0)
		hunt__incomplete(
			h,
			"%ld calls came from call sites that the table has no room for: it "
			"holds %u; choose some with --function or --module",
			lost, PKS_PLACES);
	return lost < 0 ? lost : second.err;
}

/* --- the survey ---------------------------------------------------------------- */

static enum status survey__judge(struct hunt *h, const struct hunt_run *run)
{
	const char *name = h->run.command[0];

	if (run->interrupted)
		return status__say(STATUS_INCOMPLETE, "hunt: interrupted in the survey");
	if (run->result.outcomes & HUNT_BIT(HUNT_CMD_HUNG))
		return status__say(STATUS_CANNOT,
				   "hunt: %s did not end within %g s with nothing failing: "
				   "give it a longer --timeout",
				   name, h->run.timeout);
	if (h->run.wait_status && !h->options->keep_going)
		return status__say(STATUS_CANNOT,
				   "hunt: %s fails on its own (%s %d), so its failing would "
				   "prove nothing; --keep-going hunts anyway",
				   name, WIFSIGNALED(h->run.wait_status) ? "signal" : "status",
				   WIFSIGNALED(h->run.wait_status) ?
					   WTERMSIG(h->run.wait_status) :
					   WEXITSTATUS(h->run.wait_status));
	if (run->lost[0])
		hunt__incomplete(h, "events were lost in the survey (%s)", run->lost);
	return STATUS_CLEAN;
}

static enum status hunt__survey(struct hunt *h)
{
	struct hunt_run run;
	enum status status;
	size_t before = h->plan.nr_items;

	hunt_session__reset(&h->session);
	h->run.timeout = h->options->timeout;
	h->run.wait_status = -1;
	status = hunt_run(&h->session, &h->run, &h->baseline, true, &run);
	h->run.wait_status = run.result.wait_status;
	h->survey = run.result;
	h->survey_findings = run.findings;
	status = status ?: survey__judge(h, &run);
	if (status)
		return status;
	if (hunt__learn(h, NULL) || hunt__add_sites(h))
		return status__say(STATUS_CANNOT, "out of memory");
	for (size_t i = 0; i < h->plan.nr_sites; i++)
		h->plan.sites[i].usual = h->plan.sites[i].hash;
	if (!h->options->timeout)
		h->run.timeout = USUAL_TIMEOUT * (run.seconds > 1 ? run.seconds : 1);
	h->seconds = run.seconds;
	hunt_table__survey(&h->report, &h->plan, h->survey.findings);
	status__note("the survey took %.1f s; %zu runs to go%s", run.seconds,
		     h->plan.nr_items - hunt_plan__done(&h->plan), before ? ", resumed" : "");
	return STATUS_CLEAN;
}

/* --- the runs -------------------------------------------------------------------- */

static enum status hunt__save(struct hunt *h)
{
	return h->file.path ? hunt_state__save(&h->file, &h->plan) : STATUS_CLEAN;
}

/*
 * A second site of a hunt that was resumed is known by name only, until the run
 * before it shows where it lies in this session.
 */
static enum status hunt__scout(struct hunt *h, const struct hunt_item *item)
{
	struct hunt_item first = { .depth = 1,
				   .site = { item->site[0] },
				   .value = { item->value[0] } };
	struct hunt_run run;
	enum status status;

	if (item->depth < 2 || !h->plan.sites[item->site[0]].hash ||
	    h->plan.sites[item->site[1]].hash)
		return STATUS_CLEAN;
	hunt_session__reset(&h->session);
	hunt_session__arm(&h->session, &h->plan, &first);
	status = hunt_run(&h->session, &h->run, &h->baseline, false, &run);
	hunt_result__free(&run.result);
	h->interrupted |= run.interrupted;
	if (!status && hunt__learn(h, NULL))
		status = status__say(STATUS_CANNOT, "out of memory");
	return status;
}

/* The failure came elsewhere: what it did there is that place's result. */
static void hunt__stray(struct hunt *h, struct hunt_run *run)
{
	long site = hunt_plan__by_hash(&h->plan, hunt_session__taken(&h->session)), at;
	struct hunt_item item = { .depth = 1 };

	if (site < 0 || !hunt_outcome__is_finding(run->result.outcomes))
		return;
	item.site[0] = site;
	item.value[0] = hunt_session__error(&h->session, &h->plan.sites[site]);
	at = hunt_plan__add(&h->plan, &item);
	if (at < 0 || hunt_outcome__is_finding(h->plan.items[at].result.outcomes))
		return;
	hunt_item__finish(&h->plan.items[at], &run->result);
	run->result = (struct hunt_result){};
}

/* Makes the run until the call that is to fail has come, or it seems that it never does. */
static enum status hunt__attempt(struct hunt *h, size_t at, struct hunt_run *run, bool *struck)
{
	enum status status = STATUS_CLEAN;
	bool deeper;

	*struck = false;
	for (int i = 0; i < ATTEMPTS && !*struck && !status; i++) {
		const struct hunt_item item = h->plan.items[at];

		hunt_session__reset(&h->session);
		hunt_session__arm(&h->session, &h->plan, &item);
		if (i)
			hunt_result__free(&run->result);
		status = hunt_run(&h->session, &h->run, &h->baseline, false, run);
		*struck = hunt_session__struck(&h->session, &h->plan, &item);
		if (run->interrupted)
			break;
		if (run->lost[0])
			hunt__incomplete(h, "events were lost in run %zu (%s)", at + 1, run->lost);
		deeper = *struck && item__goes_deeper(h, &item, run);
		if (!status && hunt__learn(h, deeper ? &item : NULL))
			status = status__say(STATUS_CANNOT, "out of memory");
		if (!*struck)
			hunt__stray(h, run);
		h->seconds += run->seconds;
	}
	return status;
}

/* Whether it is worth while to go on after a run; left: processes that can't be killed. */
static void hunt__may_stop(struct hunt *h, size_t at, unsigned int left)
{
	const unsigned int vain = HUNT_BIT(HUNT_NOT_REACHED) | HUNT_BIT(HUNT_CMD_FAILED);
	const struct hunt_result *result = &h->plan.items[at].result;

	h->in_vain = (result->outcomes & vain) == vain ? h->in_vain + 1 : 0;
	if (left)
		hunt__incomplete(
			h,
			"stopped after run %zu: %u processes are stuck in the kernel, where "
			"no signal reaches them; --keep-going continues",
			at + 1, left);
	else if (h->in_vain == GIVE_UP)
		hunt__incomplete(
			h,
			"stopped after run %zu: in %u runs one after the other %s failed before it "
			"came to its call, so something it needs is broken since an earlier run: "
			"let it work on files of its own, on tmpfs or a fresh image; --keep-going "
			"continues",
			at + 1, h->in_vain, h->run.command[0]);
	h->interrupted |= left || h->in_vain == GIVE_UP;
}

static enum status hunt__one(struct hunt *h, size_t at)
{
	struct hunt_run run = {};
	enum status status;
	bool struck;

	h->plan.items[at].state = HUNT_RUNNING;
	status = hunt__save(h);
	hunt_progress__begin(&h->plan, at);
	status = status ?: hunt__scout(h, &h->plan.items[at]);
	if (!status && !h->interrupted)
		status = hunt__attempt(h, at, &run, &struck);
	h->interrupted |= run.interrupted;
	if (status || h->interrupted) {
		hunt_result__free(&run.result);
		h->plan.items[at].state = HUNT_PENDING;
		return status ?: hunt__save(h);
	}
	if (!struck)
		run.result.outcomes |= HUNT_BIT(HUNT_NOT_REACHED);
	hunt_item__finish(&h->plan.items[at], &run.result);
	/* A run that was told is not made again. */
	status = hunt__save(h);
	hunt_progress__end(&h->plan, at);
	if (!h->options->keep_going)
		hunt__may_stop(h, at, run.left);
	return status;
}

/* Whatever ends it, what was found until then is shown. */
static void hunt__runs(struct hunt *h)
{
	enum status status = STATUS_CLEAN;
	unsigned long made;
	long at = 0;

	for (made = 0; !status && !h->interrupted; made++) {
		at = hunt_plan__next(&h->plan);
		if (at < 0 || made == h->options->max_runs || output__failed())
			break;
		status = hunt__one(h, at);
	}
	hunt_progress__clear();
	if (h->interrupted)
		hunt__incomplete(h, "interrupted; %s",
				 h->file.path ? "--resume continues from here" :
						"--resume FILE would have kept the state");
	else if (status)
		hunt__incomplete(h, "stopped in run %ld, which could not be made", at + 1);
	else if (output__failed())
		hunt__incomplete(h, "standard output could not be written");
	else if (at >= 0)
		hunt__incomplete(h, "stopped after %lu runs (--max-runs)", made);
}

/* --- the end ------------------------------------------------------------------------ */

static enum status hunt__verdict(struct hunt *h)
{
	struct hunt_summary summary = { .seconds = h->seconds,
					.survey_report = h->survey.report,
					.survey_findings = h->survey_findings };
	enum status status;
	size_t missed = 0;

	for (size_t i = 0; i < h->plan.nr_items; i++)
		missed += !!(h->plan.items[i].result.outcomes & HUNT_BIT(HUNT_NOT_REACHED));
	if (!h->plan.nr_items && !h->options->allow_none)
		hunt__incomplete(h,
				 "no call around a window could be failed%s: nothing was tested; "
				 "--allow-none allows that",
				 hunt__wants(h, &(struct hunt_site){ .stack = "" }) ?
					 "" :
					 " that has a function of --module on its stack");
	if (missed)
		hunt__incomplete(h, "%zu calls that were to fail were not reached again", missed);
	summary.because = h->because[0] ? h->because : NULL;
	hunt_table__runs(&h->report, &h->plan, &summary);
	status = summary.because ? STATUS_INCOMPLETE : STATUS_CLEAN;
	if (hunt_plan__found(&h->plan) || h->survey_findings)
		status = STATUS_FINDINGS;
	return report__status(&h->report, status);
}

static void boot__id(char *id, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");

	if (!f || !fgets(id, size, f))
		strcpy(id, "unknown");
	id[strcspn(id, "\n")] = 0;
	if (f)
		fclose(f);
}

static enum status hunt__begin_session(struct hunt *h)
{
	char what[320];

	if (!h->options->keep)
		return STATUS_CLEAN;
	dialect__describe(&h->session.tracer.dialect, what, sizeof(what));
	return session_writer__begin(h->options->keep, h->run.command[0], what);
}

enum status hunt(const struct hunt_options *options)
{
	struct hunt h = {
		.options = options,
		.session = { .lock = -1, .guardian = GUARDIAN_NONE },
		.file = { .path = options->resume, .command = options->session.command },
		.run = { .command = options->session.command },
		.report = { .out = stdout,
			    .format = options->format,
			    .keep = options->keep ? &options->keep->report : NULL },
	};
	enum status status = STATUS_CLEAN;

	boot__id(h.boot, sizeof(h.boot));
	h.file.boot = h.boot;
	if (options->resume)
		status = hunt_state__load(&h.file, &h.plan);
	if (!status) {
		status = hunt_session__open(&h.session, &options->session);
		status = status ?: hunt__begin_session(&h);
		report__hear(&h.report);
		status = status ?: hunt__survey(&h);
		if (!status) {
			hunt__runs(&h);
			status = hunt__verdict(&h);
		}
		hunt_session__close(&h.session);
		report__deaf();
	}
	hunt_result__free(&h.survey);
	hunt_baseline__free(&h.baseline);
	hunt_plan__free(&h.plan);
	return status;
}
