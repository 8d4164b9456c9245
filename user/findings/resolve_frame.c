// SPDX-License-Identifier: GPL-2.0-only
#include "findings/resolve_frame.h"
#include "kernel/dialect/dialect.h"
#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/srcline.h"

void place__resolve(const struct resolver *r, __u64 address, unsigned int flags,
		    struct resolved_place *out)
{
	out->text[0] = 0;
	if (address)
		symbols__format(r->symbols, address, flags, out->text, sizeof(out->text));
}

void resolve__place(const struct resolver *r, __u64 address, struct resolved_place *out)
{
	place__resolve(r, address, SYMBOL_RETURN, out);
}

static struct resolved_line line__of(const struct source_line *line)
{
	return (struct resolved_line){ .function = line->function,
				       .file = line->file,
				       .line = line->line };
}

/*
 * How many of the functions inlined at the top of a stack belong to the window
 * API: like its real functions they are none that the reader has written.
 */
static unsigned int inlined__own(const struct resolved_line *inlined, unsigned int nr)
{
	unsigned int own = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (dialect__is_own(inlined[i].function))
			own = i + 1;
	return own;
}

static void frame__lines(const struct resolver *r, __u64 address, unsigned int flags,
			 struct resolved_frame *out)
{
	struct source_line lines[INLINED_MAX];
	int n = r->source ? source__lines(r->source, address, flags, lines, INLINED_MAX) : 0;

	for (int i = 0; i < n; i++) {
		if (lines[i].inlined)
			out->inlined[out->nr_inlined++] = line__of(&lines[i]);
		else
			out->own = line__of(&lines[i]);
	}
}

void frame__resolve(const struct resolver *r, __u64 address, unsigned int flags, bool top,
		    struct resolved_frame *out)
{
	struct symbol symbol;

	*out = (struct resolved_frame){ .address = symbols__plain(r->symbols, address) };
	place__resolve(r, address, flags, &out->place);
	if (!symbols__find(r->symbols, address, flags, &symbol)) {
		out->function = symbol.name;
		out->module = symbol.module;
		out->offset = symbol.offset;
		out->size = symbol.size;
	}
	frame__lines(r, address, flags, out);
	if (top)
		out->hidden = inlined__own(out->inlined, out->nr_inlined);
}
