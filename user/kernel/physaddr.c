// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/physaddr.h"
#include "util/file.h"

#define DEVICES "/sys/class/block/pmem*"

/* One number from a file below a block device's directory. */
static bool device__number(const char *dir, const char *name, uint64_t *value)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return file__number(path, value);
}

void pmem__describe(__u64 phys, char *text, size_t size)
{
	glob_t found;

	snprintf(text, size, "physical 0x%llx", (unsigned long long)phys);
	if (glob(DEVICES, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		uint64_t start, sectors;

		/* device/resource is where the data begins, info blocks left out */
		if (!device__number(found.gl_pathv[i], "device/resource", &start) ||
		    !device__number(found.gl_pathv[i], "size", &sectors))
			continue;
		if (phys < start || phys >= start + sectors * 512)
			continue;
		snprintf(text, size, "%s+0x%llx", strrchr(found.gl_pathv[i], '/') + 1,
			 (unsigned long long)phys - start);
		break;
	}
	globfree(&found);
}
