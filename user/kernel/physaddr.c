// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/physaddr.h"

#define DEVICES "/sys/class/block/pmem*"

/* One number from a file below a block device's directory. */
static bool number__read(const char *dir, const char *name, unsigned long long *value)
{
	char path[512];
	bool good;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return false;
	good = fscanf(f, "%lli", (long long *)value) == 1;
	fclose(f);
	return good;
}

void pmem__describe(__u64 phys, char *text, size_t size)
{
	glob_t found;

	snprintf(text, size, "physical 0x%llx", (unsigned long long)phys);
	if (glob(DEVICES, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		unsigned long long start, sectors;

		/* device/resource is where the data begins, info blocks left out */
		if (!number__read(found.gl_pathv[i], "device/resource", &start) ||
		    !number__read(found.gl_pathv[i], "size", &sectors))
			continue;
		if (phys < start || phys >= start + sectors * 512)
			continue;
		snprintf(text, size, "%s+0x%llx", strrchr(found.gl_pathv[i], '/') + 1,
			 (unsigned long long)phys - start);
		break;
	}
	globfree(&found);
}
