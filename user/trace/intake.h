/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the collector's records to the model, and from the model to the reader.
 * Records are taken out of the ring first, together with the stacks they refer to, and
 * printed afterwards: resolving may take a second, in which the ring would fill up. What
 * waits to be printed is the tail of the model, which bounds its length.
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
	unsigned int max_reports; /* further findings are only counted */
	unsigned int stack_depth; /* frames of a stack that the programs take; 0: not known */
	bool show_injections;	  /* print those of the resolver's list as they come */
	/* NULL: all are wanted. Unwanted ones are not even counted. */
	bool (*wanted)(void *arg, const struct pks_finding *raw);
	/* Called in place of printing a report; NULL: print. */
	void (*show)(void *arg, const struct model_finding *f,
		     const struct resolved_finding *resolved);
	void *arg;
	/* Private. */
	size_t next;	       /* first finding of the model not printed yet */
	size_t next_injection; /* first injection not printed yet */
	unsigned int shown;    /* reports */
	__u64 refused;	       /* calls for which a program was not run, as last read */
	__u64 looked_at;       /* CLOCK_MONOTONIC ns, before it was read; 0: never */
	__u64 doubt_from;      /* the last of them were refused between these two times; */
	__u64 doubt_until;     /* 0: none were */
	struct resolved_finding *resolved; /* room for one; owned */
	__u64 windows;			   /* handed on to the report */
	char *site_name[2][PKS_SITES];	   /* of grants, of revokes; as far as needed; owned */
};

/* Adds a finding to the model; a collector_finding_fn whose arg is a struct intake. */
void intake__take(void *arg, const struct pks_finding *raw);

/* Drains the ring and prints what is new. Failures are added to the model as losses. */
void intake__pass(struct intake *in);

void intake__close(struct intake *in);

#endif
