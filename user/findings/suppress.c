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

/* One line of a block. */
struct pattern {
	char *text;	      /* as it was given; owned */
	const char *module;   /* NULL: any */
	const char *function; /* NULL: any number of functions */
};

struct block {
	char *name;
	char *origin;
	unsigned int class;
	unsigned int cause; /* PKS_CAUSE_NONE: any */
	struct pattern *frames;
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
		free(b->frames[i].text);
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

/* "PATTERN" or "MODULE:PATTERN"; NULL: any number of functions. False: out of memory. */
static bool pattern__set(struct pattern *p, const char *text)
{
	char *colon;

	*p = (struct pattern){};
	if (!text)
		return true;
	p->text = strdup(text);
	if (!p->text)
		return false;
	p->function = p->text;
	colon = strchr(p->text, ':');
	if (colon) {
		*colon = '\0';
		p->module = p->text;
		p->function = colon + 1;
	}
	return true;
}

static enum status block__frame(struct block *b, struct reader *r, const char *text)
{
	bool any = !strcmp(text, ANY);

	if (!any && (strncmp(text, FUNCTION, strlen(FUNCTION)) || text[strlen(text) - 1] == ':'))
		return reader__fail(r, "fun:PATTERN, '...' or '}' must be here, not", text);
	if (array__grow(&b->frames, &b->frames_room, b->nr_frames, sizeof(*b->frames)))
		return out_of_memory();
	if (!pattern__set(&b->frames[b->nr_frames], any ? NULL : text + strlen(FUNCTION)))
		return out_of_memory();
	b->nr_frames++;
	return STATUS_CLEAN;
}

/* By mistake it would make every run clean. */
static void block__warn(const struct block *b)
{
	for (size_t i = 0; i < b->nr_frames; i++)
		if (b->frames[i].function)
			return;
	status__note("%s: '%s' names no function: it hides every %s%s%s", b->origin, b->name,
		     class__row(b->class)->name, b->cause ? "/" : "",
		     b->cause ? cause__row(b->cause)->name : "");
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
		block__warn(b);
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

/* What compilers append to the name of a function that they have changed, split or copied. */
static size_t name__base(const char *name)
{
	static const char *const appended[] = { ".isra.", ".constprop.", ".part.", ".cold" };
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(appended) / sizeof(appended[0]); i++) {
		const char *at = strstr(name, appended[i]);

		if (at && at > name && (size_t)(at - name) < length)
			length = at - name;
	}
	return length;
}

static bool pattern__match(const struct pattern *p, const struct suppress_frame *frame)
{
	const char *name = frame->function;
	char base[256];
	size_t length;

	if (!name)
		return false;
	if (p->module && fnmatch(p->module, frame->module ?: "vmlinux", 0))
		return false;
	if (!fnmatch(p->function, name, 0))
		return true;
	length = name__base(name);
	if (!name[length] || length >= sizeof(base))
		return false;
	memcpy(base, name, length);
	base[length] = '\0';
	return !fnmatch(p->function, base, 0);
}

/* The first frame from `at` on that is looked at; nr: none. */
static unsigned int frames__next(const struct suppress_frame *frames, unsigned int nr,
				 unsigned int at, bool inlined)
{
	while (at < nr && !inlined && frames[at].inlined)
		at++;
	return at;
}

/*
 * A "..." takes as few functions as it can, and one more each time that what
 * follows does not fit: only the newest one needs to be taken up again, for
 * what an earlier one could take the newer one can take as well.
 */
static bool frames__match(const struct block *b, const struct suppress_frame *frames,
			  unsigned int nr, bool inlined)
{
	unsigned int f = frames__next(frames, nr, 0, inlined), from = f;
	size_t p = 0, again = 0;
	bool any = false;

	while (p < b->nr_frames) {
		if (!b->frames[p].function) {
			any = true;
			again = ++p;
			from = f;
		} else if (f < nr && pattern__match(&b->frames[p], &frames[f])) {
			p++;
			f = frames__next(frames, nr, f + 1, inlined);
		} else if (any && from < nr) {
			f = from = frames__next(frames, nr, from + 1, inlined);
			p = again;
		} else {
			return false;
		}
	}
	return true;
}

unsigned int suppress__match(const struct suppress *s, unsigned int class, unsigned int cause,
			     const struct suppress_frame *frames, unsigned int nr)
{
	for (size_t i = 0; s && i < s->nr_blocks; i++) {
		const struct block *b = &s->blocks[i];

		/* Whether a function was inlined may differ from build to build. */
		if (b->class == class && (!b->cause || b->cause == cause) &&
		    (frames__match(b, frames, nr, false) || frames__match(b, frames, nr, true)))
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
