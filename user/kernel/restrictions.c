// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/restrictions.h"
#include "util/file.h"

/*
 * What stands in a file, and what that forbids: security/lockdown/lockdown.c (5.4 and later),
 * Documentation/admin-guide/sysctl. Whoever has CAP_PERFMON is not asked about
 * perf_event_paranoid.
 */
static const struct {
	const char *path, *text, *what;
} restrictions[] = {
	{ "/sys/kernel/security/lockdown", "[confidentiality]",
	  "lockdown is at confidentiality: no program may read the kernel's memory, so nothing can "
	  "be traced; boot without lockdown=confidentiality (integrity allows tracing)" },
	{ "/sys/kernel/security/lockdown", "[integrity]",
	  "lockdown is at integrity: debugfs is closed, so nothing can be injected, and the switch "
	  "of KMAP_TRACE is out of reach; boot without lockdown= for these" },
	{ "/proc/sys/net/core/bpf_jit_enable", "0\n",
	  "BPF programs are not compiled, so none can be on a function's trampoline: sysctl "
	  "net.core.bpf_jit_enable=1" },
	{ "/proc/sys/kernel/kptr_restrict", "2\n",
	  "addresses of functions are hidden from everybody: sysctl kernel.kptr_restrict=1" },
};

unsigned int restrictions__each(const char *root, restriction_fn fn, void *arg)
{
	char path[PATH_MAX], text[128];
	unsigned int nr = 0;

	for (size_t i = 0; i < sizeof(restrictions) / sizeof(restrictions[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", root, restrictions[i].path);
		if (file__read(path, text, sizeof(text)) <= 0)
			continue;
		/* One of several words, or all of it. */
		if (restrictions[i].text[0] == '[' ? !strstr(text, restrictions[i].text) :
						     strcmp(text, restrictions[i].text) != 0)
			continue;
		fn(arg, restrictions[i].what);
		nr++;
	}
	return nr;
}
