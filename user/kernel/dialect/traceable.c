// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dialect/dialect.h"

bool dialect__traceable(const char *function)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	bool found = false;
	size_t size = 0;
	char *line = NULL;
	FILE *f = fopen(paths[0], "r");

	f = f ? f : fopen(paths[1], "r");
	while (f && !found && getline(&line, &size, f) > 0)
		found = !strcmp(strtok(line, " \n\t") ?: "", function);
	free(line);
	if (f)
		fclose(f);
	return found;
}
