/* SPDX-License-Identifier: GPL-2.0-only */
/* Carries out a plan in the kernel, alongside a tracing run. */
#ifndef PKSTRACE_INJECT_SESSION_H
#define PKSTRACE_INJECT_SESSION_H

#include "trace/collector.h"
#include "inject/announce.h"
#include "inject/lock.h"
#include "inject/plan.h"
#include "kernel/error_injection.h"
#include "findings/injections.h"
#include "trace/bpf_links.h"
#include "report/report.h"

struct symbols;

struct inject_session {
	struct inject_plan *plan;
	int cgroup;		     /* --cgroup's directory; -1: none */
	const struct tracer *tracer; /* for its symbols and report, once it has them */
	bool dry;
	struct injections injections;
	struct injectables injectables;
	struct pkstrace *skel; /* the collector's */
	struct links links;
	struct announcement announcement;
	int lock;			      /* see inject/lock.h; -1: none */
	struct collector_extension extension; /* for the tracer */
};

/* Takes the lock and checks that this kernel can do what the plan asks. Prints one line if not. */
enum status inject_session__open(struct inject_session *s, struct inject_plan *plan, bool dry,
				 const struct tracer *tracer);

/* After the run: how many calls were hit, and of a dry run where they came from. */
void inject_session__report(const struct inject_session *s, struct report *report);

/* To be called after the collector was closed, or if it was never opened. */
void inject_session__close(struct inject_session *s);

#endif
