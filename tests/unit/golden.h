/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Golden files: what is printed must be what tests/unit/golden holds, to the letter.
 * PKS_GOLDEN=write replaces the files; the difference is then there to be read.
 */
#ifndef PKSTRACE_TEST_GOLDEN_H
#define PKSTRACE_TEST_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void golden_path(char *path, size_t size, const char *name)
{
	const char *top = getenv("PKS_TOP");

	snprintf(path, size, "%s/tests/unit/golden/%s", top ? top : ".", name);
}

static inline void golden_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The whole file; the caller's. */
static inline char *golden_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!f)
		fail_msg("no %s: PKS_GOLDEN=write makes it", path);
	/* No byte 0 in it: all of it is one line. */
	if (getdelim(&text, &size, 0, f) < 0)
		fail_msg("%s is empty", path);
	fclose(f);
	return text;
}

/* The line in which two texts begin to differ. */
static inline void golden_differ(const char *path, const char *is, const char *should)
{
	size_t line = 1, at = 0, start = 0;

	for (; is[at] && is[at] == should[at]; at++) {
		if (is[at] != '\n')
			continue;
		line++;
		start = at + 1;
	}
	fail_msg("%s:%zu: is \"%.*s\", should be \"%.*s\"", path, line,
		 (int)strcspn(is + start, "\n"), is + start, (int)strcspn(should + start, "\n"),
		 should + start);
}

static inline void assert_golden(const char *name, const char *text)
{
	const char *mode = getenv("PKS_GOLDEN");
	char path[4096], *should;

	golden_path(path, sizeof(path), name);
	if (mode && !strcmp(mode, "write"))
		golden_write(path, text);
	should = golden_read(path);
	if (strcmp(text, should))
		golden_differ(path, text, should);
	free(should);
}

#endif
