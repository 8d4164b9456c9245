/* SPDX-License-Identifier: GPL-2.0-only */
/* For the fuzz targets (libFuzzer): each reads one kind of foreign text or data. */
#ifndef PKSTRACE_FUZZ_H
#define PKSTRACE_FUZZ_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Called with one input; must return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Messages about bad input are not what is tested. */
static inline void fuzz__quiet(void)
{
	static int done;

	if (!done++ && !getenv("FUZZ_LOUD"))
		stderr = fopen("/dev/null", "w") ?: stderr;
}

/* The input as a file's path. The file is gone with the next call. */
static inline const char *fuzz__file(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* The input as a string; to be freed. */
static inline char *fuzz__text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = 0;
	return text;
}

#endif
