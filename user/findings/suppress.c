// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings/class.h"
#include "findings/suppress.h"
#include "util/array.h"

#define FUNCTION "fun:"
#define ANY	 "..."

struct block {
	char *name;
	char *origin;
	unsigned int class;
	unsigned int cause; /* PKS_CAUSE_NONE: any */
	char **frames;	    /* patterns; NULL: any number of functions */
	size_t nr_frames, frames_room;
};

struct suppress {
	struct block *blocks;
	size_t nr_blocks, blocks_room;
};

/* Where in which file; what the next line of a block is. */
struct reader {
	const char *path;
	unsigned int line;
	enum { OUTSIDE, WANTS_NAME, WANTS_CLASS, WANTS_FRAMES } state;
	unsigned int opened; /* line of the block's brace */
};

struct suppress *suppress__new(void)
{
	return calloc(1, sizeof(struct suppress));
}

static void block__free(struct block *b)
{
	for (size_t i = 0; i < b->nr_frames; i++)
		free(b->frames[i]);
	free(b->frames);
	free(b->name);
	free(b->origin);
}

void suppress__free(struct suppress *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nr_blocks; i++)
		block__free(&s->blocks[i]);
	free(s->blocks);
	free(s);
}

static enum status reader__fail(const struct reader *r, const char *what, const char *text)
{
	return status__say(STATUS_USAGE, "%s:%u: %s%s%s%s", r->path, r->line, what,
			   text ? " '" : "", text ? text : "", text ? "'" : "");
}

static enum status out_of_memory(void)
{
	return status__say(STATUS_CANNOT, "out of memory");
}

static enum status block__open(struct suppress *s, struct reader *r, const char *text)
{
	struct block *b;

	if (strcmp(text, "{"))
		return reader__fail(r, "a block must begin with '{', not", text);
	if (array__grow(&s->blocks, &s->blocks_room, s->nr_blocks, sizeof(*b)))
		return out_of_memory();
	b = &s->blocks[s->nr_blocks];
	*b = (struct block){};
	if (asprintf(&b->origin, "%s:%u", r->path, r->line) < 0)
		return out_of_memory();
	s->nr_blocks++;
	r->opened = r->line;
	r->state = WANTS_NAME;
	return STATUS_CLEAN;
}

static enum status block__name(struct block *b, struct reader *r, const char *text)
{
	if (!strcmp(text, "{") || !strcmp(text, "}"))
		return reader__fail(r, "a name is missing before", text);
	b->name = strdup(text);
	r->state = WANTS_CLASS;
	return b->name ? STATUS_CLEAN : out_of_memory();
}

static enum status block__class(struct block *b, struct reader *r, char *text)
{
	char *cause = strchr(text, '/');

	if (!strcmp(text, "}"))
		return reader__fail(r, "a class is missing before", text);
	if (cause)
		*cause++ = '\0';
	b->class = class__number(text);
	if (!b->class)
		return reader__fail(r, "no such class:", text);
	if (cause && !class__row(b->class)->has_cause)
		return reader__fail(r, "only stray-access has causes, not", text);
	b->cause = cause ? cause__number(cause) : 0;
	if (cause && !b->cause)
		return reader__fail(r, "no such cause:", cause);
	r->state = WANTS_FRAMES;
	return STATUS_CLEAN;
}

static enum status block__frame(struct block *b, struct reader *r, const char *text)
{
	bool any = !strcmp(text, ANY);

	if (!any && (strncmp(text, FUNCTION, strlen(FUNCTION)) || !text[strlen(FUNCTION)]))
		return reader__fail(r, "fun:PATTERN, '...' or '}' must be here, not", text);
	if (array__grow(&b->frames, &b->frames_room, b->nr_frames, sizeof(*b->frames)))
		return out_of_memory();
	b->frames[b->nr_frames] = any ? NULL : strdup(text + strlen(FUNCTION));
	if (!any && !b->frames[b->nr_frames])
		return out_of_memory();
	b->nr_frames++;
	return STATUS_CLEAN;
}

static enum status reader__line(struct suppress *s, struct reader *r, char *text)
{
	struct block *b = s->nr_blocks ? &s->blocks[s->nr_blocks - 1] : NULL;

	switch (r->state) {
	case OUTSIDE:
		return block__open(s, r, text);
	case WANTS_NAME:
		return block__name(b, r, text);
	case WANTS_CLASS:
		return block__class(b, r, text);
	case WANTS_FRAMES:
		if (strcmp(text, "}"))
			return block__frame(b, r, text);
		r->state = OUTSIDE;
		break;
	}
	return STATUS_CLEAN;
}

/* Without a comment and the blanks around it. */
static char *line__trim(char *line)
{
	char *end;

	line[strcspn(line, "#\n")] = '\0';
	line += strspn(line, " \t\r");
	end = line + strlen(line);
	while (end > line && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return line;
}

enum status suppress__load(struct suppress *s, const char *path)
{
	struct reader r = { .path = path };
	enum status status = STATUS_CLEAN;
	FILE *f = fopen(path, "r");
	char *line = NULL, *text;
	size_t size = 0;

	if (!f)
		return status__say(STATUS_USAGE, "can't read suppressions '%s': %s", path,
				   strerror(errno));
	errno = 0;
	while (!status && getline(&line, &size, f) > 0) {
		r.line++;
		text = line__trim(line);
		if (*text)
			status = reader__line(s, &r, text);
	}
	if (!status && ferror(f))
		status = status__say(STATUS_USAGE, "can't read suppressions '%s': %s", path,
				     strerror(errno));
	free(line);
	fclose(f);
	if (!status && r.state != OUTSIDE) {
		r.line = r.opened;
		status = reader__fail(&r, "the block that begins here has no '}'", NULL);
	}
	return status;
}

/*
 * A "..." takes as few functions as it can, and one more each time that what
 * follows does not fit: only the newest one needs to be taken up again, for
 * what an earlier one could take the newer one can take as well.
 */
static bool frames__match(const struct block *b, const char *const *functions, unsigned int nr)
{
	size_t p = 0, again = 0;
	unsigned int f = 0, from = 0;
	bool any = false;

	while (p < b->nr_frames) {
		if (!b->frames[p]) {
			any = true;
			again = ++p;
			from = f;
		} else if (f < nr && !fnmatch(b->frames[p], functions[f], 0)) {
			p++;
			f++;
		} else if (any && from < nr) {
			f = ++from;
			p = again;
		} else {
			return false;
		}
	}
	return true;
}

unsigned int suppress__match(const struct suppress *s, unsigned int class, unsigned int cause,
			     const char *const *functions, unsigned int nr)
{
	for (size_t i = 0; s && i < s->nr_blocks; i++) {
		const struct block *b = &s->blocks[i];

		if (b->class == class && (!b->cause || b->cause == cause) &&
		    frames__match(b, functions, nr))
			return i + 1;
	}
	return 0;
}

unsigned int suppress__count(const struct suppress *s)
{
	return s ? s->nr_blocks : 0;
}

const char *suppress__name(const struct suppress *s, unsigned int number)
{
	return s->blocks[number - 1].name;
}

const char *suppress__origin(const struct suppress *s, unsigned int number)
{
	return s->blocks[number - 1].origin;
}
