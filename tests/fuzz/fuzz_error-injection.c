// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "kernel/error_injection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct injectables list = {};
	FILE *f = fopen(fuzz__file(data, size), "r");

	if (!f)
		abort();
	injectables__parse(&list, f);
	fclose(f);
	for (size_t i = 0; i < list.nr; i++) {
		if (!injectables__find(&list, list.all[i].name))
			abort();
		injectable__usual_error(&list.all[i]);
		injectable__gfp_argument(list.all[i].name);
		injectable__is_syscall(list.all[i].name);
	}
	injectables__free(&list);
	return 0;
}
