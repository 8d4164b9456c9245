// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "kernel/symbols/function_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz__text(data, size);
	struct function_name name;

	if (function_name__parse(text, strlen(text), &name) && !name.name[0])
		abort();
	free(text);
	return 0;
}
