// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "report/report.h"

/* A row for each; the first is the default. format_NAME is in NAME.c. */
#define FORMATS(ROW)                                                                               \
	ROW(text)                                                                                  \
	ROW(json)                                                                                  \
	ROW(junit)                                                                                 \
	ROW(ktap)                                                                                  \
	ROW(sarif)                                                                                 \
	ROW(openmetrics)                                                                           \
	ROW(folded)                                                                                \
	ROW(speedscope)                                                                            \
	ROW(html)

#define DECLARATION(name) extern const struct format format_##name;
#define ADDRESS(name)	  &format_##name,

FORMATS(DECLARATION)

static const struct format *const formats[] = { FORMATS(ADDRESS) };

#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct format *format__row(unsigned int i)
{
	return i < NR_FORMATS ? formats[i] : NULL;
}

const struct format *format__find(const char *name)
{
	for (size_t i = 0; i < NR_FORMATS; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

const char *format__names(char *text, size_t size)
{
	size_t used = 0;

	text[0] = 0;
	for (size_t i = 0; i < NR_FORMATS && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "", formats[i]->name);
	return text;
}

enum status report__status(const struct report *r, enum status status)
{
	if (r->keep && r->keep->missing)
		status = STATUS_OUTPUT; /* this was said at once */
	if (!r->missing)
		return status;
	return status__say(STATUS_OUTPUT, "%u lines of the output are missing", r->missing);
}
