/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setters for JSON objects that leave out what is not known (zero, NULL), and a writer
 * of JSON lines. If memory is short a member is missing; if there is no object at all,
 * the writer says so.
 */
#ifndef PKSTRACE_UTIL_JSON_H
#define PKSTRACE_UTIL_JSON_H

#include <jansson.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

/* A string in hexadecimal, since a double does not hold an address. */
void json__set_hex(json_t *object, const char *key, __u64 value);

/* Names of threads and files may contain any bytes; those that are not UTF-8 become "?". */
void json__set_text(json_t *object, const char *key, const char *value);

/*
 * A count or a time: a string in decimal, for the same reason. These also set zero. The bare
 * value is the caller's; NULL if out of memory.
 */
json_t *json__count(__u64 value);
void json__set_count(json_t *object, const char *key, __u64 value);
void json__set_signed(json_t *object, const char *key, __s64 value);

/* What fits into 53 bits; zero and false are set, too. */
void json__set_number(json_t *object, const char *key, __s64 value);
void json__set_flag(json_t *object, const char *key, bool value);

/*
 * Writes the object as a line of its own, flushes, and drops the reference. Returns false if
 * the line is missing: object is NULL (out of memory), or writing failed.
 */
bool json__write_line(FILE *out, json_t *object);

#endif
