// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trace/preflight.h"
#include "kernel/ksyms.h"

/* include/uapi/linux/capability.h; SYS_ADMIN stands for all but SYSLOG's addresses. */
static const struct {
	const char *name;
	unsigned int bit;
} needed[] = {
	{ "CAP_BPF", 39 },
	{ "CAP_PERFMON", 38 },
	{ "CAP_SYSLOG", 34 },
};

static unsigned long long capabilities__effective(void)
{
	unsigned long long mask = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &mask) == 1)
			break;
	if (f)
		fclose(f);
	return mask;
}

void preflight__missing_capabilities(char *names, size_t size)
{
	unsigned long long mask = capabilities__effective();

	names[0] = 0;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t used = strlen(names);

		if (!(mask >> needed[i].bit & 1))
			snprintf(names + used, size - used, "%s%s", used ? " " : "",
				 needed[i].name);
	}
}

enum status preflight__capabilities(void)
{
	char names[128];

	preflight__missing_capabilities(names, sizeof(names));
	if (!names[0])
		return STATUS_CLEAN;
	return status__say(STATUS_CANNOT, "may not trace: missing %s; run as root", names);
}

enum status preflight__symbols(struct symbols **symbols)
{
	int err;

	*symbols = symbols__open(NULL, &err);
	if (*symbols)
		return STATUS_CLEAN;
	return status__say(STATUS_CANNOT, "can't read /proc/kallsyms: %s%s", strerror(-err),
			   err == -EPERM ? "; allow it with sysctl kernel.kptr_restrict=1" : "");
}
