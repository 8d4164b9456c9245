// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "kernel/syscalls.h"
#include "report/session/identity.h"

/* Up to the suffixes of copies that a compiler makes: .isra.0, .constprop.0, .cold. */
static int function__length(const char *name)
{
	return strcspn(name, ".");
}

const char *identity__function(const char *place, char *text, size_t size)
{
	size_t length = strcspn(place, "+.");
	const char *module = strchr(place, '[');

	/* Not an offset: an address alone, or the sum of other sites. */
	if (!strncmp(place, "0x", 2))
		snprintf(text, size, "?");
	else if (place[length] != '+' && place[length] != '.')
		snprintf(text, size, "%s", place);
	else
		snprintf(text, size, "%.*s%s%s", (int)length, place, module ? " " : "",
			 module ?: "");
	return text;
}

static bool stack__in_module(const struct resolved_stack *stack)
{
	for (unsigned int i = 0; i < stack->nr; i++)
		if (stack->frame[i].module)
			return true;
	return false;
}

static void stack__print(FILE *out, const struct resolved_stack *stack)
{
	bool in_module = stack__in_module(stack);

	fprintf(out, " %s:", stack->key);
	for (unsigned int i = 0; i < stack->nr; i++) {
		const struct resolved_frame *frame = &stack->frame[i];
		const char *function = frame->function ?: "?";

		if (in_module && !frame->module)
			continue;
		if (!in_module && syscall__is_entry(function))
			break;
		fprintf(out, "%s%.*s", i ? "<" : "", function__length(function), function);
		if (frame->module)
			fprintf(out, "[%s]", frame->module);
	}
}

static void head__print(FILE *out, const char *class, const char *cause, const char *in,
			const char *through)
{
	char function[PLACE_TEXT + AGGREGATE_TEXT];

	fprintf(out, "%s/%s in %s", class, cause ?: "",
		identity__function(in, function, sizeof(function)));
	if (through)
		fprintf(out, " through %s", through);
}

char *identity__finding(const struct resolved_finding *f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	head__print(out, f->class, f->cause, f->in.text, f->through);
	for (unsigned int i = 0; i < f->nr_stacks; i++)
		stack__print(out, &f->stack[i]);
	return fclose(out) ? NULL : text;
}

char *identity__repeat(const struct resolved_repeat *repeat)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	head__print(out, repeat->class, repeat->cause, repeat->in, repeat->through);
	return fclose(out) ? NULL : text;
}

/* FNV-1a, 64 bits. */
__u64 identity__hash(const char *identity)
{
	__u64 hash = 0xcbf29ce484222325;

	for (; *identity; identity++)
		hash = (hash ^ (unsigned char)*identity) * 0x100000001b3;
	return hash;
}
