// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/symbols/function_name.h"
#include "kernel/symbols/ksyms.h"

/* Functions of the name that fit; one address may be listed more than once. */
struct candidates {
	struct function_name *function;
	const char *module; /* of the first that fits */
	unsigned int nr;
	bool choice;	/* they are not all of one module */
	char list[512]; /* in words */
	size_t used;
};

static bool name__copy(char *to, size_t size, const char *from, size_t length)
{
	if (!length || length >= size || isdigit((unsigned char)*from))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)from[i]) || strchr(":/[]", from[i]))
			return false;
	memcpy(to, from, length);
	to[length] = 0;
	return true;
}

bool function_name__parse(const char *text, size_t length, struct function_name *f)
{
	const char *colon = memchr(text, ':', length);
	size_t module = colon ? (size_t)(colon - text) : 0;

	*f = (struct function_name){};
	if (colon && !name__copy(f->module, sizeof(f->module), text, module))
		return false;
	if (colon)
		module++;
	return name__copy(f->name, sizeof(f->name), text + module, length - module);
}

static void candidate__add(void *arg, const struct symbol *symbol)
{
	const char *module = symbol->module ?: VMLINUX;
	struct candidates *c = arg;

	c->function->same++;
	if (c->function->module[0] && strcmp(c->function->module, module))
		return;
	if (!c->nr++) {
		c->module = module;
		c->function->address = symbol->start;
	}
	c->choice |= strcmp(c->module, module) != 0;
	if (c->used < sizeof(c->list))
		c->used += snprintf(c->list + c->used, sizeof(c->list) - c->used,
				    "%s0x%" PRIx64 " [%s]", c->used ? ", " : "", symbol->start,
				    module);
}

static void candidates__find(struct candidates *c, struct symbols *symbols)
{
	c->function->address = c->function->same = 0;
	symbols__named(symbols, c->function->name, candidate__add, c);
}

void function_name__count(struct function_name *f, struct symbols *symbols)
{
	struct candidates c = { .function = f };

	candidates__find(&c, symbols);
}

enum status function_name__find(struct function_name *f, struct symbols *symbols,
				const char *option)
{
	struct candidates c = { .function = f };

	candidates__find(&c, symbols);
	if (c.nr < 2)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "%s '%s': %u functions have this name: %s%s; %s", option,
			   f->name, c.nr, c.list, c.used < sizeof(c.list) ? "" : "...",
			   c.choice ? "give MODULE:FUNCTION" :
				      "nothing tells those of one module apart");
}
