/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files with one value each, as in the kernel's file systems. */
#ifndef PKSTRACE_FILE_H
#define PKSTRACE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes all in one go. Returns 0 or a negative errno. */
int file__write(const char *path, const char *text);

/*
 * Reads all of it and adds a zero. Returns the length, or a negative errno: -EFBIG if it
 * does not fit in `size` bytes.
 */
ssize_t file__read(const char *path, char *text, size_t size);

/* The natural number that is all of it, decimal or 0x... False where there is none. */
bool file__number(const char *path, uint64_t *value);

/* The negative errno of a call that failed; -EIO if it set none. */
int file__error(void);

#endif
