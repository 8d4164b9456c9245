// SPDX-License-Identifier: GPL-2.0-only
/* One debuginfo for vmlinux and one for each module asked about, loaded when first needed. */
#include <dwarf.h>
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/symbols/debuginfo.h"
#include "kernel/symbols/srcline.h"

/* Of functions inlined into each other; compilers stop far below. */
#define MAX_DEPTH 64

struct object {
	struct object *next;
	struct debuginfo *info;
	uint32_t load; /* of a module: struct symbol's; each may be another build */
};

struct source {
	struct source_options options; /* root and release are never NULL here */
	struct utsname uname;
	struct object *objects;
	char *top;   /* the kernel's source directory as vmlinux has it; NULL: not known */
	void *files; /* a tree of the names handed out */
};

/* Without "//", "/./" and "/../". out is as long as path, or longer. */
static void path__normalise(const char *path, char *out)
{
	char *to = out, *floor;

	if (*path == '/')
		*to++ = '/';
	floor = to; /* what no ".." takes away */
	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");

		if (len == 2 && !memcmp(path, "..", 2) && to > floor) {
			while (to > floor && *--to != '/')
				;
		} else if (len != 1 || *path != '.') {
			if (to > out && to[-1] != '/')
				*to++ = '/';
			memcpy(to, path, len);
			to += len;
			if (len == 2 && !memcmp(path, "..", 2))
				floor = to;
		}
		path += len;
	}
	*to = '\0';
}

static int compare_strings(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* One copy of a name for all the lines that have it; NULL: out of memory. */
static const char *source__intern(struct source *source, const char *name)
{
	char *const *found = tfind(name, &source->files, compare_strings);
	char *copy;

	if (found)
		return *found;
	copy = strdup(name);
	if (copy && !tsearch(copy, &source->files, compare_strings)) {
		free(copy);
		return NULL;
	}
	return copy;
}

static const char *cu__comp_dir(Dwarf_Die *cu)
{
	Dwarf_Attribute attr;

	return dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attr));
}

/* A unit's file, which its name may give from the directory the compiler ran in. */
static void cu__path(Dwarf_Die *cu, const char *name, char out[PATH_MAX])
{
	const char *dir = *name == '/' ? NULL : cu__comp_dir(cu);
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s%s", dir ? dir : "", dir ? "/" : "", name);
	path__normalise(path, out);
}

/* What follows a directory in a path below it; NULL when it isn't below it. */
static const char *path__below(const char *path, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;

	return len && !strncmp(path, dir, len) && path[len] == '/' ? path + len + 1 : NULL;
}

/* As DWARF has it to as people know it; NULL: none, or out of memory. */
static const char *source__file(struct source *source, Dwarf_Die *cu, const char *name)
{
	const char *dir = cu__comp_dir(cu), *shorter;
	char path[PATH_MAX];

	if (!name)
		return NULL;
	cu__path(cu, name, path);
	shorter = path__below(path, source->top);
	/* Where the build ran: generated headers, and all of a kernel built in its own source. */
	if (!shorter)
		shorter = path__below(path, dir);
	return source__intern(source, shorter ? shorter : path);
}

/* What precedes a known part in the absolute path of the file a symbol is from; NULL: no such. */
static char *top__from(const struct debuginfo *vmlinux, const char *symbol, const char *part)
{
	uint64_t pc = debuginfo__symbol(vmlinux, symbol);
	Dwarf_Die *cu = pc ? debuginfo__cu(vmlinux, &pc) : NULL;
	const char *name = cu ? dwarf_diename(cu) : NULL;
	char path[PATH_MAX], *found = NULL;

	if (!name)
		return NULL;
	cu__path(cu, name, path);
	for (char *at = path; (at = strstr(at, part)); at++)
		found = at;
	return *path == '/' && found ? strndup(path, (size_t)(found - path)) : NULL;
}

/*
 * A kernel built in another directory than its source's names files by their full path. The places
 * of two are the same in every version: start_kernel() is in init/main.c, and the first code
 * somewhere in arch/. The second helps where the compiler shortened names, and the assembler not.
 */
static void source__find_top(struct source *source, const struct debuginfo *vmlinux)
{
	source->top = top__from(vmlinux, "start_kernel", "/init/main.c");
	if (!source->top)
		source->top = top__from(vmlinux, "_stext", "/arch/");
}

/* The newest of them. load: NULL for any. */
static struct debuginfo *source__known(const struct source *source, const char *module,
				       const uint32_t *load)
{
	for (struct object *object = source->objects; object; object = object->next) {
		const char *known = object->info->module;

		if (load && *load != object->load)
			continue;
		if (!module == !known && (!module || !strcmp(module, known)))
			return object->info;
	}
	return NULL;
}

/* NULL: out of memory. What is not ->loaded has nothing to tell but why. */
static struct debuginfo *source__debuginfo(struct source *source, const char *module, uint32_t load)
{
	struct debuginfo *info = source__known(source, module, &load);
	struct object *object;

	if (info)
		return info;
	/* It knows the top of the source, by which the files of modules are named too. */
	if (module && !source__debuginfo(source, NULL, 0))
		return NULL;
	object = malloc(sizeof(*object));
	info = object ? debuginfo__open(&source->options, module) : NULL;
	if (!info) {
		free(object);
		return NULL;
	}
	if (!module && info->loaded)
		source__find_top(source, info);
	object->info = info;
	object->load = load;
	object->next = source->objects;
	source->objects = object;
	return info;
}

struct source *source__open(const struct source_options *options)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	source->options = *options;
	if (!options->root)
		source->options.root = "";
	if (!options->release) {
		uname(&source->uname);
		source->options.release = source->uname.release;
	}
	return source;
}

void source__close(struct source *source)
{
	if (!source)
		return;
	while (source->objects) {
		struct object *object = source->objects;

		source->objects = object->next;
		debuginfo__close(object->info);
		free(object);
	}
	tdestroy(source->files, free);
	free(source->top);
	free(source);
}

const char *source__why(const struct source *source, const char *module)
{
	const struct debuginfo *info = source__known(source, module, NULL);

	if (!info || info->loaded)
		return NULL;
	return info->why ? info->why : "out of memory";
}

/*
 * The function around an address and those inlined there, outermost first. Only what holds the
 * address is entered: the rest of a unit, most of it types, is skipped over.
 */
static int cu__functions(const Dwarf_Die *cu, Dwarf_Addr pc, Dwarf_Die functions[MAX_DEPTH])
{
	Dwarf_Die parent = *cu, die;
	int depth = 0;

	while (depth < MAX_DEPTH && !dwarf_child(&parent, &die)) {
		int tag, end = 0;

		do {
			tag = dwarf_tag(&die);
			if ((tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
			     tag == DW_TAG_lexical_block) &&
			    dwarf_haspc(&die, pc) > 0)
				break;
			end = dwarf_siblingof(&die, &die);
		} while (!end);
		if (end)
			break;
		if (tag != DW_TAG_lexical_block)
			functions[depth++] = die;
		parent = die;
	}
	return depth;
}

static Dwarf_Word die__number(Dwarf_Die *die, unsigned int name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	return dwarf_formudata(dwarf_attr(die, name, &attr), &value) ? 0 : value;
}

/* Where the code at an address is from, and, in what is inlined, where it was called. */
static void line__of_code(struct source *source, Dwarf_Die *cu, uint64_t pc,
			  struct source_line *out)
{
	Dwarf_Line *line = dwarf_getsrc_die(cu, pc);
	int number;

	if (!line || dwarf_lineno(line, &number))
		return;
	out->file = source__file(source, cu, dwarf_linesrc(line, NULL, NULL));
	out->line = (unsigned int)number;
}

static void line__of_call(struct source *source, Dwarf_Die *cu, Dwarf_Die *inlined,
			  struct source_line *out)
{
	Dwarf_Word file = die__number(inlined, DW_AT_call_file);
	Dwarf_Files *files;

	if (dwarf_getsrcfiles(cu, &files, NULL))
		return;
	out->file = source__file(source, cu, dwarf_filesrc(files, file, NULL, NULL));
	out->line = (unsigned int)die__number(inlined, DW_AT_call_line);
}

int source__lines(struct source *source, uint64_t addr, unsigned int flags, struct source_line *out,
		  int max)
{
	Dwarf_Die functions[MAX_DEPTH], *cu;
	struct debuginfo *info;
	struct symbol symbol;
	int depth, filled = 0;
	uint64_t pc;

	if (max <= 0 || symbols__find(source->options.symbols, addr, flags, &symbol))
		return 0;
	/* Which build of a module it was that has gone, can't be found out any more. */
	info = symbol.unloaded ? source__known(source, symbol.module, &symbol.load) :
				 source__debuginfo(source, symbol.module, symbol.load);
	if (!info)
		return symbol.unloaded ? 0 : -ENOMEM;
	pc = symbols__plain(source->options.symbols, addr) - (flags & SYMBOL_RETURN ? 1 : 0) -
	     info->bias;
	cu = info->loaded ? debuginfo__cu(info, &pc) : NULL;
	if (!cu)
		return 0;
	memset(out, 0, (size_t)max * sizeof(*out));
	line__of_code(source, cu, pc, out);
	for (depth = cu__functions(cu, pc, functions); depth && filled < max; filled++) {
		Dwarf_Die *function = &functions[--depth];

		if (filled)
			line__of_call(source, cu, function + 1, &out[filled]);
		out[filled].function = dwarf_diename(function);
		out[filled].inlined = dwarf_tag(function) == DW_TAG_inlined_subroutine;
	}
	if (filled)
		return filled;
	/* Assembler code has lines, and often no functions. */
	out->function = symbol.name;
	return out->line ? 1 : 0;
}
