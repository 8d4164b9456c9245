// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>

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
