// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/symbols/table/kallsyms.h"

#define READ_SIZE (256UL * 1024)
/* KSYM_NAME_LEN (512 since 6.1, 128 before) and a module's name: a longer line is no symbol. */
#define LINE_MAX_LEN 1024

/* What one pass over the file collects. */
struct load {
	struct strings *strings;
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
		/* strings__intern() compares strings, which a zero would end early. */
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
		entry->name = strings__add(load->strings, line->name, line->name_len);
		return entry->name ? 0 : -ENOMEM;
	}
	entry->name = strings__intern(load->strings, line->name, line->name_len);
	entry->module = strings__intern(load->strings, line->module, line->module_len);
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

int kallsyms__read(const char *path, struct strings *strings, struct symbol_table *kernel,
		   struct symbol_table *modules)
{
	struct load load = { .strings = strings, .kernel = kernel, .modules = modules };
	char *buf;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	buf = malloc(READ_SIZE);
	err = buf ? load__stream(&load, fd, buf) : -ENOMEM;
	free(buf);
	close(fd);
	if (err)
		return err;
	if (!load.functions)
		return -ENODATA;
	if (load.functions == load.hidden)
		return -EPERM;
	if (kernel)
		symbol_table__sort(kernel);
	symbol_table__sort(modules);
	return 0;
}
