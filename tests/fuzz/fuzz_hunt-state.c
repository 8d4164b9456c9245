// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "hunt/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const command[] = { "true", NULL };
	struct hunt_state_file file = { .path = fuzz__file(data, size),
					.command = command,
					.boot = "8f6d7a1c-0000-0000-0000-000000000000" };
	struct hunt_plan plan = {};

	fuzz__quiet();
	hunt_state__load(&file, &plan);
	hunt_plan__free(&plan);
	return 0;
}
