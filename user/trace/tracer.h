/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tracing run from attach to verdict, shared by the commands: what the target is, what
 * ends the run, how findings get into the model.
 */
#ifndef PKSTRACE_TRACE_TRACER_H
#define PKSTRACE_TRACE_TRACER_H

#include "report/report.h"
#include "report/session/writer.h"
#include "trace/collector.h"
#include "trace/intake.h"
#include "trace/longhold.h"
#include "trace/workload.h"

#define STACK_DEPTH	40
#define STACK_DEPTH_MAX (PKS_STACK_DEPTH - PKS_STACK_OWN)

struct tracer_options {
	pid_t pid;	      /* 0: not by process */
	double seconds;	      /* 0: until the target ends or a signal comes */
	char *const *command; /* NULL: none */
	unsigned int max_reports;
	bool window_log;	  /* keep each window that has ended */
	bool grant_stacks;	  /* take the stack of each grant */
	unsigned int stack_depth; /* frames to keep of a stack; 0: STACK_DEPTH */
	bool slept;		  /* report threads that sleep inside a window */
	double long_hold;	  /* seconds; report windows open for longer; 0: none */
	bool counts_only; /* the cheapest form; findings are counted, none is shown by itself */
	enum pks_by by;	  /* what the counts of windows are kept by */
	double interval;  /* seconds; show the counts each so often; 0: only at the end */
	unsigned int top; /* rows to list; 0: 20 */
	struct dialect_choice dialect;	 /* what to trace, if not what the kernel offers first */
	const struct format *format;	 /* NULL: the first that there is */
	struct session_writer *keep;	 /* opened; NULL: nothing is kept */
	const struct suppress *suppress; /* NULL: none */
	const char *vmlinux;		 /* for source lines; NULL: the usual places */
	const char *const *module_dirs;	 /* before the usual places; NULL at its end */
	/* With neither pid nor command: what is traced, in a word; NULL: all. */
	const char *subject;
	bool by_number;	  /* something else names a thread by its number */
	bool starts_more; /* other commands are to follow: nothing is given up */
	bool no_wait;	  /* end with the target, whatever it has left running */
	bool allow_none;  /* a target that opens no window is no failure */
	const char *user; /* as whom the command runs; NULL: as sudo has it, or as we do */
	int ready_fd;	  /* gets a newline when tracing has begun, and is closed; 0: none */
	bool no_cgroup;	  /* the command gets no control group: it is to change that itself */
	/* Faults to go with the run. */
	const struct collector_extension *extension;
	struct injections *injections; /* what findings may follow; NULL: nothing */
	bool show_injections;	       /* as they come */
	unsigned int verbose;	       /* see struct report */
};

struct tracer {
	struct tracer_options options;
	struct dialect dialect;
	struct pid_ns pid_ns;
	struct symbols *symbols;
	struct source *source;
	struct collector *collector;
	struct workload workload;
	struct model model;
	struct longhold longhold;
	struct resolver resolver;
	struct report report;
	struct intake intake;
	char target[64]; /* what is traced, in words */
	bool target_ended;
	int signals;	     /* interrupt.h */
	int pid_watch;	     /* pidfd of options.pid */
	int timer;	     /* timerfd for options.seconds */
	int ticks;	     /* timerfd for options.interval */
	struct model before; /* the counts when it was shown last */
	double shown_at;     /* and when that was */
	double started;	     /* CLOCK_MONOTONIC seconds, when the probes were on */
	double ended;
};

/* Before all else: one that holds nothing, and can be closed. */
void tracer__init(struct tracer *t);

/*
 * Gets everything ready and attaches; says so in one line. Anything but
 * STATUS_CLEAN: a line was printed; tracer__close() is due in any case.
 */
enum status tracer__start(struct tracer *t, const struct tracer_options *options);

/* Shows findings as they come, until the target ends, time is up, or a signal comes. */
enum status tracer__loop(struct tracer *t);

/* Detaches, reads what is left, prints the summary. Returns the run's status. */
enum status tracer__finish(struct tracer *t);

void tracer__close(struct tracer *t);

/* Traces as the options say, from attach to summary. */
enum status tracer__run(const struct tracer_options *options);

#endif
