// SPDX-License-Identifier: GPL-2.0-only
/* Hold time by call site, in microseconds: a line each, as flamegraph.pl reads stacks. */
#include <inttypes.h>

#include "report/document/document.h"
#include "util/escape.h"

/* ; sets frames apart, and the last space the number. */
static void name__print(FILE *out, const char *name)
{
	for (const char *at = escaped(name); *at; at++)
		fputc(*at == ';' ? ':' : *at, out);
}

static void folded__document(struct report *r, const struct merged *all)
{
	const struct resolved_summary *s = all->total;

	for (size_t i = 0; i < s->nr_sites; i++) {
		name__print(r->out, s->site[i].name);
		/* Where only a sample was timed, as if the others had been held alike. */
		fprintf(r->out, " %" PRIu64 "\n",
			(uint64_t)(s->site[i].mean / 1e3 * s->site[i].counts->closed));
	}
}

const struct format format_folded = {
	.name = "folded",
	.meaning = "hold time (us) by call site, for flamegraph.pl",
	.document = folded__document,
};
