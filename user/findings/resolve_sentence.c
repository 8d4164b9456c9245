// SPDX-License-Identifier: GPL-2.0-only
/* A finding in one sentence: its class's (class.c), with what is known put in. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "findings/resolve_frame.h"
#include "kernel/dialect/dialect.h"
#include "kernel/physaddr.h"
#include "util/number.h"

/* What stands in a sentence's braces. */
struct words {
	char window[WINDOW_TEXT];
	char expected[96];
	char boundary[PLACE_TEXT + 32];
	char other[16];
	const char *who;
	char whose[64];
	char address[32];
	char by[48];
	char held[48];
};

/* What a window is on where it is not a page. */
static void key__words(const struct resolver *r, __u64 key, char *text, size_t size)
{
	if (r->dialect->facts.key == PKS_KEY_PKEY)
		snprintf(text, size, "protection key %u", (unsigned int)key - 1);
	else if (key)
		snprintf(text, size, "argument 0x%" PRIx64, (uint64_t)key);
	else
		snprintf(text, size, "an object that no argument identifies");
}

/* ", page 3 of /mnt/data (inode 12 on pmem0/259:0)" */
static void file__words(const struct resolved_file *file, char *text, size_t size)
{
	snprintf(text, size, ", page %" PRIu64 " of %s (inode %" PRIu64 " on %s%s%s)",
		 (uint64_t)file->page,
		 file->path[0] ? file->path : "a file that no process has open",
		 (uint64_t)file->inode, file->device, file->device[0] ? "/" : "", file->number);
}

static void window__words(const struct resolver *r, const struct resolved_finding *f, char *text,
			  size_t size)
{
	size_t used;

	if (!f->by_page) {
		key__words(r, f->key, text, size);
	} else if (!f->page.known) {
		snprintf(text, size, "an unknown page");
	} else {
		used = snprintf(text, size, "%s%s", f->page.whole_pgmap ? "the pgmap at " : "page ",
				f->page.where);
		if (f->file.inode && !f->page.whole_pgmap)
			file__words(&f->file, text + used, size - used);
	}
}

/* The window that the revoke should have closed. */
static void expected__words(const struct resolver *r, const struct pks_finding *raw,
			    const struct resolved_finding *f, char *text, size_t size)
{
	char where[64];

	if (r->dialect->facts.key != PKS_KEY_PAGE) {
		key__words(r, raw->key2, text, size);
	} else if (f->expected) {
		pmem__describe(f->expected, where, sizeof(where));
		snprintf(text, size, "page %s", where);
	} else {
		snprintf(text, size, "another page");
	}
}

static void boundary__words(const struct pks_finding *raw, const struct resolved_finding *f,
			    char *text, size_t size)
{
	enum boundary_of of = boundary__row(raw->boundary)->of;

	snprintf(text, size, "%s%s%s%s", boundary__row(raw->boundary)->name,
		 f->boundary_of.text[0] ? " of " : "", f->boundary_of.text,
		 of == OF_SYSCALL ? "()" : "");
}

static void words__fill(const struct resolver *r, const struct pks_finding *raw,
			const struct resolved_finding *f, struct words *w)
{
	char held[32];

	w->by[0] = w->held[0] = 0;
	window__words(r, f, w->window, sizeof(w->window));
	expected__words(r, raw, f, w->expected, sizeof(w->expected));
	boundary__words(raw, f, w->boundary, sizeof(w->boundary));
	snprintf(w->other, sizeof(w->other), "%u", raw->other_tid);
	w->who = context__row(raw->context)->meaning;
	snprintf(w->whose, sizeof(w->whose), "another thread");
	if (raw->revoked.flags & PKS_ORIGIN_INTERRUPTED)
		snprintf(w->whose, sizeof(w->whose), "the thread that %s interrupted", w->who);
	snprintf(w->address, sizeof(w->address), "0x%" PRIx64, (uint64_t)raw->address);
	if (raw->address)
		snprintf(w->by, sizeof(w->by), " by address %s", w->address);
	if (raw->held)
		snprintf(w->held, sizeof(w->held), ", open for %s",
			 duration__text(raw->held, held, sizeof(held)));
}

/* The words of a name in braces; *length bytes of it. */
static const char *words__of(const struct words *w, const struct resolved_finding *f,
			     const char *name, size_t length)
{
	const struct {
		const char *name, *words;
	} all[] = {
		{ "window", w->window },
		{ "expected", w->expected },
		{ "boundary", w->boundary },
		{ "other", w->other },
		{ "who", w->who },
		{ "whose", w->whose },
		{ "access", f->access && f->access[0] == 'w' ? "Write" : "Read" },
		{ "address", w->address },
		{ "by", w->by },
		{ "held", w->held },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strlen(all[i].name) == length && !strncmp(all[i].name, name, length))
			return all[i].words;
	return "?";
}

void resolve__sentence(const struct resolver *r, const struct pks_finding *raw,
		       struct resolved_finding *out)
{
	const char *from = class__row(raw->class)->sentence;
	size_t used = 0, size = sizeof(out->what), length;
	struct words words;

	words__fill(r, raw, out, &words);
	while (*from && used < size) {
		length = strcspn(from, "{");
		used += snprintf(out->what + used, size - used, "%.*s", (int)length, from);
		from += length;
		if (!*from || used >= size)
			break;
		length = strcspn(++from, "}");
		used += snprintf(out->what + used, size - used, "%s",
				 words__of(&words, out, from, length));
		from += length + !!from[length];
	}
}
