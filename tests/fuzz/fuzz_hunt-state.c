// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "hunt/state.h"

/* What was read is written, and read again: it must be the same. */
static void again(const struct hunt_state_file *file, const struct hunt_plan *plan)
{
	struct hunt_state_file copy = *file;
	struct hunt_plan read = {};
	char path[160];

	snprintf(path, sizeof(path), "%s/saved-again", getenv("TMPDIR") ?: "/tmp");
	copy.path = path;
	if (hunt_state__save(&copy, plan) || hunt_state__load(&copy, &read) ||
	    read.nr_items != plan->nr_items || read.nr_sites != plan->nr_sites)
		abort();
	hunt_plan__free(&read);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *const command[] = { "true", NULL };
	struct hunt_state_file file = { .path = fuzz__file(data, size),
					.command = command,
					.boot = "8f6d7a1c-0000-0000-0000-000000000000" };
	struct hunt_plan plan = {};

	fuzz__quiet();
	if (!hunt_state__load(&file, &plan))
		again(&file, &plan);
	hunt_plan__free(&plan);
	return 0;
}
