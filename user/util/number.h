/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses numbers and times as people write them, and prints times.
 *
 * The parsers accept the whole text or nothing: no blanks, no plus sign, no exponent,
 * no other base, no locale. If they return false, *value is unchanged.
 */
#ifndef PKSTRACE_NUMBER_H
#define PKSTRACE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole decimal number within [min, max]. */
bool number__integer(const char *text, int64_t min, int64_t max, int64_t *value);

/* A natural number, decimal or, after 0x, hexadecimal. For addresses and offsets. */
bool number__natural(const char *text, uint64_t *value);

/* A decimal number within [min, max], 0 <= min, with at most nine digits after the point. */
bool number__fraction(const char *text, double min, double max, double *value);

enum duration_unit {
	DURATION_UNIT_NEEDED, /* "5" is not a time */
	DURATION_SECONDS,     /* "5" is five seconds */
};

/* "250ns", "10us", "1.5ms", "2s": a time within [min, max] ns, in whole ns. */
bool duration__parse(const char *text, enum duration_unit bare, uint64_t min, uint64_t max,
		     uint64_t *ns);

/* The exact time in a form that duration__parse() reads: "1500us". Returns `text`. */
const char *duration__exact(uint64_t ns, char *text, size_t size);

/* For people, to four or five digits: "1500 ns", "12.3 ms". Returns `text`. */
const char *duration__text(uint64_t ns, char *text, size_t size);

#endif
