// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel/dialect/preemption.h"

/* Of PREEMPT_DYNAMIC: all models, the one in force in brackets (sched_dynamic_show()). */
#define DYNAMIC_PATH "/sys/kernel/debug/sched/preempt"

static const char *const names[] = {
	[PREEMPTION_UNKNOWN] = "unknown",     [PREEMPTION_NONE] = "none",
	[PREEMPTION_VOLUNTARY] = "voluntary", [PREEMPTION_LAZY] = "lazy",
	[PREEMPTION_FULL] = "full",	      [PREEMPTION_RT] = "rt",
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

const char *preemption__name(enum preemption model)
{
	return names[model];
}

bool preemption__possible(enum preemption model)
{
	return model != PREEMPTION_NONE && model != PREEMPTION_VOLUNTARY;
}

enum preemption preemption__parse(const char *line)
{
	const char *open = strchr(line, '('), *close = open ? strchr(open, ')') : NULL;
	size_t length;

	if (!close)
		return PREEMPTION_UNKNOWN;
	length = close - open - 1;
	for (size_t i = PREEMPTION_UNKNOWN + 1; i < NR_NAMES; i++)
		if (strlen(names[i]) == length && !strncmp(names[i], open + 1, length))
			return i;
	return PREEMPTION_UNKNOWN;
}

/* The words that the kernel's build leaves there: init/Makefile, scripts/mkcompile_h before 6.2. */
enum preemption preemption__of_version(const char *version)
{
	if (strstr(version, "PREEMPT_RT"))
		return PREEMPTION_RT;
	if (strstr(version, "PREEMPT_DYNAMIC"))
		return PREEMPTION_UNKNOWN;
	if (strstr(version, "PREEMPT_LAZY"))
		return PREEMPTION_LAZY;
	return strstr(version, "PREEMPT") ? PREEMPTION_FULL : PREEMPTION_NONE;
}

static enum preemption preemption__dynamic(void)
{
	enum preemption model = PREEMPTION_UNKNOWN;
	FILE *f = fopen(DYNAMIC_PATH, "re");
	char line[128];

	if (f && fgets(line, sizeof(line), f))
		model = preemption__parse(line);
	if (f)
		fclose(f);
	return model;
}

enum preemption preemption__now(void)
{
	struct utsname uts;
	enum preemption model;

	if (uname(&uts))
		return PREEMPTION_UNKNOWN;
	model = preemption__of_version(uts.version);
	return model == PREEMPTION_UNKNOWN ? preemption__dynamic() : model;
}
