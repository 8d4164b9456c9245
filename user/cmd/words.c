// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/words.h"
#include "util/array.h"

/* An option of the command, from whichever of its parsers. */
struct word {
	struct option option; /* for getopt_long(); val is the index of this, from FIRST_VALUE */
	int key;
	bool repeated;
	const char *given; /* the word that gave it; NULL: none so far */
};

#define FIRST_VALUE 0x10000 /* above all characters */

struct words {
	const char *command;
	struct word *all;
	size_t nr, room;
	struct option *list;	   /* for getopt_long() */
	char letters[2 * 128 + 3]; /* and its short ones */
};

static enum status words__add(struct words *w, const struct argp_option *o)
{
	if (o->flags & OPTION_DOC || (!o->name && !isgraph(o->key)))
		return STATUS_CLEAN;
	if (array__grow(&w->all, &w->room, w->nr, sizeof(*w->all)))
		return status__say(STATUS_CANNOT, "out of memory");
	w->all[w->nr] = (struct word){
		.option = { o->name, o->arg ? required_argument : no_argument, NULL,
			    FIRST_VALUE + w->nr },
		.key = o->key,
		.repeated = o->flags & OPTION_REPEATED,
	};
	w->nr++;
	if (isascii(o->key) && isgraph(o->key)) {
		size_t used = strlen(w->letters);

		w->letters[used++] = o->key;
		w->letters[used] = o->arg ? ':' : 0;
	}
	return STATUS_CLEAN;
}

static enum status words__collect(struct words *w, const struct argp *argp)
{
	enum status status = STATUS_CLEAN;

	for (const struct argp_option *o = argp->options;
	     !status && o && (o->name || o->key || o->doc); o++)
		status = words__add(w, o);
	for (const struct argp_child *c = argp->children; !status && c && c->argp; c++)
		status = words__collect(w, c->argp);
	return status;
}

/* The options in getopt's own form; it wants none without a long name. */
static enum status words__list(struct words *w)
{
	size_t nr = 0;

	w->list = calloc(w->nr + 1, sizeof(*w->list));
	if (!w->list)
		return status__say(STATUS_CANNOT, "out of memory");
	for (size_t i = 0; i < w->nr; i++)
		if (w->all[i].option.name)
			w->list[nr++] = w->all[i].option;
	return STATUS_CLEAN;
}

static struct word *words__by_letter(struct words *w, int letter)
{
	for (size_t i = 0; i < w->nr; i++)
		if (w->all[i].key == letter)
			return &w->all[i];
	return NULL;
}

/* The long options that a word begins the name of. */
static unsigned int words__fitting(const struct words *w, const char *word, const char **first,
				   const char **second)
{
	size_t length = strcspn(word + 2, "=");
	unsigned int nr = 0;

	for (const struct option *o = w->list; o->name; o++) {
		if (strncmp(o->name, word + 2, length))
			continue;
		if (nr < 2)
			*(nr ? second : first) = o->name;
		nr++;
	}
	return nr;
}

/* getopt_long() has refused a word. `letter` is a short option, or a long one's value. */
static enum status word__refused(const struct words *w, const char *word, int letter)
{
	const char *first = "", *second = "";

	if (letter >= FIRST_VALUE)
		return status__say(STATUS_USAGE, "%s: '%s': --%s takes no value", w->command, word,
				   w->all[letter - FIRST_VALUE].option.name);
	if (!letter && words__fitting(w, word, &first, &second) > 1)
		return status__say(STATUS_USAGE, "%s: '%s' may mean --%s or --%s", w->command, word,
				   first, second);
	if (letter)
		return status__say(STATUS_USAGE,
				   "%s: no such option: '-%c'; `pkstrace %s --help` lists them",
				   w->command, letter, w->command);
	return status__say(STATUS_USAGE,
			   "%s: no such option: '%s'; `pkstrace %s --help` lists them", w->command,
			   word, w->command);
}

static enum status word__lacks(const struct words *w, const char *word)
{
	return status__say(STATUS_USAGE, "%s: %s needs a value", w->command, word);
}

static enum status word__given(const struct words *w, struct word *word, const char *text)
{
	if (word->given && !word->repeated)
		return status__say(STATUS_USAGE, "%s: '%s' and '%s': give it once", w->command,
				   word->given, text);
	word->given = text;
	return STATUS_CLEAN;
}

static enum status words__scan(struct words *w, int argc, char **argv)
{
	enum status status = STATUS_CLEAN;
	int value, at;

	opterr = 0;
	for (optind = 0, at = 1; !status; at = optind) {
		value = getopt_long(argc, argv, w->letters, w->list, NULL);
		if (value < 0)
			break;
		/* What is no option is '?', and so is the option -?, a word of two letters. */
		if (value == '?' && (optopt || argv[at][1] == '-'))
			status = word__refused(w, argv[at < argc ? at : argc - 1], optopt);
		else if (value == ':')
			status = word__lacks(w, argv[at]);
		else if (value >= FIRST_VALUE)
			status = word__given(w, &w->all[value - FIRST_VALUE], argv[at]);
		else
			status = word__given(w, words__by_letter(w, value), argv[at]);
	}
	if (!status && optind == argc && argc > 1 && !strcmp(argv[argc - 1], "--") && value < 0 &&
	    optind > at)
		status = status__say(STATUS_USAGE,
				     "%s: nothing follows --: give a command, or leave -- out",
				     w->command);
	return status;
}

enum status words__check(const struct argp *argp, int argc, char **argv)
{
	struct words w = { .command = argv[0], .letters = "+:" };
	enum status status = words__collect(&w, argp);

	status = status ?: words__list(&w);
	status = status ?: words__scan(&w, argc, argv);
	free(w.list);
	free(w.all);
	return status;
}
