// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "kernel/restrictions.h"
#include "trace/libbpf_log.h"

static int print(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG || !getenv("PKSTRACE_DEBUG"))
		return 0;
	return vfprintf(stderr, format, args);
}

void libbpf__quiet(void)
{
	libbpf_set_print(print);
}

static void restriction__note(void *arg, const char *what)
{
	(void)arg;
	status__note("%s", what);
}

enum status libbpf__refused(const char *what, int err)
{
	const char *who = "";

	/* The capabilities are there: they were looked at before. EACCES is the verifier's, too. */
	if (err == -EPERM)
		who = ": forbidden by lockdown, a security module or the limits of a container";
	else if (err == -EACCES)
		who = ": by its verifier, or by a security module";
	restrictions__each("", restriction__note, NULL);
	return status__say(STATUS_CANNOT,
			   "the kernel refuses to load the %s (%s)%s; PKSTRACE_DEBUG=1 in the "
			   "environment shows why",
			   what, strerror(-err), who);
}
