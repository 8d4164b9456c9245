/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts a plan into the kernel beside a tracing run, and takes it out again. */
#ifndef PKSTRACE_INJECT_SESSION_H
#define PKSTRACE_INJECT_SESSION_H

#include "trace/collector.h"
#include "inject/lock.h"
#include "inject/plan.h"
#include "kernel/error_injection.h"
#include "inject/injections.h"
#include "trace/bpf_links.h"
#include "report/report.h"

struct symbols;

struct inject_session {
	struct inject_plan *plan;
	const struct tracer *tracer; /* for its symbols and report, once it has them */
	bool dry;
	bool json; /* how injections are told */
	struct injections injections;
	struct injectables injectables;
	struct pkstrace *skel; /* the collector's */
	struct links links;
	int lock; /* see inject/lock.h; -1: none */
	struct collector_extension extension; /* to be given to the tracer */
};

/* Takes the lock, sees whether this kernel can do what the plan asks. One line where not. */
enum status inject_session__open(struct inject_session *s, struct inject_plan *plan, bool dry,
				 const struct tracer *tracer);

/* The function that an injection made fail, for the report. */
const char *inject_session__function(const struct inject_session *s,
				     const struct pks_injection *one);

/* Calls that passed the filters, and those that were (or would have been) hit. */
void inject_session__totals(const struct inject_session *s, __u64 *seen, __u64 *hits);

/* A dry run's table: the calling places with how often each was seen. */
void inject_session__places(const struct inject_session *s, const struct report *report);

/* Totals, seed and places in one JSON line ("type": "injections"). */
void inject_session__json(const struct inject_session *s, const struct report *report);

/* After the collector is closed, or never opened. */
void inject_session__close(struct inject_session *s);

#endif
