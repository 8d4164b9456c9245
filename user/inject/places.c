// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>

#include "inject/places.h"
#include "report/report.h"
#include "kernel/ksyms.h"

#define NAME 160
#define SHOWN_CALLERS 4

/* Most calls first, free entries last. */
static int place__compare(const void *a, const void *b)
{
	const struct pks_place *x = a, *y = b;

	return x->seen < y->seen ? 1 : x->seen > y->seen ? -1 : x->hash < y->hash ? -1 : 1;
}

static void place__print(const struct pks_place *place, const struct report *report)
{
	char name[NAME];

	fprintf(report->out, "%10" PRIu64 " %10" PRIu64 " ", (uint64_t)place->seen,
		(uint64_t)place->in_window);
	for (unsigned int i = 0; i < SHOWN_CALLERS && i < place->nr; i++) {
		symbols__format(report->symbols, place->stack[i], SYMBOL_RETURN, name,
				sizeof(name));
		fprintf(report->out, "%s%s", i ? " < " : " ", name);
	}
	fputc('\n', report->out);
}

void inject_places__text(const struct report *report, struct pks_place *places, __u64 lost)
{
	qsort(places, PKS_PLACES, sizeof(*places), place__compare);
	fprintf(report->out, "\nCalls that pass the filters, by place:\n%10s %10s  %s\n", "CALLS",
		"IN WINDOW", "CALLED FROM");
	for (int i = 0; i < PKS_PLACES && places[i].hash; i++)
		place__print(&places[i], report);
	if (lost)
		fprintf(report->out, "%10" PRIu64 " %10s  other places: table full\n",
			(uint64_t)lost, "");
}

static json_t *place__json(const struct report *report, const struct pks_place *place)
{
	json_t *stack = json_array();
	char name[NAME];

	for (unsigned int i = 0; i < place->nr; i++) {
		symbols__format(report->symbols, place->stack[i], SYMBOL_RETURN, name,
				sizeof(name));
		json_array_append_new(stack, json_string(name));
	}
	return json_pack("{s:I, s:I, s:o}", "calls", (json_int_t)place->seen, "in_window",
			 (json_int_t)place->in_window, "stack", stack);
}

json_t *inject_places__json(const struct report *report, const struct pks_place *places)
{
	json_t *all = json_array();

	for (int i = 0; i < PKS_PLACES; i++)
		if (places[i].hash)
			json_array_append_new(all, place__json(report, &places[i]));
	return all;
}
