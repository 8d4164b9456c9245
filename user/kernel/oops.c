// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/oops.h"
#include "util/file.h"

#define TAINT_DIE 7    /* Documentation/admin-guide/tainted-kernels.rst */
#define RECORD	  8192 /* a record and its dictionary, PRINTKRB_RECORD_MAX at most */
#define LINES	  100  /* of all oopses of a run: what follows the first tells little */

unsigned long oops__count(void)
{
	uint64_t value;

	if (file__number("/sys/kernel/oops_count", &value))
		return value;
	return file__number("/proc/sys/kernel/tainted", &value) ? value >> TAINT_DIE & 1 : 0;
}

int oops__follow_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* How the report of an oops begins (arch/x86/mm/fault.c, arch/x86/kernel/{dumpstack,traps}.c). */
static bool line__begins(const char *line)
{
	static const char *const begins[] = {
		"BUG: ",	   "kernel BUG at ",  "Oops: ",		"general protection fault",
		"invalid opcode:", "stack segment: ", "double fault: ", "divide error: ",
		"int3: ",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (!strncmp(line, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* Of the record "PRIORITY,SEQUENCE,TIME,FLAGS;TEXT\n KEY=VALUE..." the text. */
static char *record__text(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return NULL;
	text++;
	text[strcspn(text, "\n")] = 0;
	return text;
}

char *oops__text(int log)
{
	char record[RECORD + 1], *text = NULL;
	size_t size, lines = 0;
	FILE *out = open_memstream(&text, &size);
	bool inside = false;
	ssize_t length;

	if (!out)
		return NULL;
	/* EPIPE: records were overwritten before they were read. */
	while (lines < LINES &&
	       ((length = read(log, record, RECORD)) > 0 || (length < 0 && errno == EPIPE))) {
		const char *line;

		record[length < 0 ? 0 : length] = 0;
		line = record__text(record);
		if (!line)
			continue;
		inside |= line__begins(line);
		if (inside && fprintf(out, "%s\n", line) > 0)
			lines++;
		inside &= !strstr(line, "---[ end trace ");
	}
	if (fclose(out) || !lines) {
		free(text);
		return NULL;
	}
	return text;
}
