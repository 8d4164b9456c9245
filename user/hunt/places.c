// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hunt/places.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/srcline.h"
#include "pkstrace.skel.h"

/*
 * A trampoline or one of our programs, on the way to the function: no caller. name: of it, unless
 * NULL.
 */
static bool frame__is_foreign(struct hunt_session *s, uint64_t address, const char **name)
{
	struct symbol symbol;

	if (symbols__find(s->tracer.symbols, address, SYMBOL_RETURN, &symbol) || !symbol.module ||
	    strcmp(symbol.module, "bpf"))
		return false;
	if (name)
		*name = symbol.name;
	return true;
}

/* The stack in words; false where one of our own programs made the call. */
static bool place__stack(struct hunt_session *s, const struct pks_place *place, FILE *out)
{
	const char *foreign;
	char name[160];

	for (unsigned int i = 0; i < place->nr; i++) {
		if (frame__is_foreign(s, place->stack[i], &foreign)) {
			if (!strncmp(foreign, "bpf_prog_", strlen("bpf_prog_")))
				return false;
			continue;
		}
		symbols__format(s->tracer.symbols, place->stack[i], SYMBOL_RETURN | SYMBOL_LASTING,
				name, sizeof(name));
		fprintf(out, "%s\n", name);
	}
	return true;
}

/* -EAGAIN: no place of a run's own. */
static int place__site(struct hunt_session *s, const struct pks_place *place,
		       struct hunt_site *site)
{
	size_t size;
	FILE *out;
	bool own;

	*site = (struct hunt_site){
		.own = place->function >= PKS_FUNCTIONS,
		.hash = place->hash,
		.seen = place->seen,
		.in_window = place->in_window,
		.path = place->path,
		.syscalls = place->syscalls,
		.nth = place->nth,
	};
	out = open_memstream(&site->stack, &size);
	if (!out)
		return -ENOMEM;
	own = place__stack(s, place, out);
	if (fclose(out) || !site->stack)
		return -ENOMEM;
	if (!own || !site->stack[0]) {
		free(site->stack);
		return -EAGAIN;
	}
	strcpy(site->function, site->own ? hunt_faults__name(place->function - PKS_FUNCTIONS) :
					   s->functions[place->function].name);
	site->id = hunt_site__id(site->function, site->stack);
	return 0;
}

/* Where in the source the site is: the line of the frame that it is named by. */
static void site__find_line(struct hunt_session *s, const struct pks_place *place,
			    struct hunt_site *site)
{
	struct source_line line;
	size_t length;
	const char *name = hunt_site__name(site, &length);
	unsigned int skip = 0;

	if (site->line_sought)
		return;
	site->line_sought = true;
	for (const char *c = site->stack; c < name; c++)
		skip += *c == '\n';
	for (unsigned int i = 0; i < place->nr; i++) {
		if (frame__is_foreign(s, place->stack[i], NULL) || skip--)
			continue;
		if (source__lines(s->tracer.source, place->stack[i], SYMBOL_RETURN, &line, 1) ==
		    1) {
			site->file = line.file;
			site->line = line.line;
		}
		return;
	}
}

long hunt_session__places(struct hunt_session *s, struct hunt_plan *plan, hunt_place_fn fn,
			  void *arg)
{
	const struct pks_place *places = s->skel->bss->places;

	for (int i = 0; i < PKS_PLACES; i++) {
		struct hunt_site site;
		int err;
		long at;

		/* Before its first system call has ended a thread can't be stopped. */
		if (!places[i].hash || (places[i].function >= PKS_FUNCTIONS && !places[i].syscalls))
			continue;
		err = place__site(s, &places[i], &site);
		if (err == -EAGAIN)
			continue;
		at = err ?: hunt_plan__site(plan, &site);
		if (at < 0)
			return at;
		site__find_line(s, &places[i], &plan->sites[at]);
		if (fn)
			fn(arg, at, places[i].after);
	}
	return s->skel->bss->places_lost;
}
