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

/* The thread comes before its registers, and both before those of the next. */
static void whose_and_where(void **state)
{
	static const char text[] = "kernel BUG at drv.c:9!\n"
				   "CPU: 0 PID: 134 Comm: bash Tainted: G      O\n"
				   "RIP: 0010:drv_write+0x20/0x40 [drv]\n"
				   "RIP: 0033:0x7f0000000000\n"
				   "kernel BUG at drv.c:9!\n"
				   "CPU: 1 UID: 0 PID: 13 Comm: kworker/1:1\n"
				   "RIP: 0010:other+0x1/0x2\n";
	char place[128];

	(void)state;
	assert_true(oops__place(text, 134, place, sizeof(place)));
	assert_string_equal(place, "drv_write+0x20/0x40 [drv]");
	assert_true(oops__place(text, 13, place, sizeof(place)));
	assert_string_equal(place, "other+0x1/0x2");
	assert_false(oops__place(text, 4, place, sizeof(place)));
	assert_false(oops__place(NULL, 4, place, sizeof(place)));
	assert_true(oops__kills("make_task_dead"));
	assert_false(oops__kills("do_exit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_its_reason_to_its_end),
		cmocka_unit_test(none),
		cmocka_unit_test(not_without_end),
		cmocka_unit_test(whose_and_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
