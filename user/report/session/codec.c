// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/session/codec.h"
#include "util/array.h"
#include "util/json.h"
#include "util/number.h"

/* --- memory ----------------------------------------------------------------------- */

void *arena__alloc(struct arena *a, size_t number, size_t size)
{
	void *block;

	if (array__grow(&a->block, &a->room, a->nr, sizeof(*a->block)))
		return NULL;
	block = calloc(number + 1, size);
	if (block)
		a->block[a->nr++] = block;
	return block;
}

char *arena__text(struct arena *a, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = text ? arena__alloc(a, size, 1) : NULL;

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

void arena__free(struct arena *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->block[i]);
	free(a->block);
	*a = (struct arena){};
}

/* --- out -------------------------------------------------------------------------- */

/* The number of elements, an unsigned integer of either size. */
static size_t field__nr(const struct field *f, const char *from)
{
	size_t wide;
	unsigned int narrow;

	if (f->nr_size == sizeof(wide)) {
		memcpy(&wide, from + f->nr, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, from + f->nr, sizeof(narrow));
	return narrow;
}

/* Where the elements are. */
static const char *field__elements(const struct field *f, const char *from)
{
	return f->kind == FIELD_LIST ? from + f->offset : *(const char *const *)(from + f->offset);
}

static json_t *elements__encode(const struct field *f, const char *from)
{
	const char *element = field__elements(f, from);
	json_t *all = json_array();

	for (size_t i = 0, nr = field__nr(f, from); i < nr; i++)
		json_array_append_new(all, encode(f->of, element + i * f->of->size));
	return all;
}

static __u64 field__integer(const struct field *f, const char *at)
{
	__u32 narrow;
	__u64 wide;

	if (f->size == sizeof(wide)) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

static json_t *integer__encode(const struct field *f, const char *at)
{
	__u64 value = field__integer(f, at);

	return json_integer(f->kind == FIELD_S32 ? (__s32)value : (json_int_t)value);
}

static json_t *text__encode(const char *text)
{
	json_t *holder = json_object(), *value;

	json__set_text(holder, "", text);
	value = json_incref(json_object_get(holder, ""));
	json_decref(holder);
	return value;
}

static json_t *hex__encode(const struct field *f, const char *at)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, (uint64_t)field__integer(f, at));
	return json_string(text);
}

static json_t *field__encode(const struct field *f, const char *from)
{
	const char *at = from + f->offset;

	switch (f->kind) {
	case FIELD_TEXT:
		return text__encode(at);
	case FIELD_STRING:
		return text__encode(*(const char *const *)at);
	case FIELD_FLAG:
		return json_boolean(*(const bool *)at);
	case FIELD_REAL:
		return json_real(*(const double *)at);
	case FIELD_HEX:
		return hex__encode(f, at);
	case FIELD_OBJECT:
		return encode(f->of, at);
	case FIELD_LIST:
	case FIELD_TABLE:
		return elements__encode(f, from);
	case FIELD_JSON:
		return json_incref(*(json_t *const *)at);
	default:
		return integer__encode(f, at);
	}
}

static bool field__is_empty(const struct field *f, const char *from)
{
	const char *at = from + f->offset;

	if (f->kind == FIELD_TEXT)
		return !at[0];
	if (f->kind == FIELD_LIST || f->kind == FIELD_TABLE)
		return !field__nr(f, from);
	for (size_t i = 0; i < f->size; i++)
		if (at[i])
			return false;
	return true;
}

json_t *encode(const struct layout *layout, const void *from)
{
	json_t *object, *value;

	if (layout->bare)
		return field__encode(layout->field, from);
	object = json_object();
	for (const struct field *f = layout->field; object && f->name; f++) {
		if (field__is_empty(f, from))
			continue;
		value = field__encode(f, from);
		/* An object whose members are all left out says nothing either. */
		if (f->kind == FIELD_OBJECT && json_is_object(value) && !json_object_size(value))
			json_decref(value);
		else if (json_object_set_new(object, f->name, value)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* --- in --------------------------------------------------------------------------- */

struct decoder {
	struct arena *arena;
	char *why;
	size_t size;
};

static int layout__decode(struct decoder *d, const struct layout *layout, const json_t *object,
			  char *to);

static int decoder__refuse(struct decoder *d, const struct field *f)
{
	if (d->size && !d->why[0])
		snprintf(d->why, d->size, "'%s' is not what it should be", f->name);
	return -EINVAL;
}

static void field__set_nr(const struct field *f, char *to, size_t nr)
{
	unsigned int narrow = nr;

	if (f->nr_size == sizeof(nr))
		memcpy(to + f->nr, &nr, sizeof(nr));
	else
		memcpy(to + f->nr, &narrow, sizeof(narrow));
}

static int elements__decode(struct decoder *d, const struct field *f, const json_t *array, char *to)
{
	size_t nr = json_array_size(array);
	char *element = to + f->offset;
	int err = 0;

	if (!json_is_array(array) || (f->kind == FIELD_LIST && nr > f->size / f->of->size))
		return decoder__refuse(d, f);
	if (f->kind == FIELD_TABLE) {
		element = arena__alloc(d->arena, nr, f->of->size);
		if (!element)
			return -ENOMEM;
		memcpy(to + f->offset, &element, sizeof(element));
	}
	for (size_t i = 0; i < nr && !err; i++)
		err = layout__decode(d, f->of, json_array_get(array, i), element + i * f->of->size);
	if (!err)
		field__set_nr(f, to, nr);
	return err;
}

/* A number that the member has room for. */
static bool integer__fits(const struct field *f, json_int_t value)
{
	switch (f->kind) {
	case FIELD_U32:
		return value >= 0 && value <= UINT32_MAX;
	case FIELD_S32:
		return value >= INT32_MIN && value <= INT32_MAX;
	default:
		return true;
	}
}

static int integer__decode(struct decoder *d, const struct field *f, const json_t *value, char *at)
{
	json_int_t wide = json_integer_value(value);
	__u32 narrow = wide;

	if (!json_is_integer(value) || !integer__fits(f, wide))
		return decoder__refuse(d, f);
	if (f->size == sizeof(wide))
		memcpy(at, &wide, sizeof(wide));
	else
		memcpy(at, &narrow, sizeof(narrow));
	return 0;
}

static int hex__decode(struct decoder *d, const struct field *f, const json_t *value, char *at)
{
	const char *text = json_string_value(value);
	uint64_t wide;
	__u32 narrow;

	if (!text || strncmp(text, "0x", 2) != 0 || !number__natural(text, &wide))
		return decoder__refuse(d, f);
	narrow = wide;
	if (f->size == sizeof(narrow) && wide != narrow)
		return decoder__refuse(d, f);
	memcpy(at, f->size == sizeof(narrow) ? (void *)&narrow : (void *)&wide, f->size);
	return 0;
}

static int string__decode(struct decoder *d, const struct field *f, const json_t *value, char *at)
{
	const char *text = json_string_value(value);

	if (!text)
		return decoder__refuse(d, f);
	if (f->kind == FIELD_STRING)
		memcpy(at, &text, sizeof(text));
	else if (snprintf(at, f->size, "%s", text) >= (int)f->size)
		return decoder__refuse(d, f);
	return 0;
}

static int flag__decode(struct decoder *d, const struct field *f, const json_t *value, char *at)
{
	bool flag = json_is_true(value);

	if (!json_is_boolean(value))
		return decoder__refuse(d, f);
	memcpy(at, &flag, sizeof(flag));
	return 0;
}

static int real__decode(struct decoder *d, const struct field *f, const json_t *value, char *at)
{
	double number = json_number_value(value);

	if (!json_is_number(value))
		return decoder__refuse(d, f);
	memcpy(at, &number, sizeof(number));
	return 0;
}

static int field__decode(struct decoder *d, const struct field *f, const json_t *value, char *to)
{
	char *at = to + f->offset;

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_STRING:
		return string__decode(d, f, value, at);
	case FIELD_FLAG:
		return flag__decode(d, f, value, at);
	case FIELD_REAL:
		return real__decode(d, f, value, at);
	case FIELD_HEX:
		return hex__decode(d, f, value, at);
	case FIELD_OBJECT:
		return layout__decode(d, f->of, value, at);
	case FIELD_LIST:
	case FIELD_TABLE:
		return elements__decode(d, f, value, to);
	case FIELD_JSON:
		memcpy(at, &value, sizeof(value));
		return 0;
	default:
		return integer__decode(d, f, value, at);
	}
}

static int layout__decode(struct decoder *d, const struct layout *layout, const json_t *object,
			  char *to)
{
	const json_t *value;
	int err = 0;

	if (layout->bare)
		return field__decode(d, layout->field, object, to);
	for (const struct field *f = layout->field; !err && f->name; f++) {
		if (!json_is_object(object))
			return decoder__refuse(d, f);
		value = json_object_get(object, f->name);
		if (value)
			err = field__decode(d, f, value, to);
		else if (f->needed)
			return decoder__refuse(d, f);
	}
	return err;
}

int decode(const struct layout *layout, const json_t *object, struct arena *arena, void *to,
	   char *why, size_t size)
{
	struct decoder d = { .arena = arena, .why = why, .size = size };

	if (size)
		why[0] = 0;
	memset(to, 0, layout->size);
	return layout__decode(&d, layout, object, to);
}
