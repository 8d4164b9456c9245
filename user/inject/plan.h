/* SPDX-License-Identifier: GPL-2.0-only */
/* What to break, as given on the command line: kinds, attributes, filters. */
#ifndef PKSTRACE_INJECT_PLAN_H
#define PKSTRACE_INJECT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/inject.h"
#include "kernel/error_injection.h"

#define PLAN_CALLS (PKS_RULES - PKS_RULE_CALLS)
/* ns; bpf/prog/inject_window.bpf.c has to be able to wait so long. */
#define PLAN_MAX_DELAY 1000000000ULL

/* A function to fail, and what it then returns. */
struct plan_call {
	char function[INJECTABLE_NAME];
	long value;
};

struct inject_plan {
	uint8_t grant;	/* PKS_SKIP_GRANT or PKS_INJECT_NONE */
	uint8_t revoke; /* PKS_SKIP_REVOKE, PKS_DELAY_REVOKE or PKS_INJECT_NONE */
	bool extra_revoke;
	struct plan_call calls[PLAN_CALLS];
	unsigned int nr_calls;
	struct pks_rule rule; /* attributes and filters, the same for all kinds */
	/* As given; turned into addresses and an ID once the symbols are known. */
	const char *require_start, *require_end, *reject_start, *reject_end;
	const char *call_site;
	const char *cgroup;
	unsigned int verbose; /* 0: only count, 1: a line for each, 2: with the stack */
	bool whole_system;
};

/* A plan with the default attributes: once, always, every call, seed 1. */
void inject_plan__init(struct inject_plan *plan);

/* "FUNCTION=-ENOMEM" or "FUNCTION=-12" or "FUNCTION=1". 0, -EINVAL, or -ENOSPC: too many. */
int inject_plan__fail(struct inject_plan *plan, const char *text);

/* A percentage, from 0 to 100, into pks_rule.probability. */
void inject_plan__probability(struct inject_plan *plan, double percent);

/* "-ENOMEM", "ENOMEM" or a number. False where it is none. */
bool inject_plan__value(const char *text, long *value);

/* True if there is something to break. */
bool inject_plan__any(const struct inject_plan *plan);

/* True if the plan itself says whose calls it hits. */
bool inject_plan__filtered(const struct inject_plan *plan);

#endif
