// SPDX-License-Identifier: GPL-2.0-only
/* Suppression files: what is understood, what is refused with which line, what matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "findings/class.h"
#include "findings/suppress.h"

/* What stderr held after a load, without the line's end. */
static char said[512];

static void write_all(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* Loads text through a file, with stderr caught in `said`; the file's name in it is "FILE". */
static enum status load(struct suppress *s, const char *text)
{
	char path[] = "/tmp/pkstrace-suppress-XXXXXX", *at;
	int saved = dup(STDERR_FILENO);
	FILE *caught = tmpfile();
	enum status status;
	size_t n;

	assert_non_null(caught);
	write_all(mkstemp(path), text);
	dup2(fileno(caught), STDERR_FILENO);
	status = suppress__load(s, path);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	unlink(path);
	rewind(caught);
	n = fread(said, 1, sizeof(said) - 1, caught);
	said[n] = '\0';
	fclose(caught);
	while ((at = strstr(said, path))) {
		memcpy(at, "FILE", 4);
		memmove(at + 4, at + strlen(path), strlen(at + strlen(path)) + 1);
	}
	said[strcspn(said, "\n")] = '\0';
	return status;
}

static struct suppress *loaded(const char *text)
{
	struct suppress *s = suppress__new();

	assert_non_null(s);
	assert_int_equal(load(s, text), STATUS_CLEAN);
	/* Nothing but the warning about a block that hides a whole class. */
	if (said[0])
		assert_non_null(strstr(said, "names no function: it hides every "));
	return s;
}

static void test_understood(void **state)
{
	struct suppress *s = loaded("# a comment\n\n{\n  known bug # why\n\tleak\r\n  fun:a*\n}\n"
				    "{\nother\nstray-access/never-granted\n...\nfun:x\n}\n");

	(void)state;
	assert_int_equal(suppress__count(s), 2);
	assert_string_equal(suppress__name(s, 1), "known bug");
	assert_string_equal(suppress__name(s, 2), "other");
	assert_non_null(strstr(suppress__origin(s, 1), ":3"));
	assert_non_null(strstr(suppress__origin(s, 2), ":8"));
	suppress__free(s);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "leak\n", "pkstrace: FILE:1: a block must begin with '{', not 'leak'" },
		{ "{\n}\n", "pkstrace: FILE:2: a name is missing before '}'" },
		{ "{\nn\n}\n", "pkstrace: FILE:3: a class is missing before '}'" },
		{ "{\nn\nleek\n}\n", "pkstrace: FILE:3: no such class: 'leek'" },
		{ "{\nn\n?\n}\n", "pkstrace: FILE:3: no such class: '?'" },
		{ "{\nn\nstray-access/magic\n}\n", "pkstrace: FILE:3: no such cause: 'magic'" },
		{ "{\nn\nstray-access/\n}\n", "pkstrace: FILE:3: no such cause: ''" },
		{ "{\nn\nleak/never-granted\n}\n",
		  "pkstrace: FILE:3: only stray-access has causes, not 'leak'" },
		{ "{\nn\nleak\nvfs_write\n}\n",
		  "pkstrace: FILE:4: fun:PATTERN, '...' or '}' must be here, not 'vfs_write'" },
		{ "{\nn\nleak\nfun:\n}\n",
		  "pkstrace: FILE:4: fun:PATTERN, '...' or '}' must be here, not 'fun:'" },
		{ "# x\n{\nn\nleak\n", "pkstrace: FILE:2: the block that begins here has no '}'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct suppress *s = suppress__new();

		assert_int_equal(load(s, cases[i].text), STATUS_USAGE);
		assert_string_equal(said, cases[i].said);
		suppress__free(s);
	}
}

static void test_file_missing(void **state)
{
	struct suppress *s = suppress__new();
	FILE *quiet = freopen("/dev/null", "w", stderr);

	(void)state;
	assert_non_null(quiet);
	assert_int_equal(suppress__load(s, "/nowhere/at/all"), STATUS_USAGE);
	assert_int_equal(suppress__load(s, "/"), STATUS_USAGE);
	suppress__free(s);
}

/* "module:function", with a '+' before it if it is inlined; "?": not known. */
static struct suppress_frame frame_of(char *text)
{
	struct suppress_frame frame = { .inlined = *text == '+' };
	char *colon = strchr(text, ':');

	text += frame.inlined;
	if (colon) {
		*colon = 0;
		frame.module = text;
		text = colon + 1;
	}
	frame.function = strcmp(text, "?") ? text : NULL;
	return frame;
}

/* Whether a block of these frame lines takes a stack of these functions. */
static bool takes(const char *frames, const char *stack)
{
	struct suppress_frame functions[16];
	char text[256], copy[256];
	unsigned int nr = 0;
	struct suppress *s;
	bool fits;

	snprintf(text, sizeof(text), "{\nn\nleak\n%s}\n", frames);
	snprintf(copy, sizeof(copy), "%s", stack);
	for (char *f = strtok(copy, " "); f; f = strtok(NULL, " "))
		functions[nr++] = frame_of(f);
	s = loaded(text);
	fits = suppress__match(s, PKS_LEAK, 0, functions, nr);
	suppress__free(s);
	return fits;
}

static void test_patterns(void **state)
{
	(void)state;
	assert_true(takes("", "a b"));
	assert_true(takes("", ""));
	assert_true(takes("fun:a\n", "a b c"));
	assert_false(takes("fun:b\n", "a b c"));
	assert_false(takes("fun:a\n", ""));
	assert_true(takes("fun:my_*\nfun:vfs_[rw]*\n", "my_map vfs_write"));
	assert_false(takes("fun:my_*\nfun:vfs_[rw]*\n", "my_map vfs_open"));
	assert_false(takes("fun:a\nfun:b\n", "a"));
}

static void test_any_number_backtracks(void **state)
{
	(void)state;
	assert_true(takes("...\n", ""));
	assert_true(takes("...\nfun:a\n", "a"));
	assert_true(takes("...\nfun:c\n", "a b c d"));
	assert_false(takes("...\nfun:e\n", "a b c d"));
	assert_true(takes("fun:a\n...\nfun:d\n", "a b c d"));
	assert_true(takes("fun:a\n...\nfun:b\n", "a b"));
	/* The first b is the wrong one. */
	assert_true(takes("...\nfun:b\nfun:c\n", "a b b c"));
	assert_true(takes("fun:a\n...\nfun:b\nfun:c\n...\nfun:e\n", "a b x b c d e"));
	assert_false(takes("fun:a\n...\nfun:b\nfun:c\n...\nfun:e\nfun:f\n", "a b x b c d e"));
	assert_true(takes("...\nfun:a\nfun:a\nfun:b\n", "a a a b"));
	assert_false(takes("...\nfun:a\nfun:a\nfun:b\n", "a b a b"));
	assert_true(takes("...\n...\nfun:c\n", "a b c"));
}

static void test_modules(void **state)
{
	(void)state;
	assert_true(takes("fun:drv:a\n", "drv:a"));
	assert_false(takes("fun:drv:a\n", "other:a"));
	assert_false(takes("fun:drv:a\n", "a"));
	assert_true(takes("fun:vmlinux:a\n", "a"));
	assert_false(takes("fun:vmlinux:a\n", "drv:a"));
	assert_true(takes("fun:drv*:a*\nfun:b\n", "drv_x:ab other:b"));
	assert_true(takes("fun:a\n", "drv:a"));
}

static void test_names_that_compilers_make(void **state)
{
	static const char *const made[] = { "a.isra.0", "a.constprop.0", "a.part.0.isra.3",
					    "a.cold", "a.part.0.cold" };

	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		assert_true(takes("fun:a\n", made[i]));
	assert_true(takes("fun:a.isra.0\n", "a.isra.0"));
	assert_false(takes("fun:a.isra.1\n", "a.isra.0"));
	assert_false(takes("fun:a\n", "ab.isra.0"));
	assert_false(takes("fun:a\n", "a.other"));
}

static void test_inlined(void **state)
{
	(void)state;
	/* Named or not: another build may not have inlined it, or may have no debug info. */
	assert_true(takes("fun:outer\nfun:next\n", "+inner outer +x next"));
	assert_true(takes("fun:inner\nfun:outer\n", "+inner outer next"));
	assert_true(takes("fun:inner\n...\nfun:next\n", "+inner outer +x next"));
	assert_false(takes("fun:inner\nfun:next\n", "+inner outer next"));
}

static void test_no_name(void **state)
{
	(void)state;
	assert_false(takes("fun:*\n", "?"));
	assert_false(takes("fun:?\n", "?"));
	assert_false(takes("...\nfun:*\n", "drv:?"));
	assert_true(takes("...\nfun:a\n", "drv:? a"));
}

static void test_whole_class(void **state)
{
	struct suppress *s = suppress__new();

	(void)state;
	assert_int_equal(load(s, "{\nmine\nleak\n...\n}\n"), STATUS_CLEAN);
	assert_string_equal(said,
			    "pkstrace: FILE:1: 'mine' names no function: it hides every leak");
	assert_int_equal(load(s, "{\nmine\nstray-access/never-granted\n}\n"), STATUS_CLEAN);
	assert_string_equal(said, "pkstrace: FILE:1: 'mine' names no function: it hides every "
				  "stray-access/never-granted");
	assert_int_equal(load(s, "{\nmine\nleak\nfun:*\n}\n"), STATUS_CLEAN);
	assert_string_equal(said, "");
	suppress__free(s);
}

static void test_class_and_cause(void **state)
{
	struct suppress *s = loaded("{\none\nstray-access/never-granted\n}\n"
				    "{\nany\nstray-access\n}\n{\nl\nleak\n}\n");

	(void)state;
	assert_int_equal(suppress__match(s, PKS_STRAY_ACCESS, PKS_NEVER_GRANTED, NULL, 0), 1);
	assert_int_equal(suppress__match(s, PKS_STRAY_ACCESS, PKS_USE_AFTER_REVOKE, NULL, 0), 2);
	assert_int_equal(suppress__match(s, PKS_LEAK, 0, NULL, 0), 3);
	assert_int_equal(suppress__match(s, PKS_UNDERFLOW, 0, NULL, 0), 0);
	assert_int_equal(suppress__match(NULL, PKS_LEAK, 0, NULL, 0), 0);
	assert_int_equal(suppress__count(NULL), 0);
	suppress__free(s);
}

static void test_every_class_can_be_named(void **state)
{
	(void)state;
	for (unsigned int class = 1; class < PKS_NR_CLASSES; class ++) {
		char text[64];
		struct suppress *s;

		snprintf(text, sizeof(text), "{\nn\n%s\n}\n", class__row(class)->name);
		s = loaded(text);
		assert_int_equal(suppress__match(s, class, 0, NULL, 0), 1);
		suppress__free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_any_number_backtracks),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_names_that_compilers_make),
		cmocka_unit_test(test_inlined),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_whole_class),
		cmocka_unit_test(test_class_and_cause),
		cmocka_unit_test(test_every_class_can_be_named),
		cmocka_unit_test(test_file_missing),
	};

	return cmocka_run_group_tests_name("suppress", tests, NULL, NULL);
}
