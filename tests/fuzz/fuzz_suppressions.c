// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "findings/class.h"
#include "findings/suppress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct suppress_frame frames[] = { { .function = "drv_map", .module = "drv" },
						 { .function = "inner", .inlined = true },
						 { .function = "vfs_write.isra.0" },
						 { .function = NULL },
						 { .function = "ksys_write" } };
	struct suppress *s = suppress__new();

	fuzz__quiet();
	if (!s || suppress__load(s, fuzz__file(data, size)))
		goto out;
	for (unsigned int class = 0; class < PKS_NR_CLASSES; class ++) {
		unsigned int number = suppress__match(s, class, 0, frames, 5);

		if (number > suppress__count(s) || (number && !suppress__name(s, number)))
			abort();
	}
out:
	suppress__free(s);
	return 0;
}
