// SPDX-License-Identifier: GPL-2.0-only
/* Text on a terminal: an interval in place of the last one, within its size; and colour. */
#include <fcntl.h>
#include <sys/ioctl.h>

#include "findings_fixture.h"
#include "model_fixture.h"

#define CLEAR "\033[H\033[J"

static void print_interval(struct fixture *f)
{
	struct resolved_summary s;
	struct model busy = {};

	busy_model(&busy);
	assert_int_equal(resolve__summary(&f->resolver, &busy, &s), 0);
	s.at = 2;
	s.seconds = 0.5;
	s.found_so_far = 17;
	f->report.format = format__find("text");
	report__interval(&f->report, &s);
	resolved_summary__free(&s);
	model__free(&busy);
}

static void fits(const char *text, unsigned int columns, unsigned int rows)
{
	unsigned int lines = 0;

	for (; *text; text += strcspn(text, "\n") + 1, lines++)
		assert_true(strcspn(text, "\n") <= columns);
	assert_true(lines <= rows);
}

static void live(void **state)
{
	struct fixture f;
	const char *text;

	(void)state;
	fixture_open(&f);
	f.report.columns = 60;
	f.report.rows = 8;
	print_interval(&f);
	text = fixture_text(&f);
	assert_true(!strncmp(text, CLEAR, strlen(CLEAR)));
	fits(text + strlen(CLEAR), 60, 8);
	assert_non_null(strstr(text, "\nfindings so far: 17\n"));
	fixture_close(&f);
}

/* In a pipe it is lines, each as long as it is. */
static void plain(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	print_interval(&f);
	assert_null(strchr(fixture_text(&f), '\033'));
	assert_null(strstr(fixture_text(&f), "so far"));
	fixture_close(&f);
}

static const char *title(struct fixture *f, bool colour)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);

	leak_case(&finding);
	f->report.colour = colour;
	fixture_print(f, "text", &finding);
	return fixture_text(f);
}

static void colour(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_null(strchr(title(&f, false), '\033'));
	assert_non_null(strstr(title(&f, true), "\033[1;31m BUG: pkstrace: leak in "));
	fixture_close(&f);
}

/* Standard output of a test is none; and where it is one, nobody may want colour. */
static void no_terminal(void **state)
{
	struct report r = {};
	int saved = dup(1), null = open("/dev/null", O_WRONLY);

	(void)state;
	dup2(null, 1);
	report__find_terminal(&r);
	dup2(saved, 1);
	close(saved);
	close(null);
	assert_int_equal(r.columns, 0);
	assert_false(r.colour);
}

static void on_terminal(const char *no_color, bool wanted)
{
	int saved = dup(1), master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct winsize size = { .ws_col = 100, .ws_row = 30 };
	struct report r = {};

	assert_true(master >= 0);
	assert_int_equal(grantpt(master) ?: unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", no_color, 1);
	dup2(slave, 1);
	report__find_terminal(&r);
	dup2(saved, 1);
	close(saved);
	close(slave);
	close(master);
	assert_int_equal(r.columns, 100);
	assert_int_equal(r.rows, 30);
	assert_int_equal(r.colour, wanted);
}

static void terminals(void **state)
{
	(void)state;
	on_terminal("", true);
	on_terminal("1", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live),	     cmocka_unit_test(plain),
		cmocka_unit_test(colour),    cmocka_unit_test(no_terminal),
		cmocka_unit_test(terminals),
	};

	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
