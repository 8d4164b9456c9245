/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structures as JSON objects and back, by a table of their members for each. What is zero,
 * empty or NULL is left out, and what is left out is zero again: so a member that is added
 * later is a row more, and files without it can still be read.
 */
#ifndef PKSTRACE_REPORT_SESSION_CODEC_H
#define PKSTRACE_REPORT_SESSION_CODEC_H

#include <jansson.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

enum field_kind {
	FIELD_TEXT,   /* char[] */
	FIELD_STRING, /* const char * */
	FIELD_FLAG,
	FIELD_U32,
	FIELD_S32,
	FIELD_U64,
	FIELD_S64,
	FIELD_REAL,
	FIELD_HEX,    /* an integer as a string: what reads it may know no 64-bit numbers */
	FIELD_OBJECT, /* a structure within */
	FIELD_LIST,   /* an array within, and a member with the number of elements in use */
	FIELD_TABLE,  /* the same, but a pointer to elements somewhere else */
	FIELD_JSON,   /* json_t *, as it is */
};

struct layout;

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	size_t size;		 /* of the member */
	const struct layout *of; /* of the object, or of each element */
	size_t nr, nr_size;	 /* the member with the number of elements: offset and size */
	bool needed;		 /* it cannot be left out: printers take it for granted */
};

/* Of a structure. */
struct layout {
	const struct field *field; /* up to one without a name */
	size_t size;
	bool bare; /* the value of its one member stands for it */
};

/* Memory that decoded structures point to. Zero it before use. */
struct arena {
	void **block;
	size_t nr, room;
};

/* Returns NULL if out of memory; else zeros. */
void *arena__alloc(struct arena *a, size_t number, size_t size);
/* A copy; NULL for NULL, too. */
char *arena__text(struct arena *a, const char *text);
void arena__free(struct arena *a);

/* An object, the caller's; NULL if out of memory. Text that is no UTF-8 gets "?" in its place. */
json_t *encode(const struct layout *layout, const void *from);

/*
 * Fills *to, zeros included. Strings belong to `object`, elements of tables to `arena`. A
 * member that does not fit in is a failure, one that no row names is not: then *why is what
 * the matter is, with the member's name. Returns 0, -EINVAL or -ENOMEM.
 */
int decode(const struct layout *layout, const json_t *object, struct arena *arena, void *to,
	   char *why, size_t size);

/* --- rows of a table -------------------------------------------------------------- */

#define MEMBER(type, member) (((type *)0)->member)

#define FIELD_KIND(type, member)                                                                   \
	_Generic(MEMBER(type, member), char *                                                      \
		 : FIELD_TEXT, const char *                                                        \
		 : FIELD_STRING, bool                                                              \
		 : FIELD_FLAG, unsigned int                                                        \
		 : FIELD_U32, int                                                                  \
		 : FIELD_S32, __u64                                                                \
		 : FIELD_U64, size_t                                                               \
		 : FIELD_U64, __s64                                                                \
		 : FIELD_S64, long                                                                 \
		 : FIELD_S64, double                                                               \
		 : FIELD_REAL, json_t *                                                            \
		 : FIELD_JSON)

#define FIELD_AT(type, member) offsetof(type, member), sizeof(MEMBER(type, member))

/* A member under its own name; one that is needed; in hexadecimal; a structure; arrays. */
#define FIELD(type, member)                                                                        \
	{                                                                                          \
#member, FIELD_KIND(type, member), FIELD_AT(type, member), NULL, 0, 0, false       \
	}
#define NEEDED(type, member)                                                                       \
	{                                                                                          \
#member, FIELD_KIND(type, member), FIELD_AT(type, member), NULL, 0, 0, true        \
	}
#define HEX(type, member)                                                                          \
	{                                                                                          \
#member, FIELD_HEX, FIELD_AT(type, member), NULL, 0, 0, false                      \
	}
#define OBJECT(type, member, layout)                                                               \
	{                                                                                          \
#member, FIELD_OBJECT, FIELD_AT(type, member), layout, 0, 0, false                 \
	}
#define LIST(type, member, layout, nr)                                                             \
	{                                                                                          \
#member, FIELD_LIST, FIELD_AT(type, member), layout, FIELD_AT(type, nr), false     \
	}
#define TABLE(type, member, layout, nr)                                                            \
	{                                                                                          \
#member, FIELD_TABLE, FIELD_AT(type, member), layout, FIELD_AT(type, nr), false    \
	}
#define FIELDS_END                                                                                 \
	{                                                                                          \
		NULL, 0, 0, 0, NULL, 0, 0, false                                                   \
	}

/* The layout of a structure, from its rows. */
#define LAYOUT(type, rows)                                                                         \
	{                                                                                          \
		.field = (rows), .size = sizeof(type)                                              \
	}
#define LAYOUT_BARE(type, rows)                                                                    \
	{                                                                                          \
		.field = (rows), .size = sizeof(type), .bare = true                                \
	}

#endif
