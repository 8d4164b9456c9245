// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "inject/plan.h"
#include "util/number.h"

/* What was read is printed, and read again: it must be the same. */
static void duration(const char *text)
{
	uint64_t ns, again = 0;
	char exact[64];

	if (!duration__parse(text, DURATION_SECONDS, 0, UINT64_MAX, &ns))
		return;
	duration__text(ns, exact, sizeof(exact));
	if (!duration__parse(duration__exact(ns, exact, sizeof(exact)), DURATION_UNIT_NEEDED, 0,
			     UINT64_MAX, &again) ||
	    again != ns)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz__text(data, size);
	struct inject_plan plan;
	int64_t integer;
	uint64_t natural;
	double fraction;
	long value;

	if (number__integer(text, -1000, 1000, &integer) && (integer < -1000 || integer > 1000))
		abort();
	number__natural(text, &natural);
	if (number__fraction(text, 0, 100, &fraction) && !(fraction >= 0 && fraction <= 100))
		abort();
	duration(text);
	inject_plan__value(text, &value);
	inject_plan__init(&plan);
	inject_plan__fail(&plan, text);
	free(text);
	return 0;
}
