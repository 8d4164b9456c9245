// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/oops.h"
#include "util/file.h"

#define TAINT_DIE 7 /* Documentation/admin-guide/tainted-kernels.rst */

unsigned long oops__count(void)
{
	uint64_t value;

	if (file__number("/sys/kernel/oops_count", &value))
		return value;
	return file__number("/proc/sys/kernel/tainted", &value) ? value >> TAINT_DIE & 1 : 0;
}
