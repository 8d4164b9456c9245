// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/class.h"
#include "hunt/outcome.h"

static const char *const names[HUNT_NR_OUTCOMES] = {
	[HUNT_KERNEL_OOPS] = "kernel oops", [HUNT_STRAY_ACCESS] = "stray access",
	[HUNT_UNDERFLOW] = "underflow",	    [HUNT_LEAK] = "leak",
	[HUNT_OTHER_FINDING] = "other",	    [HUNT_CMD_HUNG] = "CMD hung",
	[HUNT_NOT_REACHED] = "not reached", [HUNT_CMD_FAILED] = "CMD failed",
};

const char *hunt_outcome__name(unsigned int set)
{
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		if (set & HUNT_BIT(i))
			return names[i];
	return "clean";
}

const char *hunt_outcome__text(enum hunt_outcome outcome)
{
	return names[outcome];
}

int hunt_outcome__parse(const char *name)
{
	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

unsigned int hunt_outcome__of_class(unsigned int class)
{
	const char *name = class__row(class)->outcome;
	int outcome = name ? hunt_outcome__parse(name) : -1;

	return HUNT_BIT(outcome < 0 ? HUNT_OTHER_FINDING : outcome);
}

bool hunt_outcome__is_finding(unsigned int set)
{
	return set &
	       (HUNT_BIT(HUNT_KERNEL_OOPS) | HUNT_BIT(HUNT_STRAY_ACCESS) |
		HUNT_BIT(HUNT_UNDERFLOW) | HUNT_BIT(HUNT_LEAK) | HUNT_BIT(HUNT_OTHER_FINDING));
}
