// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "inject/plan.h"
#include "inject/injections.h"
#include "report/report.h"
#include "report/injection_json.h"
#include "util/status.h"
#include "kernel/ksyms.h"

#define NAME 160

static json_t *place__json(const struct report *r, __u64 address)
{
	char name[NAME];

	symbols__format(r->symbols, address, SYMBOL_RETURN, name, sizeof(name));
	return json_string(name);
}

/* A thread's name may hold any bytes. */
static json_t *comm__json(const struct pks_injection *one)
{
	char comm[PKS_COMM + 1] = {};

	memcpy(comm, one->comm, PKS_COMM);
	return json_string(comm) ?: json_string("?");
}

/* What was done, and where. */
static json_t *injection__json(const struct report *r, const struct pks_injection *one,
			       const char *function)
{
	const char *error = one->value < 0 ? inject_plan__errno_name(one->value) : NULL;
	json_t *object =
		json_pack("{s:I, s:s, s:o}", "serial", (json_int_t)one->serial, "kind",
			  inject_plan__kind_name(one->kind), "caller", place__json(r, one->caller));

	if (one->kind == PKS_FAIL_CALL) {
		json_object_set_new(object, "function", json_string(function));
		json_object_set_new(object, "value", json_integer(one->value));
		if (error)
			json_object_set_new(object, "error", json_string(error));
	} else if (one->kind == PKS_DELAY_REVOKE) {
		json_object_set_new(object, "delay", json_integer(one->value));
	}
	return object;
}

void report_injection_json__print(const struct report *r, const struct pks_injection *one,
				  const char *function)
{
	json_t *object = json_pack("{s:s, s:I, s:b, s:I, s:{s:I, s:I, s:o}}", "type", "injection",
				   "time", (json_int_t)one->time, "dry", one->dry, "call",
				   (json_int_t)one->nth, "thread", "tid", (json_int_t)one->tid,
				   "tgid", (json_int_t)one->tgid, "comm", comm__json(one));
	json_t *stack = json_array(), *what = injection__json(r, one, function);

	for (unsigned int i = 0; i < one->nr_stack && i < PKS_STACK_DEPTH; i++)
		json_array_append_new(stack, place__json(r, one->stack[i]));
	json_object_set_new(object, "stack", stack);
	json_object_update(object, what);
	json_decref(what);
	if (!object || json_dumpf(object, r->out, JSON_COMPACT | JSON_PRESERVE_ORDER))
		status__note("out of memory, or a write error: a JSON line is missing");
	fputc('\n', r->out);
	fflush(r->out);
	json_decref(object);
}

json_t *report_injection_json__cause(const struct report *r, const struct pks_finding *finding)
{
	const struct pks_injection *one;
	json_t *object;
	int same;

	one = r->injections ? injections__cause(r->injections, finding, &same) : NULL;
	if (!one)
		return NULL;
	object = injection__json(r, one, r->injected_function ? r->injected_function(r, one) : "");
	json_object_set_new(object, "same_thread", json_boolean(same));
	json_object_set_new(object, "before", json_integer(finding->time - one->time));
	return object;
}
