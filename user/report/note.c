// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "findings/finding.h"
#include "report/note.h"
#include "kernel/srcline.h"
#include "kernel/ksyms.h"

/* Of so many modules at most it is said: the reason is the same for most. */
#define MODULES_MAX 8

struct modules {
	const char *name[MODULES_MAX];
	unsigned int nr;
};

static void modules__add(struct modules *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr; i++)
		if (!strcmp(m->name[i], name))
			return;
	if (m->nr < MODULES_MAX)
		m->name[m->nr++] = name;
}

static void finding__modules(const struct report *r, const struct model_finding *f,
			     struct modules *m)
{
	struct finding_stack stack;
	struct symbol sym;

	for (int role = 0; role < NR_FINDING_ROLES; role++) {
		if (!finding__stack(r->symbols, f, role, &stack))
			continue;
		for (unsigned int i = 0; i < stack.frames.nr; i++)
			if (!symbols__find(r->symbols, stack.frames.address[i], 0, &sym) &&
			    sym.module)
				modules__add(m, sym.module);
	}
}

void report_note__source(const struct report *r, const struct model *m,
			 void (*fn)(void *arg, const char *why), void *arg)
{
	struct modules modules = {};
	const char *why;

	if (!r->source)
		return;
	for (size_t i = 0; i < m->nr_findings; i++)
		if (!m->findings[i].suppressed)
			finding__modules(r, &m->findings[i], &modules);
	why = source__why(r->source, NULL);
	if (why)
		fn(arg, why);
	for (unsigned int i = 0; i < modules.nr; i++) {
		why = source__why(r->source, modules.name[i]);
		if (why)
			fn(arg, why);
	}
}
