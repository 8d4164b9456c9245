/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Setters of JSON objects that leave out what is not known (zero, NULL). Without
 * memory a value is missing; the writer says so when nothing could be made at all.
 */
#ifndef PKSTRACE_JSON_SET_H
#define PKSTRACE_JSON_SET_H

#include <jansson.h>
#include <linux/types.h>
#include <stdbool.h>

/* A string in hex, for a double does not hold an address. */
void set_hex(json_t *object, const char *key, __u64 value);

/* Names of threads and files may hold any bytes: those that are no UTF-8 become "?". */
void set_text(json_t *object, const char *key, const char *value);

/* Zero too, and false. */
void set_number(json_t *object, const char *key, __s64 value);
void set_flag(json_t *object, const char *key, bool value);

#endif
