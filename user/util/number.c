// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/number.h"

#define FRACTION_DIGITS 9 /* after the point, so that seconds can name a nanosecond */

/* From the smallest to the largest. */
static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
};

#define NR_UNITS (sizeof(units) / sizeof(units[0]))

static int digit__value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* The digits that `at` begins with; NULL where it begins with none, or on overflow. */
static const char *digits__parse(const char *at, unsigned int base, uint64_t *value)
{
	const char *start = at;

	*value = 0;
	for (unsigned int digit; (digit = digit__value(*at)) < base; at++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return NULL;
	return at == start ? NULL : at;
}

/* A number with a point in it is whole + billionths / 1e9. */
struct decimal {
	uint64_t whole, billionths;
};

/* What follows the number; NULL where there is none. */
static const char *decimal__parse(const char *text, struct decimal *number)
{
	const char *at = digits__parse(text, 10, &number->whole), *point;

	number->billionths = 0;
	if (!at || *at != '.')
		return at;
	point = at;
	at = digits__parse(point + 1, 10, &number->billionths);
	if (!at || at - point - 1 > FRACTION_DIGITS)
		return NULL;
	for (int i = at - point - 1; i < FRACTION_DIGITS; i++)
		number->billionths *= 10;
	return at;
}

bool number__integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = text[0] == '-';
	uint64_t digits;
	const char *end = digits__parse(text + negative, 10, &digits);
	int64_t number;

	if (!end || *end || digits > INT64_MAX)
		return false;
	number = negative ? -(int64_t)digits : (int64_t)digits;
	if (number < min || number > max)
		return false;
	*value = number;
	return true;
}

bool number__natural(const char *text, uint64_t *value)
{
	bool hex = text[0] == '0' && text[1] == 'x';
	uint64_t number;
	const char *end =
		hex ? digits__parse(text + 2, 16, &number) : digits__parse(text, 10, &number);

	if (!end || *end)
		return false;
	*value = number;
	return true;
}

bool number__fraction(const char *text, double min, double max, double *value)
{
	struct decimal number;
	const char *end = decimal__parse(text, &number);
	double all;

	if (!end || *end)
		return false;
	all = number.whole + number.billionths / 1e9;
	if (all < min || all > max)
		return false;
	*value = all;
	return true;
}

/* ns in a unit; 0: no such unit. */
static uint64_t unit__parse(const char *name, enum duration_unit bare)
{
	if (!*name)
		return bare == DURATION_SECONDS ? units[NR_UNITS - 1].ns : 0;
	for (size_t i = 0; i < NR_UNITS; i++)
		if (!strcmp(units[i].name, name))
			return units[i].ns;
	return 0;
}

bool duration__parse(const char *text, enum duration_unit bare, uint64_t min, uint64_t max,
		     uint64_t *ns)
{
	struct decimal number;
	const char *end = decimal__parse(text, &number);
	uint64_t unit = end ? unit__parse(end, bare) : 0, time;

	/* Neither product of the second line overflows: a unit is at most 1e9. */
	if (!unit || __builtin_mul_overflow(number.whole, unit, &time) ||
	    number.billionths * unit % 1000000000 ||
	    __builtin_add_overflow(time, number.billionths * unit / 1000000000, &time))
		return false;
	if (time < min || time > max)
		return false;
	*ns = time;
	return true;
}

const char *duration__exact(uint64_t ns, char *text, size_t size)
{
	size_t i = NR_UNITS - 1;

	while (i && ns % units[i].ns)
		i--;
	snprintf(text, size, "%" PRIu64 "%s", ns / units[i].ns, units[i].name);
	return text;
}

const char *duration__text(uint64_t ns, char *text, size_t size)
{
	size_t i = 0;

	/* Each up to four digits before the point. */
	while (i < NR_UNITS - 1 && ns / units[i].ns >= 10000)
		i++;
	if (i)
		snprintf(text, size, "%.1f %s", ns / (double)units[i].ns, units[i].name);
	else
		snprintf(text, size, "%" PRIu64 " %s", ns, units[0].name);
	return text;
}
