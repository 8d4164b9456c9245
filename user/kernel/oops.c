// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "kernel/oops.h"

#define TAINT_DIE 7 /* Documentation/admin-guide/tainted-kernels.rst */

/* A number that is a file's only content. -1: no such file. */
static long number__read(const char *path)
{
	FILE *f = fopen(path, "r");
	long value = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

unsigned long oops__count(void)
{
	long count = number__read("/sys/kernel/oops_count"), tainted;

	if (count >= 0)
		return count;
	tainted = number__read("/proc/sys/kernel/tainted");
	return tainted > 0 ? tainted >> TAINT_DIE & 1 : 0;
}
