// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmlinux does not change while it runs, so its table is read once; modules, BPF programs and
 * trampolines have a table of their own, which a refresh replaces. kallsyms comes sorted for
 * vmlinux and in any order for the rest: sorting only the rest is what keeps the start short.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/module_loads.h"
#include "kernel/symbols/table/kallsyms.h"
#include "util/clock.h"

/* No function is as long as this; what seems to be is followed by a gap. */
#define SIZE_MAX_BYTES 0x10000u
#define REFRESH_NS     1000000000ull
/* Times that the modules are read while more of them come and go meanwhile. */
#define REREADS	    8
#define MODULE_TEXT 96 /* a module's name and a few words */
/* All of the kernel's addresses have it, on each 64-bit architecture. */
#define KERNEL_BIT (1ull << 63)

#define COLD ".cold"

struct symbols {
	char *path;
	const char *modules_path; /* NULL: where modules are is known from events alone */
	struct symbol_table kernel, modules;
	struct strings strings;
	uint32_t *index; /* kernel entries by name, each plus one; built when first asked for */
	size_t index_cap;
	uint64_t refreshed; /* CLOCK_MONOTONIC, ns; 0: never */
	/* Modules that were there since symbols__open(), none where another file is read. */
	struct module_loads loads;
	struct symbol_table reread; /* what symbols__reread() has read */
	uint32_t ignored;	    /* events up to this one are in the tables already */
	bool follows;		    /* symbols__module_event() is told of each event */
	bool stale;		    /* a module has come whose functions are not in the table */
};

static const char *symbols__intern(void *symbols, const char *name, size_t length)
{
	return strings__intern(&((struct symbols *)symbols)->strings, name, length);
}

static int symbols__read_loads(struct symbols *symbols, struct module_loads *loads)
{
	return symbols->modules_path ?
		       module_loads__read(loads, symbols->modules_path, symbols__intern, symbols) :
		       0;
}

struct symbols *symbols__open(const char *kallsyms, int *err)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	*err = -ENOMEM;
	if (!symbols)
		return NULL;
	symbols->path = strdup(kallsyms ? kallsyms : "/proc/kallsyms");
	if (symbols->path) {
		symbols->modules_path = kallsyms ? NULL : "/proc/modules";
		*err = symbols__read_loads(symbols, &symbols->loads);
		if (!*err)
			*err = kallsyms__read(symbols->path, &symbols->strings, &symbols->kernel,
					      &symbols->modules);
	}
	if (*err) {
		symbols__close(symbols);
		return NULL;
	}
	return symbols;
}

void symbols__close(struct symbols *symbols)
{
	if (!symbols)
		return;
	strings__free(&symbols->strings);
	free(symbols->index);
	symbol_table__free(&symbols->kernel);
	symbol_table__free(&symbols->modules);
	symbol_table__free(&symbols->reread);
	module_loads__free(&symbols->loads);
	free(symbols->path);
	free(symbols);
}

/* What kallsyms lists as a module and is none: BPF programs and images, ftrace's and kprobes'. */
static bool module__is_pseudo(const char *module)
{
	return !strcmp(module, "bpf") || !strncmp(module, "__builtin__", strlen("__builtin__"));
}

/*
 * A table read now may already be without a module whose going nobody has told yet, or with
 * another one in its place. So only what is told of nowhere is taken from it.
 */
static int table__keep_modules(const struct symbol_table *before, struct symbol_table *now)
{
	size_t kept = 0;

	for (size_t i = 0; i < now->nr; i++)
		if (module__is_pseudo(now->entry[i].module))
			now->entry[kept++] = now->entry[i];
	now->nr = kept;
	for (size_t i = 0; i < before->nr; i++)
		if (!module__is_pseudo(before->entry[i].module) &&
		    symbol_table__add(now, &before->entry[i]))
			return -ENOMEM;
	now->sorted = false;
	symbol_table__sort(now);
	return 0;
}

static int symbols__read_modules(struct symbols *symbols, struct symbol_table *modules)
{
	*modules = (struct symbol_table){};
	return kallsyms__read(symbols->path, &symbols->strings, NULL, modules);
}

/* Where modules are now. */
static int symbols__reload(struct symbols *symbols)
{
	module_loads__free(&symbols->loads);
	return symbols__read_loads(symbols, &symbols->loads);
}

int symbols__refresh(struct symbols *symbols)
{
	struct symbol_table modules;
	int err = symbols__read_modules(symbols, &modules);

	if (!err && symbols->follows)
		err = table__keep_modules(&symbols->modules, &modules);
	else if (!err && symbols->modules_path)
		err = symbols__reload(symbols);
	if (err) {
		symbol_table__free(&modules);
		return err;
	}
	symbol_table__free(&symbols->modules);
	symbols->modules = modules;
	return 0;
}

/* --- modules that come and go ------------------------------------------------------------ */

/* What is in a module's memory that it gives back: its functions stay known. */
static void load__keep(void *arg, struct module_load *load, const struct module_range *range)
{
	struct symbols *symbols = arg;
	struct symbol_table *from = &symbols->modules;
	size_t left = 0;

	for (size_t i = 0; i < from->nr; i++) {
		const struct symbol_entry *entry = &from->entry[i];

		if (entry->module != load->name || entry->addr < range->start ||
		    entry->addr >= range->end)
			from->entry[left++] = *entry;
		else if (symbol_table__add(&load->kept, entry))
			break; /* without memory they have no names: no wrong ones */
	}
	from->nr = left;
	symbol_table__sort(&load->kept);
}

static void event__came(struct symbols *symbols, const struct pks_module_event *event,
			const char *name)
{
	struct module_load *load;

	/* Whoever is known to have been there has gone unseen. */
	module_loads__retire(&symbols->loads, NULL, event->start, event->end, event->number,
			     load__keep, symbols);
	if (event->init_start)
		module_loads__retire(&symbols->loads, NULL, event->init_start, event->init_end,
				     event->number, load__keep, symbols);
	symbols->stale = true;
	if (module_loads__add(&symbols->loads, name, event->start, event->end))
		return;
	load = &symbols->loads.load[symbols->loads.nr - 1];
	load->number = event->number;
	load->range[MODULE_INIT].start = event->init_start;
	load->range[MODULE_INIT].end = event->init_end;
}

void symbols__module_event(struct symbols *symbols, const struct pks_module_event *event)
{
	const char *name;

	if (event->number <= symbols->ignored)
		return;
	name = symbols__intern(symbols, event->name, strnlen(event->name, sizeof(event->name)));
	if (!name)
		return;
	if (event->gone)
		module_loads__retire(&symbols->loads, name, event->start, event->end, event->number,
				     load__keep, symbols);
	else
		event__came(symbols, event, name);
}

int symbols__follow(struct symbols *symbols, uint32_t (*events)(void *arg), void *arg)
{
	struct module_loads now = {};
	int err = symbols__read_loads(symbols, &now);
	bool same = !err && module_loads__same(&symbols->loads, &now);

	module_loads__free(&now);
	symbols->follows = true;
	for (int i = 0; !err && (!same || events(arg) != symbols->ignored) && i < REREADS; i++) {
		symbols->ignored = events(arg);
		symbol_table__free(&symbols->modules);
		err = symbols__reload(symbols);
		err = err ?: symbols__read_modules(symbols, &symbols->modules);
		same = true;
	}
	return err;
}

bool symbols__stale(const struct symbols *symbols)
{
	return symbols->stale;
}

int symbols__reread(struct symbols *symbols)
{
	symbol_table__free(&symbols->reread);
	return symbols__read_modules(symbols, &symbols->reread);
}

void symbols__adopt(struct symbols *symbols)
{
	symbol_table__free(&symbols->modules);
	symbols->modules = symbols->reread;
	symbols->reread = (struct symbol_table){};
	symbols->stale = false;
}

uint64_t symbols__mark(const struct symbols *symbols, uint64_t addr, uint32_t events)
{
	return module_loads__mark(&symbols->loads, addr, events);
}

uint64_t symbols__plain(const struct symbols *symbols, uint64_t addr)
{
	return PKS_IS_RETIRED(addr) ? module_loads__gone(&symbols->loads, addr).address : addr;
}

/* --- look-up ------------------------------------------------------------------------------- */

/* The entry as what stands at addr, which ends at `next` at the latest. */
static int symbol__set(struct symbol *out, const struct symbol_entry *found, uint64_t addr,
		       uint64_t next)
{
	if (!found || !found->text)
		return -ENOENT;
	out->size = next - found->addr;
	if (out->size > SIZE_MAX_BYTES)
		out->size = SIZE_MAX_BYTES;
	if (addr - found->addr >= out->size)
		return -ENOENT;
	out->name = found->name;
	out->module = found->module;
	out->start = found->addr;
	return 0;
}

/* In the memory of one module there are no functions but its own. */
static int symbols__find_in(const struct symbol_table *table, const struct module_place *place,
			    struct symbol *out)
{
	uint64_t next = place->range->end;
	const struct symbol_entry *found = symbol_table__find(table, place->address, &next);

	out->module = place->load->name;
	out->load = place->load->number;
	out->unloaded = place->range->gone;
	if (!found || found->module != place->load->name || found->addr < place->range->start)
		return -ENOENT;
	return symbol__set(out, found, place->address, next);
}

static int symbols__find_known(const struct symbols *symbols, uint64_t addr, struct symbol *out)
{
	struct module_place live = module_loads__live(&symbols->loads, addr);
	uint64_t next = UINT64_MAX;
	const struct symbol_entry *kernel, *module;

	if (live.load)
		return symbols__find_in(&symbols->modules, &live, out);
	kernel = symbol_table__find(&symbols->kernel, addr, &next);
	module = symbol_table__find(&symbols->modules, addr, &next);
	if (!kernel || (module && module->addr > kernel->addr)) {
		/* Behind the memory of the module that this one is of. */
		if (module && symbols->loads.nr && !module__is_pseudo(module->module))
			return -ENOENT;
		kernel = module;
	}
	return symbol__set(out, kernel, addr, next);
}

/* Of an address that is marked, or that nobody has now. */
static int symbols__find_gone(const struct symbols *symbols, uint64_t addr, struct symbol *out)
{
	struct module_place place = module_loads__gone(&symbols->loads, addr);

	out->unloaded = PKS_IS_RETIRED(addr);
	return place.load ? symbols__find_in(&place.load->kept, &place, out) : -ENOENT;
}

/* A miss inside vmlinux is data or a hole, which no refresh will fill. */
static bool symbols__may_refresh(struct symbols *symbols, uint64_t addr)
{
	const struct symbol_table *kernel = &symbols->kernel;
	uint64_t now;

	if (!(addr & KERNEL_BIT))
		return false;
	if (kernel->nr && addr >= kernel->entry[0].addr &&
	    addr <= kernel->entry[kernel->nr - 1].addr)
		return false;
	now = clock__ns();
	if (symbols->refreshed && now - symbols->refreshed < REFRESH_NS)
		return false;
	symbols->refreshed = now;
	return true;
}

/*
 * What the compiler has moved out of a function, as unlikely ("foo.cold", "foo.cold.3"), is
 * that function's. Only the name changes: by address it is a place of its own.
 */
static int symbol__name_whole(struct symbols *symbols, struct symbol *out)
{
	const char *cold = strstr(out->name, COLD);

	if (!cold || (cold[sizeof(COLD) - 1] && cold[sizeof(COLD) - 1] != '.'))
		return 0;
	out->name = symbols__intern(symbols, out->name, cold - out->name);
	out->cold = true;
	return out->name ? 0 : -ENOMEM;
}

/* As symbols__find(), and what is known of an address without a function: whose it is. */
static int symbols__look_up(struct symbols *symbols, uint64_t addr, unsigned int flags,
			    struct symbol *out)
{
	uint64_t inside = flags & SYMBOL_RETURN ? addr - 1 : addr;
	bool marked = PKS_IS_RETIRED(addr);
	int err;

	memset(out, 0, sizeof(*out));
	err = marked ? -ENOENT : symbols__find_known(symbols, inside, out);
	if (err && !marked && !out->module && symbols__may_refresh(symbols, inside) &&
	    !symbols__refresh(symbols))
		err = symbols__find_known(symbols, inside, out);
	if (err && !out->module)
		err = symbols__find_gone(symbols, inside, out);
	err = err ?: symbol__name_whole(symbols, out);
	if (!err)
		out->offset = symbols__plain(symbols, addr) - out->start;
	return err;
}

int symbols__find(struct symbols *symbols, uint64_t addr, unsigned int flags, struct symbol *out)
{
	int err = symbols__look_up(symbols, addr, flags, out);

	if (err)
		memset(out, 0, sizeof(*out));
	return err;
}

static int symbols__build_index(struct symbols *symbols)
{
	const struct symbol_table *kernel = &symbols->kernel;
	size_t cap = 1024;

	while (cap < kernel->nr * 2)
		cap *= 2;
	symbols->index = calloc(cap, sizeof(*symbols->index));
	if (!symbols->index)
		return -ENOMEM;
	symbols->index_cap = cap;
	/* In the order of addresses: the lowest of namesakes is met first. */
	for (size_t i = 0; i < kernel->nr; i++) {
		const char *name = kernel->entry[i].name;
		size_t at;

		for (at = strings__hash(name, strlen(name)); symbols->index[at & (cap - 1)]; at++)
			;
		symbols->index[at & (cap - 1)] = (uint32_t)i + 1;
	}
	return 0;
}

uint64_t symbols__address(struct symbols *symbols, const char *name)
{
	const struct symbol_table *modules = &symbols->modules;
	uint32_t slot;

	if (!symbols->index && symbols__build_index(symbols))
		return 0;
	for (size_t at = strings__hash(name, strlen(name));; at++) {
		slot = symbols->index[at & (symbols->index_cap - 1)];
		if (!slot)
			break;
		if (!strcmp(symbols->kernel.entry[slot - 1].name, name))
			return symbols->kernel.entry[slot - 1].addr;
	}
	/* Few, and seldom asked for. */
	for (size_t i = 0; i < modules->nr; i++) {
		if (!strcmp(modules->entry[i].name, name))
			return modules->entry[i].addr;
	}
	return 0;
}

static void entry__hand_out(const struct symbol_entry *entry, const char *name,
			    void (*fn)(void *arg, const struct symbol *symbol), void *arg)
{
	struct symbol symbol = { .name = entry->name,
				 .module = entry->module,
				 .start = entry->addr };

	if (entry->text && !strcmp(entry->name, name))
		fn(arg, &symbol);
}

void symbols__named(struct symbols *symbols, const char *name,
		    void (*fn)(void *arg, const struct symbol *symbol), void *arg)
{
	for (size_t i = 0; i < symbols->kernel.nr; i++)
		entry__hand_out(&symbols->kernel.entry[i], name, fn, arg);
	for (size_t i = 0; i < symbols->modules.nr; i++)
		entry__hand_out(&symbols->modules.entry[i], name, fn, arg);
}

/* " [module]", " [module, unloaded]", or nothing. */
static void module__format(const struct symbol *symbol, unsigned int flags, char *buf, size_t len)
{
	bool unloaded = symbol->unloaded && !(flags & SYMBOL_LASTING);

	buf[0] = '\0';
	if (symbol->module || unloaded)
		snprintf(buf, len, " [%s%s%s]", symbol->module ?: "",
			 symbol->module && unloaded ? ", " : "", unloaded ? "unloaded" : "");
}

int symbols__format(struct symbols *symbols, uint64_t addr, unsigned int flags, char *buf,
		    size_t len)
{
	char module[MODULE_TEXT];
	struct symbol symbol;
	int err = symbols__look_up(symbols, addr, flags, &symbol);

	module__format(&symbol, flags, module, sizeof(module));
	if (err)
		return snprintf(buf, len, "0x%" PRIx64 "%s", symbols__plain(symbols, addr), module);
	/* Of a part of a function offset and size would be taken for the function's. */
	if (symbol.cold)
		return snprintf(buf, len, "%s%s", symbol.name, module);
	return snprintf(buf, len, "%s+0x%" PRIx64 "/0x%" PRIx64 "%s", symbol.name, symbol.offset,
			symbol.size, module);
}
