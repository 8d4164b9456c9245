/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the collector's records to the model, and from the model to the reader.
 * Records are taken out of the ring first, with the stacks that they refer to, and
 * shown after: what makes them readable may take a second, in which the ring would
 * fill up. What waits to be shown is the model's own tail, whose length it bounds.
 */
#ifndef PKSTRACE_TRACE_INTAKE_H
#define PKSTRACE_TRACE_INTAKE_H

#include "report/report.h"
#include "trace/collector.h"

struct intake {
	struct collector *collector;
	struct model *model;
	const struct resolver *resolver;
	struct report *report;
	unsigned int max_reports; /* further findings are counted only */
	bool show_injections;	  /* those of the resolver's list, as they come */
	/* NULL: all. False: not even counted. */
	bool (*wanted)(void *arg, const struct pks_finding *raw);
	/* In place of the report. NULL: that. */
	void (*show)(void *arg, const struct model_finding *f,
		     const struct resolved_finding *resolved);
	void *arg;
	/* Its own. */
	size_t next;	       /* the first finding of the model that was not shown yet */
	size_t next_injection; /* and the first injection */
	unsigned int shown;    /* reports */
	__u64 refused;	       /* calls that the programs were not run for, as last read */
	__u64 refused_at;      /* CLOCK_MONOTONIC ns, when that was seen to have grown; 0: never */
	struct resolved_finding *resolved; /* room for one; owned */
};

/* The finding becomes the model's; a collector_finding_fn, its arg a struct intake. */
void intake__take(void *arg, const struct pks_finding *raw);

/* Takes what is in the ring, shows what is new. What fails on the way is the model's loss. */
void intake__pass(struct intake *in);

void intake__close(struct intake *in);

#endif
