// SPDX-License-Identifier: GPL-2.0-only
/* KTAP, as the kernel's own tests print it (Documentation/dev-tools/ktap.rst). */
#include <string.h>

#include "report/document/document.h"
#include "util/escape.h"

#define INDENT "    "

struct ktap {
	FILE *out;
	size_t nr, failed;
};

static void lines__print(FILE *out, const char *text)
{
	char line[1024];

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		fprintf(out, INDENT "# %s\n", escaped(line));
	}
}

/* In a name, # begins a directive. */
static void test__print(void *arg, const struct document_test *test)
{
	struct document_test t = *test;
	struct ktap *k = arg;

	for (char *at = t.name; *at; at++)
		if (*at == '#')
			*at = '@';
	if (t.why)
		lines__print(k->out, t.why);
	if (t.text)
		lines__print(k->out, t.text);
	fprintf(k->out, INDENT "%sok %zu %s\n", t.why ? "not " : "", ++k->nr, escaped(t.name));
	k->failed += !!t.why;
}

static void ktap__document(struct report *r, const struct merged *all)
{
	struct ktap k = { .out = r->out };

	fprintf(r->out,
		"KTAP version 1\n1..1\n" INDENT "KTAP version 1\n" INDENT
		"# Subtest: pkstrace\n" INDENT "1..%zu\n",
		document__tests(r, all, NULL, NULL));
	document__tests(r, all, test__print, &k);
	fprintf(r->out, "%sok 1 pkstrace\n", k.failed ? "not " : "");
}

const struct format format_ktap = {
	.name = "ktap",
	.meaning = "a kernel test's results, for kunit.py and CI",
	.document = ktap__document,
};
