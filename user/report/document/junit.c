// SPDX-License-Identifier: GPL-2.0-only
/* JUnit's XML, as CI systems read it. */
#include <string.h>

#include "report/document/document.h"

struct junit {
	struct report *r;
	size_t failed;
	bool print; /* false: only count */
};

/* The length of a character of XML in UTF-8; 0: these bytes are none. */
static int xml__length(const unsigned char *at)
{
	int more = *at >= 0xf0 && *at < 0xf5 ? 3 :
		   *at >= 0xe0 && *at < 0xf0 ? 2 :
		   *at >= 0xc2 && *at < 0xe0 ? 1 :
					       0;

	if (*at < 0x80)
		return *at >= 0x20 || *at == '\n' || *at == '\t';
	for (int i = 1; i <= more; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Surrogates, what could be shorter, and beyond the last character. */
	if ((*at == 0xed && at[1] >= 0xa0) || (*at == 0xe0 && at[1] < 0xa0) ||
	    (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] >= 0x90))
		return 0;
	/* U+FFFE and U+FFFF are none. */
	if (*at == 0xef && at[1] == 0xbf && at[2] >= 0xbe)
		return 0;
	return more ? more + 1 : 0;
}

/* What XML allows no way to write becomes "?". */
static void xml__print(FILE *out, const char *text)
{
	for (const unsigned char *at = (const void *)text; *at;) {
		int length = xml__length(at);

		if (!length)
			fputc('?', out);
		else if (strchr("<>&\"'", *at))
			fprintf(out, "&#%d;", *at);
		else
			fwrite(at, 1, length, out);
		at += length ?: 1;
	}
}

static void test__print(void *arg, const struct document_test *test)
{
	struct junit *j = arg;
	FILE *out = j->r->out;

	j->failed += !!test->why;
	if (!j->print)
		return;
	fputs("    <testcase classname=\"pkstrace\" name=\"", out);
	xml__print(out, test->name);
	if (!test->why) {
		fputs("\"/>\n", out);
		return;
	}
	fputs("\">\n      <failure message=\"", out);
	xml__print(out, test->why);
	fputs("\">", out);
	xml__print(out, test->text ?: "");
	fputs("</failure>\n    </testcase>\n", out);
}

static void property__print(FILE *out, const char *name, const char *value)
{
	fprintf(out, "      <property name=\"%s\" value=\"", name);
	xml__print(out, value ?: "");
	fputs("\"/>\n", out);
}

static void properties__print(FILE *out, const struct merged *all)
{
	fputs("    <properties>\n", out);
	for (size_t i = 0; i < all->nr; i++) {
		const struct session_header *h = &all->session[i].header;

		property__print(out, "host", h->host);
		property__print(out, "kernel", h->kernel);
		property__print(out, "command", h->command);
	}
	fputs("    </properties>\n", out);
}

static void junit__document(struct report *r, const struct merged *all)
{
	struct junit j = { .r = r };
	size_t nr = document__tests(r, all, test__print, &j);

	fprintf(r->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites tests=\"%zu\" failures=\"%zu\">\n"
		"  <testsuite name=\"pkstrace\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		"skipped=\"0\" time=\"%.3f\" timestamp=\"%.19s\" hostname=\"",
		nr, j.failed, nr, j.failed, all->total->seconds, all->session[0].header.started);
	xml__print(r->out, all->session[0].header.host);
	fputs("\">\n", r->out);
	properties__print(r->out, all);
	j.print = true;
	document__tests(r, all, test__print, &j);
	fputs("  </testsuite>\n</testsuites>\n", r->out);
}

const struct format format_junit = {
	.name = "junit",
	.meaning = "JUnit's XML, for CI",
	.document = junit__document,
};
