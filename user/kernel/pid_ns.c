// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/pid_ns.h"

/* PROC_PID_INIT_INO, include/linux/proc_ns.h: of the first namespace, on each kernel. */
#define FIRST_NAMESPACE 0xEFFFFFFCU

/* How many numbers the kernel gives us, from the namespace of /proc down to our own; 0: none. */
static unsigned int numbers__count(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned int nr = 0;
	char line[512];

	while (f && !nr && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "NSpid:", strlen("NSpid:")))
			continue;
		for (char *word = strtok(line + strlen("NSpid:"), " \t\n"); word;
		     word = strtok(NULL, " \t\n"))
			nr++;
	}
	if (f)
		fclose(f);
	return nr;
}

enum status pid_ns__find(struct pid_ns *ns)
{
	struct stat own;
	unsigned int nr = numbers__count();

	*ns = (struct pid_ns){};
	if (!nr || stat("/proc/self/ns/pid", &own))
		return status__say(STATUS_CANNOT,
				   "/proc does not show this process: it is not mounted, or of "
				   "another PID namespace; mount -t proc proc /proc");
	ns->up = nr - 1;
	ns->differs = ns->up || own.st_ino != FIRST_NAMESPACE;
	return STATUS_CLEAN;
}
