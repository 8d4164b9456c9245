// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/json.h"

/* Names of threads and files may hold any bytes: those that are no UTF-8 become "?". */
static json_t *text__json(const char *value)
{
	json_t *text = json_string(value);
	char *copy;

	if (text)
		return text;
	copy = strdup(value);
	for (char *at = copy; at && *at; at++)
		if (*at & 0x80)
			*at = '?';
	text = copy ? json_string_nocheck(copy) : NULL;
	free(copy);
	return text;
}

void json__set_hex(json_t *object, const char *key, __u64 value)
{
	char text[24];

	if (!value)
		return;
	snprintf(text, sizeof(text), "0x%" PRIx64, (uint64_t)value);
	json_object_set_new(object, key, json_string(text));
}

void json__set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, text__json(value));
}

json_t *json__count(__u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, (uint64_t)value);
	return json_string(text);
}

void json__set_count(json_t *object, const char *key, __u64 value)
{
	json_object_set_new(object, key, json__count(value));
}

void json__set_signed(json_t *object, const char *key, __s64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
	json_object_set_new(object, key, json_string(text));
}

void json__set_number(json_t *object, const char *key, __s64 value)
{
	json_object_set_new(object, key, json_integer(value));
}

void json__set_flag(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

bool json__write_line(FILE *out, json_t *object)
{
	bool written = object && !json_dumpf(object, out, JSON_COMPACT | JSON_PRESERVE_ORDER) &&
		       fputc('\n', out) != EOF && !fflush(out);

	json_decref(object);
	return written;
}
