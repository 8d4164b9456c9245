// SPDX-License-Identifier: GPL-2.0-only
/* What is kept is what was printed: written, read back, damaged, merged. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "findings_fixture.h"
#include "hunt_fixture.h"
#include "model_fixture.h"

#include "hunt/table.h"
#include "report/session/merge.h"
#include "report/session/writer.h"

static char directory[80] = "/dev/shm/pkstrace-session-XXXXXX";

static const char *in_directory(const char *name)
{
	static char path[16][128];
	static unsigned int next;
	char *to = path[next++ % 16];

	snprintf(to, sizeof(path[0]), "%s/%s", directory, name);
	return to;
}

/* --- something to keep ------------------------------------------------------------ */

static char *const command[] = { "run", "-o", "FILE", "--", "fio" };

static void keep_open(struct fixture *f, struct session_writer *w, const char *path)
{
	assert_int_equal(session_writer__open(w, path, 5, command), STATUS_CLEAN);
	assert_int_equal(session_writer__begin(w, "fio and its children", "V10"), STATUS_CLEAN);
	f->report.keep = &w->report;
}

static void keep_close(struct fixture *f, struct session_writer *w)
{
	unsigned int missing;

	session_writer__end(w);
	session_writer__close(w, &missing);
	assert_int_equal(missing, 0);
	f->report.keep = NULL;
}

static void print_findings(struct fixture *f)
{
	for (size_t i = 0; i < NR_FINDING_CASES; i++) {
		const struct finding_case *c = &finding_cases[i];
		struct model_finding finding = fixture_finding(c->class, c->cause);

		c->fill(&finding);
		resolve__finding(&f->resolver, &finding, f->resolved);
		f->resolved->stack[0].cut = true;
		report__finding(&f->report, f->resolved);
	}
}

static void print_injections(struct fixture *f)
{
	struct report_injections sum = { .passed = 9, .hits = 4, .zeros = 2, .seed = ~0ull >> 1 };
	struct resolved_place stack = { "drv_map+0x10/0x100 [drv]" };
	struct report_place place = { .calls = 5, .in_window = 3, .stack = &stack, .nr = 1 };
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct resolved_injection *resolved = malloc(sizeof(*resolved));
	struct injections list = {};

	assert_non_null(resolved);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(injections__add(&list, &injection_cases[i], "should_failslab"), 0);
		resolve__injection(&f->resolver, &list.all[i], resolved);
		report__injection(&f->report, resolved);
	}
	leak_case(&finding);
	f->resolver.injections = &list;
	resolve__finding(&f->resolver, &finding, f->resolved);
	report__finding(&f->report, f->resolved);
	f->resolver.injections = NULL;
	injections__free(&list);
	free(resolved);
	report__injections(&f->report, &sum);
	sum.dry = true;
	sum.place = &place;
	sum.nr_places = 1;
	report__injections(&f->report, &sum);
}

static void print_summary(struct fixture *f, const struct model *m, enum pks_by by,
			  bool counts_only)
{
	struct resolved_suppression suppression = { .name = "known", .origin = "f:3", .used = 2 };
	struct resolved_summary s;

	f->resolver.by = by;
	f->resolver.target = "fio and its children";
	assert_int_equal(resolve__summary(&f->resolver, m, &s), 0);
	s.suppression = &suppression;
	s.nr_suppressions = 1;
	s.note[s.nr_notes++] = "no debug info for drv";
	s.counts_only = counts_only;
	s.seconds = 2.5;
	s.at = 2;
	if (counts_only)
		report__interval(&f->report, &s);
	report__summary(&f->report, &s);
	s.suppression = NULL;
	resolved_summary__free(&s);
}

static void print_summaries(struct fixture *f)
{
	struct model busy = {}, clean = {};

	busy_model(&busy);
	print_summary(f, &clean, PKS_BY_SITE, false);
	print_summary(f, &busy, PKS_BY_SITE, false);
	print_summary(f, &busy, PKS_BY_THREAD, true);
	print_summary(f, &busy, PKS_BY_ALL, true);
	model__free(&busy);
}

static void print_hunt(struct fixture *f)
{
	struct hunt_summary sum = { .seconds = 2.5,
				    .survey_report = "BUG: a stray access\n",
				    .survey_findings = 1 };
	json_t *findings = fixture_found("stray-access");
	struct hunt_plan plan = {};

	fixture_plan(&plan);
	plan.sites[0].seen = 5;
	hunt_table__survey(&f->report, &plan, findings);
	hunt_table__runs(&f->report, &plan, &sum);
	sum = (struct hunt_summary){ .seconds = 1, .because = "interrupted" };
	hunt_table__runs(&f->report, &plan, &sum);
	hunt_plan__free(&plan);
	json_decref(findings);
}

/* What goes to standard error is part of the report that hears it. */
static void print_note(struct fixture *f)
{
	report__hear(&f->report);
	status__note("a name with\n\377 in it");
	report__deaf();
	status__note("nobody hears this");
}

/* More than a record holds, of two threads; page 0 is one that is not known. */
static void print_windows(struct fixture *f)
{
	for (unsigned int i = 0; i < 700; i++) {
		struct resolved_window window = {
			.thread = { .comm = "worker",
				    .tid = 42 + i % 2,
				    .tgid = 42,
				    .context = i % 3 ? "task" : "hardirq",
				    .count = 1 + i % 4 },
			.granted = 1000000000000000000ULL + i,
			.revoked = 1000000000000000000ULL + i + 5000,
			.page = i ? 0xffea000000000000ULL + 64 * i : 0,
			.granted_by = i % 5 ? "drv_map+0x10/0x100 [drv]" : "vfs_write+0x1/0x2",
			.revoked_by = "drv_unmap+0x10/0x100 [drv]",
		};

		report__window(&f->report, &window);
	}
}

static void print_all(struct fixture *f)
{
	print_findings(f);
	print_injections(f);
	print_summaries(f);
	print_hunt(f);
	print_note(f);
	print_windows(f);
}

/* --- written and read --------------------------------------------------------------- */

static void same_again(const char *format)
{
	const char *path = in_directory("same");
	struct session_writer w;
	struct session session;
	struct fixture f, again;

	fixture_open(&f);
	fixture_open(&again);
	f.report.format = again.report.format = format__find(format);
	keep_open(&f, &w, path);
	print_all(&f);
	keep_close(&f, &w);
	assert_int_equal(session__open(&session, path, false), STATUS_CLEAN);
	session__print(&session, &again.report);
	assert_string_equal(fixture_text(&again), fixture_text(&f));
	assert_int_equal(again.report.missing, 0);
	assert_string_equal(session.header.command, "pkstrace run -o FILE -- fio");
	assert_string_equal(session.header.mode, "run");
	session__close(&session);
	fixture_close(&f);
	fixture_close(&again);
}

static void read_back(void **state)
{
	(void)state;
	same_again("text");
	same_again("json");
}

/* A session of findings and a summary. */
static void make_session(const char *path)
{
	struct session_writer w;
	struct model busy = {};
	struct fixture f;

	fixture_open(&f);
	f.report.format = format__find("text");
	keep_open(&f, &w, path);
	print_findings(&f);
	busy_model(&busy);
	print_summary(&f, &busy, PKS_BY_SITE, false);
	keep_close(&f, &w);
	model__free(&busy);
	fixture_close(&f);
}

static void file_is_private(void **state)
{
	const char *path = in_directory("private"), *old = in_directory("private.old");
	struct stat st, before;

	(void)state;
	umask(0);
	make_session(path);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(before.st_mode & 07777, 0600);
	assert_int_not_equal(access(old, F_OK), 0);
	make_session(path);
	assert_int_equal(stat(old, &st), 0);
	assert_int_equal(st.st_ino, before.st_ino);
	assert_int_equal(stat(path, &st), 0);
	assert_int_not_equal(st.st_ino, before.st_ino);
}

static void write_file(const char *path, const char *text, size_t size)
{
	int fd;

	/* Not cut to nothing: some file systems would write that out at once. */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	close(fd);
}

/* What else stands there is neither written to nor moved away. */
static void file_is_new(void **state)
{
	const char *link = in_directory("link"), *notes = in_directory("notes");
	const char *old = in_directory("kept.old"), *path = in_directory("kept");
	struct session_writer w;
	unsigned int missing;
	struct stat st;

	(void)state;
	make_session(path);
	write_file(notes, "mine\n", 5);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(session_writer__open(&w, link, 5, command), STATUS_USAGE);
	session_writer__close(&w, &missing);
	assert_int_equal(session_writer__open(&w, notes, 5, command), STATUS_USAGE);
	session_writer__close(&w, &missing);
	assert_int_equal(session_writer__open(&w, directory, 5, command), STATUS_USAGE);
	session_writer__close(&w, &missing);
	write_file(old, "mine, too\n", 10);
	assert_int_equal(session_writer__open(&w, path, 5, command), STATUS_USAGE);
	session_writer__close(&w, &missing);
	assert_int_equal(stat(old, &st), 0);
	assert_int_equal(st.st_size, 10);
	/* Between the check and the run somebody has put a link there. */
	assert_int_equal(session_writer__open(&w, in_directory("late"), 5, command), STATUS_CLEAN);
	assert_int_equal(symlink(notes, in_directory("late")), 0);
	assert_int_equal(session_writer__begin(&w, "all", "V10"), STATUS_USAGE);
	session_writer__close(&w, &missing);
	assert_int_equal(stat(notes, &st), 0);
	assert_int_equal(st.st_size, 5);
}

static void no_room(void **state)
{
	struct session_writer w;
	struct fixture f;
	unsigned int missing;
	int full = open("/dev/full", O_WRONLY), begun;

	(void)state;
	fixture_open(&f);
	f.report.format = format__find("text");
	keep_open(&f, &w, in_directory("full"));
	begun = w.fd;
	w.fd = full;
	print_findings(&f);
	assert_int_equal(report__status(&f.report, STATUS_FINDINGS), STATUS_OUTPUT);
	session_writer__end(&w);
	session_writer__close(&w, &missing);
	assert_int_equal(missing, NR_FINDING_CASES);
	close(begun);
	fixture_close(&f);
}

/* --- not whole ------------------------------------------------------------------------ */

static char *read_file(const char *path, size_t *size)
{
	struct session s;
	char *copy;

	assert_int_equal(session__open(&s, path, true), STATUS_CLEAN);
	copy = malloc(s.size);
	assert_non_null(copy);
	memcpy(copy, s.text, s.size);
	*size = s.size;
	session__close(&s);
	return copy;
}

/* What can be read is shown without anything else happening; the number of records. */
static size_t shown_by_force(const char *path)
{
	struct merged m;
	struct fixture f;
	size_t nr = 0;

	fixture_open(&f);
	f.report.format = format__find("json");
	if (!merged__open(&m, &path, 1, true)) {
		merged__print(&m, &f.report);
		session__print(&m.session[0], &f.report);
		nr = m.session[0].nr;
	}
	merged__close(&m);
	fixture_close(&f);
	return nr;
}

/* Quiet while thousands of complaints are made. */
static int mute(void)
{
	int saved = dup(2), null = open("/dev/null", O_WRONLY);

	dup2(null, 2);
	close(null);
	return saved;
}

static void unmute(int saved)
{
	dup2(saved, 2);
	close(saved);
}

static void cut_short(void **state)
{
	const char *whole = in_directory("whole"), *path = in_directory("cut");
	size_t size, lines;
	struct session s;
	char *text;
	int saved;

	(void)state;
	make_session(whole);
	text = read_file(whole, &size);
	saved = mute();
	for (size_t i = 0; i < size; i += 1 + i % 251) {
		lines = 0;
		for (size_t at = 0; at < i; at++)
			lines += text[at] == '\n';
		write_file(path, text, i);
		assert_int_equal(session__open(&s, path, false), STATUS_USAGE);
		session__close(&s);
		if (i % 5 == 0)
			assert_int_equal(shown_by_force(path), lines);
	}
	unmute(saved);
	free(text);
}

static void damaged(void **state)
{
	const char *whole = in_directory("whole"), *path = in_directory("damaged");
	struct session s;
	size_t size;
	char *text;
	int saved;

	(void)state;
	make_session(whole);
	text = read_file(whole, &size);
	saved = mute();
	srand(1);
	for (int i = 0; i < 200; i++) {
		size_t at = rand() % size;
		char was = text[at];

		text[at] ^= 1 << rand() % 8;
		write_file(path, text, size);
		assert_int_equal(session__open(&s, path, false), STATUS_USAGE);
		session__close(&s);
		shown_by_force(path);
		text[at] = was;
	}
	unmute(saved);
	free(text);
}

static void refused(const char *text)
{
	const char *path = in_directory("refused");
	struct session s;

	write_file(path, text, strlen(text));
	assert_int_equal(session__open(&s, path, true), STATUS_USAGE);
	session__close(&s);
}

#define HEAD                                                                                       \
	"{\"type\":\"session\",\"format\":\"pkstrace-session\",\"version\":%d,\"producer\":\"p\"," \
	"\"host\":\"%s\",\"kernel\":\"%s\",\"boot\":\"b\",\"started\":\"s\",\"mode\":\"run\","     \
	"\"command\":\"c\"}\n"

static void foreign(void **state)
{
	const char *path = in_directory("newer");
	struct session s;
	char text[512];

	(void)state;
	refused("");
	refused("hello\n");
	refused("{}\n");
	refused("{\"type\":\"finding\"}\n");
	refused("[1,2]\n");
	snprintf(text, sizeof(text), HEAD "{\"type\":\"end\",\"records\":1}\n", SESSION_VERSION + 1,
		 "h", "k");
	write_file(path, text, strlen(text));
	assert_int_equal(session__open(&s, path, false), STATUS_USAGE);
	session__close(&s);
	assert_int_equal(session__open(&s, path, true), STATUS_CLEAN);
	session__close(&s);
	assert_int_equal(session__open(&s, in_directory("nowhere"), true), STATUS_USAGE);
	session__close(&s);
}

static bool hex_is_taken(const char *text)
{
	json_t *object = json_pack("{s:i, s:s}", "records", 1, "crc", text);
	struct session_end end;
	struct arena arena = { 0 };
	char why[128];
	int err = decode(&layout_end, object, &arena, &end, why, sizeof(why));

	arena__free(&arena);
	json_decref(object);
	return !err;
}

/* No sign, no blank, nothing that is wider than its member. */
static void hexadecimal(void **state)
{
	static const char *const bad[] = { "",
					   "1",
					   "0x",
					   "0x-1",
					   "0x+1",
					   "0x 1",
					   " 0x1",
					   "0xg",
					   "0x1 ",
					   "0x100000000",
					   "0x11111111111111111" };

	(void)state;
	assert_true(hex_is_taken("0xffffffff"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(hex_is_taken(bad[i]));
}

/* Records and members that only a later program of the same version knows. */
static void additions(void **state)
{
	const char *path = in_directory("additions");
	struct session s;
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text),
		 HEAD "{\"type\":\"weather\",\"rain\":true}\n"
		      "{\"type\":\"summary\",\"by\":\"moon\",\"new\":[1],\"found\":[{\"name\":"
		      "\"frozen\",\"count\":2}],\"lost\":[{\"reason\":\"fog\",\"count\":3}]}\n",
		 SESSION_VERSION, "h", "k");
	write_file(path, text, strlen(text));
	assert_int_equal(shown_by_force(path), 3);
	assert_int_equal(session__open(&s, path, true), STATUS_CLEAN);
	assert_int_equal(session__status(&s), STATUS_FINDINGS);
	session__close(&s);
}

/* Killed in the middle of its work, a writer leaves whole records. */
static void killed(void **state)
{
	const char *path = in_directory("killed");
	struct session s;
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		struct session_writer w;
		struct fixture f;

		fixture_open(&f);
		f.report.format = format__find("text");
		keep_open(&f, &w, path);
		print_findings(&f);
		assert_int_equal(write(ready[1], "x", 1), 1);
		for (;;)
			print_findings(&f);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(session__open(&s, path, false), STATUS_USAGE);
	session__close(&s);
	assert_int_equal(session__open(&s, path, true), STATUS_CLEAN);
	assert_true(s.nr > NR_FINDING_CASES);
	assert_int_equal(session__status(&s), STATUS_FINDINGS);
	session__close(&s);
}

/* --- merged ------------------------------------------------------------------------------ */

#define FOUND                                                                                      \
	"{\"type\":\"finding\",\"time\":%d,\"class\":\"leak\",\"meaning\":\"m\",\"in\":\"drv_map"  \
	"%s\",\"thread\":{\"context\":\"task\"},\"stack\":[{\"key\":\"granted_by\",\"title\":"     \
	"\"t\",\"frame\":[{\"function\":\"drv_map%s\",\"module\":\"drv\"},{\"function\":\"%s\"}]"  \
	"}]}\n"

static void write_leak(const char *path, const char *host, const char *kernel, const char *place,
		       const char *suffix, const char *caller)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 HEAD FOUND "{\"type\":\"summary\",\"by\":\"site\",\"seconds\":1.5,\"found\":"
			    "[{\"name\":\"leak\",\"count\":3}],\"site\":[{\"name\":\"drv_map%s\","
			    "\"known\":true,\"grants\":10,\"closed\":7}],\"repeat\":[{\"class\":"
			    "\"leak\",\"in\":\"drv_map%s\",\"reported\":true,\"report\":%d,"
			    "\"count\":3,\"first\":%d,\"last\":9}]}\n",
		 SESSION_VERSION, host, kernel, 5, place, suffix, caller, place, place, 5, 5);
	write_file(path, text, strlen(text));
}

/* One bug on two kernels, with other offsets, callers and compilers. */
static void two_kernels(void **state)
{
	const char *paths[] = { in_directory("old"), in_directory("new") };
	struct merged_record record;
	struct merged m;

	(void)state;
	write_leak(paths[0], "ant", "6.1.0", "+0x10/0x100 [drv]", "", "vfs_write");
	write_leak(paths[1], "bee", "6.12.0", ".isra.0+0x22/0x1f0 [drv]", ".isra.0",
		   "new_sync_write");
	assert_int_equal(merged__open(&m, paths, 2, true), STATUS_CLEAN);
	assert_int_equal(m.nr_findings, 1);
	assert_int_equal(m.finding[0].count, 6);
	assert_int_equal(merged__finding(&m, 0, &record), 0);
	assert_int_equal(record.finding->nr_seen, 2);
	assert_string_equal(record.finding->seen[0].host, "ant");
	assert_string_equal(record.finding->seen[1].kernel, "6.12.0");
	assert_int_equal(record.finding->seen[1].count, 3);
	merged_record__free(&record);
	assert_int_equal(m.total->nr_sites, 1);
	assert_string_equal(m.total->site[0].name, "drv_map [drv]");
	assert_int_equal(m.total->site[0].counts->grants, 20);
	assert_int_equal(model__found(m.model, PKS_LEAK), 6);
	assert_int_equal(merged__status(&m), STATUS_FINDINGS);
	merged__close(&m);
}

/* Another function is another finding. */
static void two_bugs(void **state)
{
	const char *paths[] = { in_directory("old"), in_directory("new") };
	struct merged m;

	(void)state;
	write_leak(paths[0], "ant", "6.1.0", "+0x10/0x100 [drv]", "", "vfs_write");
	write_leak(paths[1], "ant", "6.1.0", "_again+0x10/0x100 [drv]", "_again", "vfs_write");
	assert_int_equal(merged__open(&m, paths, 2, true), STATUS_CLEAN);
	assert_int_equal(m.nr_findings, 2);
	assert_int_equal(m.total->nr_sites, 2);
	merged__close(&m);
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s", directory);
	return system(line);
}

/* Two sessions for tests/unit/report.t: "whole" has a bit of everything. */
static int write_sessions(const char *to)
{
	struct session_writer w;
	struct fixture f;

	snprintf(directory, sizeof(directory), "%s", to);
	make_session(in_directory("few"));
	fixture_open(&f);
	f.report.format = format__find("text");
	keep_open(&f, &w, in_directory("whole"));
	print_all(&f);
	keep_close(&f, &w);
	fixture_close(&f);
	return 0;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(read_back),   cmocka_unit_test(file_is_private),
	cmocka_unit_test(file_is_new), cmocka_unit_test(no_room),
	cmocka_unit_test(cut_short),   cmocka_unit_test(damaged),
	cmocka_unit_test(foreign),     cmocka_unit_test(additions),
	cmocka_unit_test(killed),      cmocka_unit_test(two_kernels),
	cmocka_unit_test(two_bugs),    cmocka_unit_test(hexadecimal),
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--write"))
		return write_sessions(argv[2]);

	return cmocka_run_group_tests_name("session", tests, make_directory, remove_directory);
}
