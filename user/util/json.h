/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setters of JSON objects that leave out what is not known (zero, NULL), and the
 * writer of JSON lines. Where memory is short a member is missing, and the writer
 * is told when the object could not be made at all.
 */
#ifndef PKSTRACE_UTIL_JSON_H
#define PKSTRACE_UTIL_JSON_H

#include <jansson.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

/* A string in hex, for a double does not hold an address. */
void json__set_hex(json_t *object, const char *key, __u64 value);

/* Names of threads and files may hold any bytes: those that are not UTF-8 become "?". */
void json__set_text(json_t *object, const char *key, const char *value);

/* Zero too, and false. */
void json__set_number(json_t *object, const char *key, __s64 value);
void json__set_flag(json_t *object, const char *key, bool value);

/*
 * Writes the object as a line of its own, flushes, and lets go of it. False where the
 * line is missing: the object is NULL (out of memory), or `out` does not take it.
 */
bool json__write_line(FILE *out, json_t *object);

#endif
