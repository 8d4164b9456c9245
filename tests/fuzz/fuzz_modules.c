// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "kernel/symbols/module_loads.h"

static const char *intern(void *arg, const char *name, size_t length)
{
	(void)arg;
	(void)length;
	return *name ? "a" : "b";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_loads loads = {};

	module_loads__read(&loads, fuzz__file(data, size), intern, NULL);
	for (size_t i = 0; i < loads.nr; i++) {
		module_loads__live(&loads, loads.load[i].range[0].start);
		module_loads__gone(&loads, loads.load[i].range[0].end);
		module_loads__mark(&loads, loads.load[i].range[0].end, i);
	}
	module_loads__free(&loads);
	return 0;
}
