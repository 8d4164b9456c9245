// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "findings/blame.h"
#include "findings/class.h"
#include "kernel/symbols/ksyms.h"
#include "trace/intake.h"
#include "findings/retire.h"
#include "util/clock.h"

/* For so long after a call that was not seen an interrupt's findings are not to be trusted. */
#define NS_DOUBT 1000000000ULL
/* Times that the functions of modules are read while modules come and go: then the next time. */
#define REREADS 4

/*
 * Narrows down when the kernel has refused to run a program on a grant or revoke: all it
 * gives is a sum over all CPUs, so on which of them is not known, and when only as far as
 * between two readings. 0 or a negative errno: then the time is wider than it could be.
 */
static int intake__look(struct intake *in)
{
	__u64 refused, before = clock__ns();
	int err = collector__refused(in->collector, &refused);

	if (err)
		return err;
	if (refused != in->refused) {
		/* One that begins while another lasts prolongs it. */
		if (!in->doubt_until || in->looked_at >= in->doubt_until + NS_DOUBT)
			in->doubt_from = in->looked_at;
		in->doubt_until = clock__ns();
		in->refused = refused;
	}
	in->looked_at = before;
	return 0;
}

/* The kernel has refused to run a program on a grant or revoke not long before. */
static bool finding__withdrawn(struct intake *in, const struct pks_finding *raw)
{
	if (!model__doubtful(raw))
		return false;
	if (intake__look(in)) {
		/* Nobody can tell: what is not shown must be known as lost. */
		model__lose(in->model, LOSS_READ, 1);
		return true;
	}
	return in->doubt_until && raw->time >= in->doubt_from &&
	       raw->time < in->doubt_until + NS_DOUBT;
}

/* An origin's stack, of code that may be gone by now. */
static void origin__read(struct intake *in, struct pks_origin *origin, struct model_stack *stack)
{
	__u32 modules = 0;

	stack->nr = collector__stack(in->collector, origin, stack->address, &modules);
	stack->cut = stack->nr && stack->nr == in->stack_depth;
	for (unsigned int i = 0; i < stack->nr; i++)
		stack->address[i] =
			symbols__mark(in->resolver->symbols, stack->address[i], modules);
}

void intake__take(void *arg, const struct pks_finding *from)
{
	struct pks_finding copy = *from, *raw = &copy;
	struct intake *in = arg;
	struct model_stack granted, revoked, sibling;
	struct model_finding *f;

	if (in->wanted && !in->wanted(in->arg, raw))
		return;
	origin__read(in, &raw->granted, &granted);
	origin__read(in, &raw->revoked, &revoked);
	origin__read(in, &raw->sibling, &sibling);
	switch (model__add_finding(in->model, raw, &granted, &revoked, &f)) {
	case MODEL_NEW:
		f->sibling = sibling;
		if (finding__withdrawn(in, raw))
			f->suppressed = MODEL_WITHDRAWN;
		break;
	case MODEL_REPEAT:
		break;
	case MODEL_NO_ROOM:
		model__lose(in->model, LOSS_ROOM, 1);
		break;
	}
}

/* From here on what is at its addresses is another's; what was noted is the old one's. */
static void intake__module(void *arg, const struct pks_module_event *event)
{
	struct intake *in = arg;

	symbols__module_event(in->resolver->symbols, event);
	retire__model(in->model, event);
	if (in->resolver->injections)
		retire__injections(in->resolver->injections, event);
}

/* A call site's name: the same for as long as the run, also when its module is gone. */
static const char *site__name(struct intake *in, bool revoked, unsigned int index)
{
	char **name = &in->site_name[revoked][index % PKS_SITES];
	struct resolved_place place;

	if (*name)
		return *name;
	resolve__place(in->resolver, collector__caller(in->collector, revoked, index), &place);
	*name = strdup(place.text[0] ? place.text : "unknown");
	return *name ?: "unknown";
}

static void intake__window(void *arg, const struct pks_window *raw)
{
	struct intake *in = arg;
	struct resolved_window window = {
		.thread = { .tid = raw->tid,
			    .tgid = raw->tgid,
			    .context = context__row(raw->context)->name,
			    .count = raw->depth },
		.granted = raw->granted,
		.revoked = raw->revoked,
		.page = raw->key,
		.granted_by = site__name(in, false, raw->granted_by),
		.revoked_by = site__name(in, true, raw->revoked_by),
	};

	memcpy(window.thread.comm, raw->comm, PKS_COMM);
	in->windows++;
	report__window(in->report, &window);
}

static void intake__consume(struct intake *in)
{
	const struct collector_reader reader = { .finding = intake__take,
						 .module = intake__module,
						 .window = intake__window,
						 .arg = in };

	if (collector__consume(in->collector, &reader))
		model__lose(in->model, LOSS_READ, 1);
}

/*
 * What is in the ring, and the functions of modules that have come. These are read from the
 * kernel as it is now: where a module has come or gone meanwhile, that is told first, and what
 * was read is of no use.
 */
static void intake__drain(struct intake *in)
{
	struct symbols *symbols = in->resolver->symbols;
	__u32 events;

	intake__consume(in);
	for (int i = 0; i < REREADS && symbols__stale(symbols); i++) {
		events = collector__module_events(in->collector);
		if (symbols__reread(symbols))
			break;
		intake__consume(in);
		if (events == collector__module_events(in->collector))
			symbols__adopt(symbols);
	}
}

/* --- out ------------------------------------------------------------------------------ */

/* Where a report of the finding is to go; NULL: nowhere. */
static struct report *finding__report(struct intake *in)
{
	struct report *report = in->report;

	in->shown++;
	if (in->shown > in->max_reports) {
		if (in->shown == in->max_reports + 1)
			status__note("%u reports printed; further findings are only %s",
				     in->max_reports, report->keep ? "kept" : "counted");
		report = report->keep;
	}
	return report && (in->show || report__wants_finding(report)) ? report : NULL;
}

static void finding__print(struct intake *in, const struct model_finding *f)
{
	struct report *report = finding__report(in);

	if (!report)
		return;
	in->resolved = in->resolved ?: malloc(sizeof(*in->resolved));
	if (!in->resolved) {
		in->report->missing++;
		return;
	}
	resolve__finding(in->resolver, f, in->resolved);
	if (in->show)
		in->show(in->arg, f, in->resolved);
	else
		report__finding(report, in->resolved);
}

static void finding__show(struct intake *in)
{
	struct model_finding *f = &in->model->findings[in->next++];

	/* One that is known from its count alone has nothing to show. */
	if (f->unseen)
		return;
	blame__choose(in->resolver->symbols, f);
	if (!f->suppressed)
		f->suppressed = resolve__suppression(in->resolver, f);
	if (!f->suppressed)
		finding__print(in, f);
}

static void injection__show(struct intake *in)
{
	const struct injection *one = &in->resolver->injections->all[in->next_injection++];
	struct report *report = in->report->verbose ? in->report : in->report->keep;
	struct resolved_injection resolved;

	if (!report || !report__wants_injection(report))
		return;
	resolve__injection(in->resolver, one, &resolved);
	report__injection(report, &resolved);
}

/* The next in time, be it a finding or an injection. False where all is shown. */
static bool intake__show_one(struct intake *in)
{
	const struct injections *list = in->show_injections ? in->resolver->injections : NULL;
	bool finding = in->next < in->model->nr_findings;
	bool injection = list && in->next_injection < list->nr;

	if (injection && (!finding || list->all[in->next_injection].record.time <=
					      in->model->findings[in->next].raw.time))
		injection__show(in);
	else if (finding)
		finding__show(in);
	return finding || injection;
}

void intake__pass(struct intake *in)
{
	/* Before a finding asks: the next refused call is then known to be later than this. */
	intake__look(in);
	intake__drain(in);
	/* The ring goes on filling while one is made readable. */
	while (intake__show_one(in))
		intake__drain(in);
}

void intake__close(struct intake *in)
{
	for (unsigned int i = 0; i < 2 * PKS_SITES; i++)
		free(in->site_name[i / PKS_SITES][i % PKS_SITES]);
	free(in->resolved);
	in->resolved = NULL;
}
