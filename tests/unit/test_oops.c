// SPDX-License-Identifier: GPL-2.0-only
/* Of the kernel's log, what belongs to an oops, as /dev/kmsg has it: a record with each read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/oops.h"

static char *text_of(const char *const *record)
{
	int log[2];
	char *text;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, log), 0);
	for (; *record; record++)
		assert_int_equal(write(log[1], *record, strlen(*record)), strlen(*record));
	text = oops__text(log[0]);
	close(log[0]);
	close(log[1]);
	return text;
}

static void from_its_reason_to_its_end(void **state)
{
	static const char *const log[] = {
		"6,339,5140900,-;usb 1-1: BUG: says the device\n",
		"1,340,5140901,-;BUG: unable to handle page fault for address: ff1100004\n"
		" SUBSYSTEM=none\n DEVICE=+none\n",
		"4,341,5140902,c;Oops: 0022 [#1] SMP\n",
		"4,342,5140903,-;RIP: 0010:drv_write+0x20/0x40 [drv]; not the end\n",
		"4,343,5140904,-;---[ end trace 0000000000000000 ]---\n",
		"6,344,5140905,-;something else\n",
		NULL,
	};
	char *text = text_of(log);

	(void)state;
	assert_string_equal(text, "BUG: unable to handle page fault for address: ff1100004\n"
				  "Oops: 0022 [#1] SMP\n"
				  "RIP: 0010:drv_write+0x20/0x40 [drv]; not the end\n"
				  "---[ end trace 0000000000000000 ]---\n");
	free(text);
}

static void none(void **state)
{
	static const char *const other[] = { "6,1,2,-;nothing of that kind\n", "damaged\n", NULL };
	static const char *const empty[] = { NULL };

	(void)state;
	assert_null(text_of(other));
	assert_null(text_of(empty));
}

/* A machine that oopses without end must not fill the memory. */
static void not_without_end(void **state)
{
	const char *log[130];
	size_t lines = 0;
	char *text;

	(void)state;
	log[0] = "1,1,1,-;kernel BUG at drv.c:1!\n";
	for (int i = 1; i < 129; i++)
		log[i] = "4,1,1,-; ? more\n";
	log[129] = NULL;
	text = text_of(log);
	assert_non_null(text);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 100);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_its_reason_to_its_end),
		cmocka_unit_test(none),
		cmocka_unit_test(not_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
