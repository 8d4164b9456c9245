// SPDX-License-Identifier: GPL-2.0-only
/* Injections in the text that people read. */
#include <inttypes.h>
#include <string.h>

#include "inject/plan.h"
#include "inject/injections.h"
#include "report/report.h"
#include "report/injection.h"
#include "kernel/ksyms.h"

#define NAME 160

/* What was done, in words: "skip-revoke", "fail should_failslab with -ENOMEM". */
static void injection__what(const struct pks_injection *one, const char *function, char *text,
			    size_t size)
{
	const char *error = one->value < 0 ? inject_plan__errno_name(one->value) : NULL;

	switch (one->kind) {
	case PKS_FAIL_CALL:
		if (error)
			snprintf(text, size, "%s() failed with -%s", function, error);
		else
			snprintf(text, size, "%s() made to return %" PRId64, function,
				 (int64_t)one->value);
		break;
	case PKS_DELAY_REVOKE:
		snprintf(text, size, "%s by %" PRIu64 " us", inject_plan__kind_name(one->kind),
			 (uint64_t)one->value / 1000);
		break;
	default:
		snprintf(text, size, "%s", inject_plan__kind_name(one->kind));
	}
}

static void injection__headline(const struct report *r, const struct pks_injection *one,
				const char *function)
{
	char what[NAME], place[NAME];

	injection__what(one, function, what, sizeof(what));
	symbols__format(r->symbols, one->caller, SYMBOL_RETURN, place, sizeof(place));
	fprintf(r->out, "#%u %s in %s", one->serial, what, place);
}

void report_injection__print(const struct report *r, const struct pks_injection *one,
			     const char *function, unsigned int verbose)
{
	char name[NAME];

	if (!verbose)
		return;
	fprintf(r->out, "[%5" PRIu64 ".%06" PRIu64 "] pkstrace: %s: ",
		(uint64_t)one->time / 1000000000, (uint64_t)one->time / 1000 % 1000000,
		one->dry ? "would inject" : "injected");
	injection__headline(r, one, function);
	fprintf(r->out, ", by %.*s/%u (tgid %u), its call %" PRIu64 "\n", PKS_COMM, one->comm,
		one->tid, one->tgid, (uint64_t)one->nth);
	for (unsigned int i = 0; verbose > 1 && i < one->nr_stack && i < PKS_STACK_DEPTH; i++) {
		symbols__format(r->symbols, one->stack[i], SYMBOL_RETURN, name, sizeof(name));
		fprintf(r->out, " %s\n", name);
	}
	fflush(r->out);
}

void report_injection__cause(const struct report *r, const struct pks_finding *finding)
{
	const struct pks_injection *one;
	int same;

	if (!r->injections)
		return;
	one = injections__cause(r->injections, finding, &same);
	if (!one)
		return;
	fputs(same ? "Follows injection " : "Follows, on another thread, injection ", r->out);
	injection__headline(r, one, r->injected_function ? r->injected_function(r, one) : "a call");
	fprintf(r->out, ", %.1f us before\n", (finding->time - one->time) / 1e3);
}
