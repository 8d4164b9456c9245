// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmlinux does not change while it runs, so its table is read once; modules, BPF programs and
 * trampolines have a table of their own, which a refresh replaces. kallsyms comes sorted for
 * vmlinux and in any order for the rest: sorting only the rest is what keeps the start short.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/symbols/ksyms.h"
#include "kernel/symbols/module_loads.h"
#include "util/clock.h"

#define READ_SIZE  (256 * 1024)
#define ARENA_SIZE (256 * 1024)
/* KSYM_NAME_LEN (512 since 6.1, 128 before) and a module's name: a longer line is no symbol. */
#define LINE_MAX_LEN 1024
/* No function is as long as this; what seems to be is followed by a gap. */
#define SIZE_MAX_BYTES 0x10000u
#define REFRESH_NS     1000000000ull
/* Times that the modules are read while more of them come and go meanwhile. */
#define REREADS	    8
#define MODULE_TEXT 96 /* a module's name and a few words */
/* All of the kernel's addresses have it, on each 64-bit architecture. */
#define KERNEL_BIT (1ull << 63)

#define COLD ".cold"

/* Strings are only ever added: names handed out stay good. */
struct chunk {
	struct chunk *next;
	size_t used;
	char data[ARENA_SIZE];
};

/* Names outside vmlinux, once each: refreshes would pile them up otherwise. */
struct names {
	const char **slot;
	size_t nr, cap; /* cap: a power of two */
};

struct symbols {
	char *path;
	const char *modules_path; /* NULL: where modules are is known from events alone */
	struct symbol_table kernel, modules;
	struct chunk *chunk;
	struct names names;
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

/* What one pass over the file collects. */
struct load {
	struct symbols *symbols;
	struct symbol_table *kernel; /* NULL: leave vmlinux out */
	struct symbol_table *modules;
	size_t functions, hidden;
};

/* A line of the file. The strings are not terminated. */
struct line {
	uint64_t addr;
	const char *name, *module;
	size_t name_len, module_len;
	bool text;
};

static const char *arena__add(struct symbols *symbols, const char *string, size_t len)
{
	struct chunk *chunk = symbols->chunk;
	char *copy;

	if (!chunk || chunk->used + len + 1 > ARENA_SIZE) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->used = 0;
		chunk->next = symbols->chunk;
		symbols->chunk = chunk;
	}
	copy = chunk->data + chunk->used;
	memcpy(copy, string, len);
	copy[len] = '\0';
	chunk->used += len + 1;
	return copy;
}

/* FNV-1a */
static uint32_t hash(const char *string, size_t len)
{
	uint32_t value = 2166136261u;

	while (len--)
		value = (value ^ (unsigned char)*string++) * 16777619u;
	return value;
}

static int names__grow(struct names *names)
{
	size_t cap = names->cap ? names->cap * 2 : 1024;
	const char **slot = calloc(cap, sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	for (size_t i = 0; i < names->cap; i++) {
		const char *name = names->slot[i];
		size_t at;

		if (!name)
			continue;
		for (at = hash(name, strlen(name)); slot[at & (cap - 1)]; at++)
			;
		slot[at & (cap - 1)] = name;
	}
	free(names->slot);
	names->slot = slot;
	names->cap = cap;
	return 0;
}

static const char *names__add(struct symbols *symbols, const char *string, size_t len)
{
	struct names *names = &symbols->names;
	const char **slot;

	if (names->nr * 2 >= names->cap && names__grow(names))
		return NULL;
	for (size_t at = hash(string, len);; at++) {
		slot = &names->slot[at & (names->cap - 1)];
		if (!*slot)
			break;
		if (!strncmp(*slot, string, len) && !(*slot)[len])
			return *slot;
	}
	*slot = arena__add(symbols, string, len);
	if (*slot)
		names->nr++;
	return *slot;
}

/* Each digit's value plus one; 0: no digit. A table, for this is most of what a start costs. */
static const unsigned char hex_digit[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* "ffffffffc0201000 t name\t[module]"; false for what is not in this form. */
static bool line__parse(struct line *line, const char *at, const char *end)
{
	const char *start = at;
	unsigned int digit;

	if (end - at > LINE_MAX_LEN)
		return false;
	line->addr = 0;
	for (; at < end && (digit = hex_digit[(unsigned char)*at]); at++)
		line->addr = line->addr << 4 | (digit - 1);
	if (at == start || at - start > 16 || end - at < 4 || at[0] != ' ' || at[2] != ' ')
		return false;
	/* W and w are weak functions; V and v, weak objects. */
	line->text = at[1] == 't' || at[1] == 'T' || at[1] == 'w' || at[1] == 'W';
	line->name = at += 3;
	at = memchr(at, '\t', (size_t)(end - at));
	line->name_len = (size_t)((at ? at : end) - line->name);
	line->module = NULL;
	line->module_len = 0;
	if (at) {
		if (end - at < 4 || at[1] != '[' || end[-1] != ']')
			return false;
		/* names__add() compares strings, which a zero would end early. */
		if (memchr(line->name, '\0', (size_t)(end - line->name)))
			return false;
		line->module = at + 2;
		line->module_len = (size_t)(end - 1 - line->module);
	}
	return line->name_len > 0;
}

static int load__name(struct load *load, const struct line *line, struct symbol_entry *entry)
{
	if (!line->module) {
		entry->name = arena__add(load->symbols, line->name, line->name_len);
		return entry->name ? 0 : -ENOMEM;
	}
	entry->name = names__add(load->symbols, line->name, line->name_len);
	entry->module = names__add(load->symbols, line->module, line->module_len);
	return entry->name && entry->module ? 0 : -ENOMEM;
}

static int load__line(struct load *load, const char *at, const char *end)
{
	struct symbol_entry entry = { 0 };
	struct symbol_table *table;
	struct line line;
	int err;

	if (!line__parse(&line, at, end))
		return 0;
	if (line.text) {
		load->functions++;
		load->hidden += !line.addr;
	}
	table = line.module ? load->modules : load->kernel;
	if (!table || !line.addr)
		return 0;
	entry.addr = line.addr;
	entry.text = line.text;
	err = load__name(load, &line, &entry);
	if (err)
		return err;
	return symbol_table__add(table, &entry);
}

/* Takes the whole lines of a buffer; returns how many bytes they were. */
static ssize_t load__lines(struct load *load, const char *buf, size_t len)
{
	const char *at = buf, *newline;
	int err;

	while ((newline = memchr(at, '\n', len - (size_t)(at - buf)))) {
		err = load__line(load, at, newline);
		if (err)
			return err;
		at = newline + 1;
	}
	return at - buf;
}

static int load__stream(struct load *load, int fd, char *buf)
{
	size_t held = 0; /* bytes of an unfinished line at the start of buf */
	ssize_t got, taken;

	while ((got = read(fd, buf + held, READ_SIZE - held)) != 0) {
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		held += (size_t)got;
		taken = load__lines(load, buf, held);
		if (taken < 0)
			return (int)taken;
		held -= (size_t)taken;
		memmove(buf, buf + taken, held);
		/* Garbage: its end, when it comes, is not taken for a symbol either. */
		if (held > LINE_MAX_LEN) {
			memset(buf, '?', LINE_MAX_LEN);
			held = LINE_MAX_LEN;
		}
	}
	/* A last line without its newline may be cut in its name: left out. */
	return 0;
}

static int load__file(struct load *load)
{
	char *buf;
	int fd, err;

	fd = open(load->symbols->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	buf = malloc(READ_SIZE);
	err = buf ? load__stream(load, fd, buf) : -ENOMEM;
	free(buf);
	close(fd);
	if (err)
		return err;
	if (!load->functions)
		return -ENODATA;
	if (load->functions == load->hidden)
		return -EPERM;
	if (load->kernel)
		symbol_table__sort(load->kernel);
	symbol_table__sort(load->modules);
	return 0;
}

static const char *symbols__intern(void *symbols, const char *name, size_t length)
{
	return names__add(symbols, name, length);
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
	struct load load = { 0 };

	*err = -ENOMEM;
	if (!symbols)
		return NULL;
	symbols->path = strdup(kallsyms ? kallsyms : "/proc/kallsyms");
	if (symbols->path) {
		load.symbols = symbols;
		load.kernel = &symbols->kernel;
		load.modules = &symbols->modules;
		symbols->modules_path = kallsyms ? NULL : "/proc/modules";
		*err = symbols__read_loads(symbols, &symbols->loads);
		*err = *err ?: load__file(&load);
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
	while (symbols->chunk) {
		struct chunk *chunk = symbols->chunk;

		symbols->chunk = chunk->next;
		free(chunk);
	}
	free(symbols->names.slot);
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
	struct load load = { .symbols = symbols, .modules = modules };

	*modules = (struct symbol_table){};
	return load__file(&load);
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
	name = names__add(symbols, event->name, strnlen(event->name, sizeof(event->name)));
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
	out->name = names__add(symbols, out->name, cold - out->name);
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

		for (at = hash(name, strlen(name)); symbols->index[at & (cap - 1)]; at++)
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
	for (size_t at = hash(name, strlen(name));; at++) {
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
