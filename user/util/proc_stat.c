// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "util/proc_stat.h"

bool proc_stat__read(pid_t pid, pid_t tid, struct proc_stat *stat)
{
	char path[64], text[512];
	const char *after;
	size_t size;
	FILE *f;

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return false;
	size = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[size] = 0;
	/* The name in parentheses may hold anything, newlines too: what follows the last counts. */
	after = strrchr(text, ')');
	return after && sscanf(after, ") %c %d", &stat->state, &stat->parent) == 2;
}
