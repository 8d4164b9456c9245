// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "trace/preflight.h"
#include "kernel/symbols/ksyms.h"

/*
 * All that any command needs, by include/uapi/linux/capability.h. CAP_BPF and
 * CAP_PERFMON, both in CAP_SYS_ADMIN, are not enough: where vmlinux has no such
 * type or variable libbpf looks through the modules' type information by number,
 * and BPF_BTF_GET_NEXT_ID asks for CAP_SYS_ADMIN (kernel/bpf/syscall.c).
 */
static const struct {
	const char *name;
	unsigned int bit;
} needed[] = {
	{ "CAP_SYS_ADMIN", 21 }, { "CAP_SYSLOG", 34 }, /* for addresses in /proc/kallsyms */
};

#define NR_NEEDED (sizeof(needed) / sizeof(needed[0]))

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

/* mask: those to leave out. */
static void capabilities__text(unsigned long long mask, char *names, size_t size)
{
	size_t used = 0;

	names[0] = 0;
	for (size_t i = 0; i < NR_NEEDED && used < size; i++)
		if (!(mask >> needed[i].bit & 1))
			used += snprintf(names + used, size - used, "%s%s", used ? " " : "",
					 needed[i].name);
}

void preflight__needed_capabilities(char *names, size_t size)
{
	capabilities__text(0, names, size);
}

void preflight__missing_capabilities(char *names, size_t size)
{
	capabilities__text(capabilities__effective(), names, size);
}

enum status preflight__capabilities(void)
{
	char all[128], names[128];

	preflight__missing_capabilities(names, sizeof(names));
	if (!names[0])
		return STATUS_CLEAN;
	preflight__needed_capabilities(all, sizeof(all));
	return status__say(STATUS_CANNOT,
			   "not permitted to trace: missing %s; run as root, or with %s", names,
			   all);
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
