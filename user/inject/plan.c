// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "inject/plan.h"
#include "util/number.h"

#define MAX_ERRNO     4095 /* include/linux/err.h */
#define LAST_OF_NAMED 133

void inject_plan__init(struct inject_plan *plan)
{
	*plan = (struct inject_plan){ .verbose = 2 };
	plan->rule.probability = 1ULL << 32;
	plan->rule.interval = 1;
	plan->rule.times = 1;
	plan->rule.seed = 1;
	plan->rule.gfp_arg = PKS_GFP_NONE;
}

bool inject_plan__value(const char *text, long *value)
{
	const char *name = text[0] == '-' ? text + 1 : text;
	int64_t number;

	if (name[0] == 'E') {
		for (int i = 1; i <= LAST_OF_NAMED; i++) {
			const char *known = strerrorname_np(i);

			if (known && !strcmp(known, name)) {
				*value = -i;
				return true;
			}
		}
		return false;
	}
	if (!number__integer(text, -MAX_ERRNO, 1, &number))
		return false;
	*value = number;
	return true;
}

int inject_plan__fail(struct inject_plan *plan, const char *text)
{
	const char *equals = strchr(text, '=');
	struct plan_call *call;
	size_t length;

	if (plan->nr_calls == PLAN_CALLS)
		return -ENOSPC;
	call = &plan->calls[plan->nr_calls];
	length = equals ? (size_t)(equals - text) : 0;
	if (!length || length >= sizeof(call->function))
		return -EINVAL;
	if (!inject_plan__value(equals + 1, &call->value))
		return -EINVAL;
	memcpy(call->function, text, length);
	call->function[length] = 0;
	plan->nr_calls++;
	return 0;
}

void inject_plan__probability(struct inject_plan *plan, double percent)
{
	plan->rule.probability = percent / 100 * (1ULL << 32);
}

bool inject_plan__any(const struct inject_plan *plan)
{
	return plan->grant || plan->revoke || plan->extra_revoke || plan->nr_calls;
}

bool inject_plan__filtered(const struct inject_plan *plan)
{
	const struct pks_rule *r = &plan->rule;

	return (r->filters & ~PKS_FILTER_WINDOW) || plan->cgroup || plan->call_site ||
	       plan->require_start || plan->require_end;
}
