/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files as the kernel's file systems have them: a value each. */
#ifndef PKSTRACE_FILE_H
#define PKSTRACE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* In one write. 0 or negative errno. */
int file__write(const char *path, const char *text);

/*
 * All of it, with a zero behind it. Its length, or negative errno: -EFBIG where
 * it does not fit in `size` bytes.
 */
ssize_t file__read(const char *path, char *text, size_t size);

/* The natural number that is all of it, decimal or 0x... False where there is none. */
bool file__number(const char *path, uint64_t *value);

/* Negative errno of a call that failed; -EIO where it left none. */
int file__error(void);

#endif
