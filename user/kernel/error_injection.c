// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/inject.h"
#include "kernel/error_injection.h"
#include "util/array.h"

#define LIST_PATH "/sys/kernel/debug/error_injection/list"

static int injectables__add(struct injectables *list, const char *name, enum injectable_type type)
{
	if (array__grow(&list->all, &list->room, list->nr, sizeof(*list->all)))
		return -ENOMEM;
	list->all[list->nr] = (struct injectable){ .type = type };
	snprintf(list->all[list->nr++].name, INJECTABLE_NAME, "%s", name);
	return 0;
}

/* The names that ei_seq_show() of lib/error-inject.c (kernel/fail_function.c's list) prints. */
static bool type__of(const char *text, enum injectable_type *type)
{
	static const char *const names[] = {
		[INJECTABLE_NULL] = "NULL",
		[INJECTABLE_ERRNO] = "ERRNO",
		[INJECTABLE_ERRNO_NULL] = "ERRNO_NULL",
		[INJECTABLE_TRUE] = "TRUE",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(names[i], text)) {
			*type = i;
			return true;
		}
	}
	return false;
}

int injectables__parse(struct injectables *list, FILE *from)
{
	char line[512], name[128], text[64];
	enum injectable_type type;
	int err = 0;

	*list = (struct injectables){};
	while (!err && fgets(line, sizeof(line), from))
		/* A module's functions have its name in brackets behind theirs. */
		if ((sscanf(line, "%127s [%*[^]]] %63s", name, text) == 2 ||
		     sscanf(line, "%127s %63s", name, text) == 2) &&
		    type__of(text, &type) && strlen(name) < INJECTABLE_NAME)
			err = injectables__add(list, name, type);
	return err;
}

int injectables__read(struct injectables *list)
{
	FILE *f = fopen(LIST_PATH, "r");
	int err;

	*list = (struct injectables){};
	if (!f)
		return -errno;
	err = injectables__parse(list, f);
	fclose(f);
	return err;
}

const struct injectable *injectables__find(const struct injectables *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->all[i].name, name))
			return &list->all[i];
	return NULL;
}

void injectables__free(struct injectables *list)
{
	free(list->all);
	*list = (struct injectables){};
}

bool injectable__is_syscall(const char *name)
{
	/* arch/x86/include/asm/syscall_wrapper.h */
	return !strncmp(name, "__x64_", 6) || !strncmp(name, "__ia32_", 7) ||
	       !strncmp(name, "__x32_", 6) || !strncmp(name, "__do_sys_", 9);
}

/* Functions that need more than their type says. Signatures of 6.1. */
static const struct {
	const char *name;
	unsigned char gfp_arg;
	long error;
} known[] = {
	{ "should_failslab", 1, -ENOMEM },	   /* (struct kmem_cache *, gfp_t) */
	{ "should_fail_alloc_page", 0, 1 },	   /* (gfp_t, unsigned int order) */
	{ "should_fail_bio", PKS_GFP_NONE, -EIO }, /* (struct bio *) */
	{ "__filemap_add_folio", 3, -ENOMEM },	   /* (mapping, folio, index, gfp_t, shadow) */
};

#define NR_KNOWN (sizeof(known) / sizeof(known[0]))

unsigned char injectable__gfp_argument(const char *name)
{
	for (size_t i = 0; i < NR_KNOWN; i++)
		if (!strcmp(known[i].name, name))
			return known[i].gfp_arg;
	return PKS_GFP_NONE;
}

bool injectable__any_error(const struct injectable *function)
{
	for (size_t i = 0; i < NR_KNOWN; i++)
		if (!strcmp(known[i].name, function->name))
			return false;
	return function->type == INJECTABLE_ERRNO || function->type == INJECTABLE_ERRNO_NULL;
}

long injectable__usual_error(const struct injectable *function)
{
	for (size_t i = 0; i < NR_KNOWN; i++)
		if (!strcmp(known[i].name, function->name))
			return known[i].error;
	switch (function->type) {
	case INJECTABLE_TRUE:
		return 1;
	case INJECTABLE_NULL:
		return 0;
	case INJECTABLE_ERRNO:
	case INJECTABLE_ERRNO_NULL:
		break;
	}
	return -EIO;
}
