// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "report/session/file.h"
#include "report/session/reader.h"
#include "report/session/totals.h"
#include "report/session/windows.h"
#include "report/session/writer.h"
#include "util/clock.h"
#include "util/file.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* --- records ------------------------------------------------------------------------ */

static void writer__fail(struct session_writer *w, int error)
{
	if (!w->failed)
		status__note("%s: %s: the session is incomplete from here on",
			     w->path ?: "the session in memory", strerror(error));
	w->failed = true;
	w->report.missing++;
}

static bool writer__write(struct session_writer *w, const char *line, size_t size)
{
	while (size) {
		ssize_t n = write(w->fd, line, size);

		if (n < 0 && errno != EINTR)
			return false;
		w->crc = n > 0 ? crc32(w->crc, (const void *)line, n) : w->crc;
		line += n > 0 ? n : 0;
		size -= n > 0 ? n : 0;
	}
	return true;
}

/* A record after one that is only half there could not be read: there is none, then. */
static void writer__line(struct session_writer *w, const char *type, json_t *members)
{
	json_t *object = json_object();
	char *line = NULL;
	size_t size;

	if (!w->failed && members && object) {
		json_object_set_new(object, "type", json_string(type));
		json_object_update(object, members);
		line = json_dumps(object, JSON_COMPACT);
	}
	json_decref(members);
	json_decref(object);
	if (!line) {
		writer__fail(w, ENOMEM);
		return;
	}
	size = strlen(line);
	line[size] = '\n'; /* in place of the zero */
	if (writer__write(w, line, size + 1))
		w->records++;
	else
		writer__fail(w, errno);
	free(line);
}

static void writer__windows(struct session_writer *w)
{
	if (!w->windows || !w->windows->nr)
		return;
	writer__line(w, "windows", encode(&layout_windows, &w->windows->record));
	windows_batch__clear(w->windows);
}

/* What came before is written before. */
static void writer__put(struct session_writer *w, const char *type, json_t *members)
{
	writer__windows(w);
	writer__line(w, type, members);
}

#define WRITER(r) ((struct session_writer *)(r))
_Static_assert(!offsetof(struct session_writer, report), "a report is its writer");

static void keep_finding(struct report *r, const struct resolved_finding *f)
{
	writer__put(WRITER(r), "finding", encode(&layout_finding, f));
}

static void keep_injection(struct report *r, const struct resolved_injection *one)
{
	writer__put(WRITER(r), "injection", encode(&layout_injection, one));
}

static void keep_injections(struct report *r, const struct report_injections *all)
{
	writer__put(WRITER(r), "injections", encode(&layout_injections, all));
}

static void keep_survey(struct report *r, const struct report_survey *s)
{
	writer__put(WRITER(r), "survey", encode(&layout_survey, s));
}

static void keep_hunt(struct report *r, const struct report_hunt *hunt)
{
	writer__put(WRITER(r), "hunt", encode(&layout_hunt, hunt));
}

static void keep_totals(struct report *r, const char *type, const struct resolved_summary *s)
{
	struct kept_summary kept;
	struct arena arena = {};

	writer__put(WRITER(r), type,
		    totals__keep(s, &arena, &kept) ? NULL : encode(&layout_summary, &kept));
	arena__free(&arena);
}

static void keep_summary(struct report *r, const struct resolved_summary *s)
{
	keep_totals(r, "summary", s);
}

static void keep_interval(struct report *r, const struct resolved_summary *s)
{
	keep_totals(r, "interval", s);
}

static void keep_window(struct report *r, const struct resolved_window *window)
{
	struct session_writer *w = WRITER(r);

	w->windows = w->windows ?: calloc(1, sizeof(*w->windows));
	if (!w->windows || windows_batch__add(w->windows, window))
		writer__fail(w, ENOMEM);
	else if (windows_batch__full(w->windows))
		writer__windows(w);
}

static void keep_message(struct report *r, const struct report_message *m)
{
	writer__put(WRITER(r), "message", encode(&layout_message, m));
}

static const struct format format_session = {
	.name = "session",
	.finding = keep_finding,
	.injection = keep_injection,
	.interval = keep_interval,
	.survey = keep_survey,
	.window = keep_window,
	.message = keep_message,
	.summary = keep_summary,
	.injections = keep_injections,
	.runs = keep_hunt,
};

/* --- the file ------------------------------------------------------------------------ */

static char *command__text(int argc, char *const *argv)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("pkstrace", out);
	for (int i = 0; i < argc; i++)
		fprintf(out, " %s", argv[i]);
	return fclose(out) ? NULL : text;
}

enum status session_writer__open(struct session_writer *w, const char *path, int argc,
				 char *const *argv)
{
	*w = (struct session_writer){ .report = { .format = &format_session },
				      .path = path,
				      .mode = argv[0],
				      .command = command__text(argc, argv),
				      .fd = -1 };
	if (!w->command)
		return status__say(STATUS_CANNOT, "out of memory");
	return path ? session_file__check(path) : STATUS_CLEAN;
}

/* Now, as ISO 8601 has it, in UTC. */
static void now__text(char *text, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, size, "unknown");
}

static void writer__header(struct session_writer *w, const char *target, const char *dialect)
{
	char boot[64], started[32];
	struct utsname name;
	struct session_header header = { .format = SESSION_FORMAT,
					 .version = SESSION_VERSION,
					 .producer = "pkstrace " PKSTRACE_VERSION,
					 .host = name.nodename,
					 .kernel = name.release,
					 .build = name.version,
					 .boot = boot,
					 .started = started,
					 .clock = clock__ns(),
					 .mode = w->mode,
					 .command = w->command,
					 .target = target,
					 .dialect = dialect };

	memset(&name, 0, sizeof(name));
	uname(&name);
	if (file__read(BOOT_ID, boot, sizeof(boot)) < 0)
		snprintf(boot, sizeof(boot), "unknown");
	boot[strcspn(boot, "\n")] = 0;
	now__text(started, sizeof(started));
	writer__put(w, "session", encode(&layout_header, &header));
}

enum status session_writer__begin(struct session_writer *w, const char *target, const char *dialect)
{
	enum status status = STATUS_CLEAN;

	if (w->path)
		status = session_file__create(w->path, &w->fd);
	else
		w->fd = memfd_create("pkstrace-session", MFD_CLOEXEC);
	if (!status && w->fd < 0)
		status = status__say(STATUS_CANNOT, "can't keep the session: %s", strerror(errno));
	if (!status)
		writer__header(w, target, dialect);
	return status;
}

void session_writer__end(struct session_writer *w)
{
	struct session_end end;

	writer__windows(w);
	end = (struct session_end){ .records = w->records, .crc = w->crc };
	if (w->fd >= 0 && !w->failed)
		writer__put(w, "end", encode(&layout_end, &end));
}

enum status session_writer__read(const struct session_writer *w, struct session *session)
{
	if (lseek(w->fd, 0, SEEK_SET) < 0)
		return status__say(STATUS_CANNOT, "can't read the session: %s", strerror(errno));
	return session__read(session, w->path ?: "the session", w->fd, true);
}

void session_writer__close(struct session_writer *w, unsigned int *missing)
{
	if (w->fd >= 0 && close(w->fd) && !w->failed)
		writer__fail(w, errno);
	*missing = w->report.missing;
	if (w->windows)
		windows_batch__clear(w->windows);
	free(w->windows);
	free(w->command);
	*w = (struct session_writer){ .fd = -1 };
}
