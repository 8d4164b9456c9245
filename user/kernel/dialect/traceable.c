// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dialect/dialect.h"

bool dialect__traceable(const char *const functions[], unsigned int nr, bool found[])
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	FILE *f = fopen(paths[0], "r");
	size_t size = 0;
	char *line = NULL;

	memset(found, 0, nr * sizeof(*found));
	f = f ? f : fopen(paths[1], "r");
	while (f && getline(&line, &size, f) > 0) {
		line[strcspn(line, " \n\t")] = '\0';
		for (unsigned int i = 0; i < nr; i++)
			if (functions[i] && !strcmp(line, functions[i]))
				found[i] = true;
	}
	free(line);
	if (!f)
		return false;
	fclose(f);
	return true;
}
