/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs of a hunt: attached once, told before each run which calls to fail, and asked
 * afterwards what they have seen.
 */
#ifndef PKSTRACE_HUNT_SESSION_H
#define PKSTRACE_HUNT_SESSION_H

#include "trace/collector.h"
#include "kernel/fault_injection.h"
#include "hunt/plan.h"
#include "inject/announce.h"
#include "kernel/error_injection.h"
#include "findings/injections.h"
#include "trace/bpf_links.h"
#include "trace/tracer.h"

struct hunt_session_options {
	const char *user; /* NULL: as sudo has it, or as we do */
	char *const *command;
	const char *const *functions; /* only these; NULL-terminated, or NULL: all */
	enum fault_choice faults;
	const char *vmlinux;		/* for source lines; NULL: the usual places */
	const char *const *module_dirs; /* before the usual places; NULL-terminated, or NULL */
};

struct hunt_session {
	struct user user; /* as whom the command runs */
	struct hunt_session_options options;
	struct tracer tracer;
	struct collector_extension extension;
	struct pkstrace *skel; /* the collector's */
	struct links links;
	struct injectables list;
	struct injectable functions[PKS_FUNCTIONS]; /* those to be failed */
	unsigned int nr_functions;
	struct hunt_faults faults;
	struct injections injections; /* of this run */
	struct announcement announcement;
	unsigned int stop_nth; /* the opportunity to arm when the thread stops; 0: none */
	bool cgroups;	       /* each run's command has a control group of its own */
	struct guardian guardian;
	int lock;
};

/* Attaches. Prints one line if it can't; hunt_session__close() is needed in any case. */
enum status hunt_session__open(struct hunt_session *s, const struct hunt_session_options *options);

/* A run's command, which has not begun, is the one to be followed. 0 or negative errno. */
int hunt_session__set_workload(struct hunt_session *s, const struct workload *workload);

/* Kills what is left of it. The number of processes that can't be killed. */
unsigned int hunt_session__end(struct hunt_session *s, struct workload *workload);

/* Before a run: forgets the findings and call sites of the last one; arms nothing. */
void hunt_session__reset(struct hunt_session *s);

/* Arms the failure of the first call from the item's site, and then from its second. */
void hunt_session__arm(struct hunt_session *s, const struct hunt_plan *plan,
		       const struct hunt_item *item);

/* True if everything that was to fail did. */
bool hunt_session__struck(const struct hunt_session *s, const struct hunt_plan *plan,
			  const struct hunt_item *item);

/* Hash of the call site where the kernel's own fault injection struck in this run; 0: nowhere. */
uint64_t hunt_session__taken(const struct hunt_session *s);

/* True if the function of the site may return any error. */
bool hunt_session__any_error(const struct hunt_session *s, const struct hunt_site *site);

/* What a failing call from the site usually returns. */
long hunt_session__error(const struct hunt_session *s, const struct hunt_site *site);

void hunt_session__close(struct hunt_session *s);

#endif
