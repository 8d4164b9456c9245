// SPDX-License-Identifier: GPL-2.0-only
/* What others have named must neither end a line nor steer a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "util/escape.h"

static void plain_text_is_itself(void **state)
{
	static const char text[] = "kworker/u4:1-ev\\x2d ~";

	(void)state;
	assert_ptr_equal(escaped(text), text);
	assert_string_equal(escaped(""), "");
	assert_ptr_not_equal(escaped__copy(text), text);
	assert_string_equal(escaped__copy(text), text);
}

static void as_dmesg(void **state)
{
	(void)state;
	assert_string_equal(escaped("\x1b[31mRED"), "\\x1b[31mRED");
	assert_string_equal(escaped("a\nBUG: \t\r\x07\x7f"), "a\\x0aBUG: \\x09\\x0d\\x07\\x7f");
	/* UTF-8 has control characters, too, and others that turn the line around. */
	assert_string_equal(escaped("\xc2\x9b"
				    "31m \xe2\x80\xae"),
			    "\\xc2\\x9b31m \\xe2\\x80\\xae");
	assert_string_equal(escaped("\xff\x80"), "\\xff\\x80");
}

/* Several in one line of output; a long one is cut, and not in the middle of a byte. */
static void copies_live_for_a_line(void **state)
{
	static char text[20000];
	const char *first = escaped("\n1"), *last = NULL;

	(void)state;
	for (int i = 0; i < 7; i++)
		last = escaped("\n2");
	assert_string_equal(first, "\\x0a1");
	assert_string_equal(last, "\\x0a2");
	memset(text, '\n', sizeof(text) - 1);
	last = escaped(text);
	assert_in_range(strlen(last), 4096, 8192);
	assert_int_equal(strlen(last) % 4, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_is_itself),
		cmocka_unit_test(as_dmesg),
		cmocka_unit_test(copies_live_for_a_line),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
