// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "report/session/reader.h"
#include "report/session/totals.h"
#include "report/session/windows.h"
#include "util/array.h"

#define WHY 160

static const struct {
	const char *name;
	const struct layout *layout;
} types[NR_RECORD_TYPES] = {
	[RECORD_SESSION] = { "session", &layout_header },
	[RECORD_FINDING] = { "finding", &layout_finding },
	[RECORD_INJECTION] = { "injection", &layout_injection },
	[RECORD_INTERVAL] = { "interval", &layout_summary },
	[RECORD_SUMMARY] = { "summary", &layout_summary },
	[RECORD_INJECTIONS] = { "injections", &layout_injections },
	[RECORD_WINDOWS] = { "windows", &layout_windows },
	[RECORD_MESSAGE] = { "message", &layout_message },
	[RECORD_SURVEY] = { "survey", &layout_survey },
	[RECORD_HUNT] = { "hunt", &layout_hunt },
	[RECORD_END] = { "end", &layout_end },
};

static enum record_type type__of(const char *name)
{
	int type = 0;

	while (type < NR_RECORD_TYPES && strcmp(types[type].name, name))
		type++;
	return type;
}

/* --- a record -------------------------------------------------------------------------- */

/* Summaries are kept by name, and shown as numbers of this program. */
static int record__restore(struct session_record *r)
{
	struct model *model = arena__alloc(&r->arena, 1, sizeof(*model));
	struct resolved_summary *s = arena__alloc(&r->arena, 1, sizeof(*s));
	const struct kept_summary *kept = r->data;

	if (!model || !s)
		return -ENOMEM;
	r->summary = s;
	return totals__restore(kept, &r->arena, model, s);
}

static int record__decode(struct session_record *r, const char *text, size_t size, char *why)
{
	const char *type;
	void *data;
	int err;

	r->object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	type = json_string_value(json_object_get(r->object, "type"));
	if (!type) {
		snprintf(why, WHY, "it is no record");
		return -EINVAL;
	}
	r->type = type__of(type);
	if (r->type == NR_RECORD_TYPES)
		return 0;
	r->data = data = arena__alloc(&r->arena, 1, types[r->type].layout->size);
	if (!data)
		return -ENOMEM;
	err = decode(types[r->type].layout, r->object, &r->arena, data, why, WHY);
	if (!err && types[r->type].layout == &layout_summary)
		err = record__restore(r);
	return err;
}

void session_record__free(struct session_record *record)
{
	json_decref(record->object);
	arena__free(&record->arena);
	*record = (struct session_record){};
}

int session__record(const struct session *s, size_t at, struct session_record *record)
{
	char why[WHY];
	int err;

	*record = (struct session_record){};
	err = record__decode(record, s->text + s->line[at].at, s->line[at].length, why);
	if (err)
		session_record__free(record);
	return err;
}

size_t session__next(const struct session *s, enum record_type type, size_t at)
{
	while (at < s->nr && s->line[at].type != type)
		at++;
	return at;
}

size_t session__last(const struct session *s, enum record_type type)
{
	for (size_t at = s->nr; at; at--)
		if (s->line[at - 1].type == type)
			return at - 1;
	return s->nr;
}

/* --- the file --------------------------------------------------------------------------- */

/* What is wrong with a file, in one line; with force it is read on, and only said once. */
static enum status session__say(struct session *s, bool force, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum status session__say(struct session *s, bool force, const char *format, ...)
{
	char what[WHY + 96];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (force && s->damaged)
		return STATUS_CLEAN;
	s->damaged = true;
	if (!force)
		return status__say(STATUS_USAGE, "%s %s; --force shows what can be read", s->path,
				   what);
	status__note("%s %s; what can be read follows", s->path, what);
	return STATUS_CLEAN;
}

#define CHUNK (1 << 20)

static int session__fill(struct session *s, int fd)
{
	size_t room = 0;
	ssize_t n = 1;

	while (n) {
		if (room - s->size < CHUNK) {
			char *grown = realloc(s->text, room = 2 * room + CHUNK);

			if (!grown)
				return -ENOMEM;
			s->text = grown;
		}
		n = read(fd, s->text + s->size, room - s->size);
		if (n < 0 && errno != EINTR)
			return -errno;
		s->size += n > 0 ? n : 0;
	}
	return 0;
}

/* The first line: whether it is a session, and of which version. */
static enum status session__header(struct session *s, bool force)
{
	const char *end = s->size ? memchr(s->text, '\n', s->size) : NULL;
	char why[WHY] = "";

	s->first = calloc(1, sizeof(*s->first));
	if (!s->first)
		return status__say(STATUS_CANNOT, "out of memory");
	if (!s->size)
		return status__say(STATUS_USAGE, "%s is empty: no session of pkstrace", s->path);
	if (!end || record__decode(s->first, s->text, end - s->text, why) ||
	    s->first->type != RECORD_SESSION || strcmp(s->first->header->format, SESSION_FORMAT))
		return status__say(STATUS_USAGE,
				   "%s is no session of pkstrace (`pkstrace run -o "
				   "FILE` writes one)",
				   s->path);
	s->header = *s->first->header;
	if (s->header.version > SESSION_VERSION)
		return session__say(s, force,
				    "is of version %u of the format, from %s; this program knows "
				    "%u",
				    s->header.version, s->header.producer, SESSION_VERSION);
	return STATUS_CLEAN;
}

static enum status session__add(struct session *s, enum record_type type, size_t at, size_t length)
{
	if (array__grow(&s->line, &s->room, s->nr, sizeof(*s->line)))
		return status__say(STATUS_CANNOT, "out of memory");
	s->line[s->nr++] = (struct session_line){ type, at, length };
	return STATUS_CLEAN;
}

/* The last record tells how many there were before, and what they were. */
static enum status session__compare(struct session *s, bool force, const struct session_end *end,
				    size_t at, size_t records)
{
	if (end->records != records || end->crc != crc32(0, (const void *)s->text, at))
		return session__say(s, force, "was changed after it was written");
	return STATUS_CLEAN;
}

/* A line of the file; number: how many there are before. */
static enum status session__line(struct session *s, bool force, size_t at, size_t length,
				 size_t number)
{
	struct session_record record = {};
	enum status status = STATUS_CLEAN;
	char why[WHY] = "";
	int err = record__decode(&record, s->text + at, length, why);

	if (err == -ENOMEM)
		status = status__say(STATUS_CANNOT, "out of memory");
	else if (err)
		status = session__say(s, force, "is damaged in line %zu: %s", number + 1, why);
	else
		status = session__add(s, record.type, at, length);
	if (!err && !status && record.type == RECORD_END)
		status = session__compare(s, force, record.end, at, number);
	session_record__free(&record);
	return status;
}

static enum status session__lines(struct session *s, bool force)
{
	enum status status = STATUS_CLEAN;
	size_t at = 0, number = 0, length;
	const char *end;

	for (; !status && at < s->size; at += length + 1, number++) {
		end = memchr(s->text + at, '\n', s->size - at);
		if (!end)
			break;
		length = end - (s->text + at);
		if (s->nr && s->line[s->nr - 1].type == RECORD_END)
			status = session__say(s, force, "goes on after its end");
		status = status ?: session__line(s, force, at, length, number);
	}
	if (!status && (at < s->size || !s->nr || s->line[s->nr - 1].type != RECORD_END))
		status =
			session__say(s, force,
				     "ends early, after %zu records: its writer was ended", number);
	return status;
}

enum status session__read(struct session *s, const char *path, int fd, bool force)
{
	enum status status;
	int err;

	*s = (struct session){ .path = path };
	err = session__fill(s, fd);
	if (err)
		return status__say(STATUS_USAGE, "%s can't be read: %s", path, strerror(-err));
	status = session__header(s, force);
	return status ?: session__lines(s, force);
}

enum status session__open(struct session *s, const char *path, bool force)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	enum status status;

	*s = (struct session){ .path = path };
	if (fd < 0)
		return status__say(STATUS_USAGE, "%s can't be read: %s", path, strerror(errno));
	status = session__read(s, standard ? "standard input" : path, fd, force);
	if (!standard)
		close(fd);
	return status;
}

void session__close(struct session *s)
{
	if (s->first)
		session_record__free(s->first);
	free(s->first);
	free(s->line);
	free(s->text);
	*s = (struct session){};
}

/* --- what is done with it ------------------------------------------------------------------ */

static void window__print(void *arg, const struct resolved_window *window)
{
	report__window(arg, window);
}

static void record__print(const struct session_record *record, struct report *r)
{
	switch (record->type) {
	case RECORD_FINDING:
		report__finding(r, record->finding);
		break;
	case RECORD_INJECTION:
		report__injection(r, record->injection);
		break;
	case RECORD_INTERVAL:
		report__interval(r, record->summary);
		break;
	case RECORD_SUMMARY:
		report__summary(r, record->summary);
		break;
	case RECORD_INJECTIONS:
		report__injections(r, record->injections);
		break;
	case RECORD_SURVEY:
		report__survey(r, record->survey);
		break;
	case RECORD_WINDOWS:
		if (report__wants_window(r))
			r->missing += kept_windows__each(record->windows, window__print, r);
		break;
	case RECORD_MESSAGE:
		report__message(r, record->message);
		break;
	case RECORD_HUNT:
		report__runs(r, record->hunt);
		break;
	default:
		break;
	}
}

void session__print(const struct session *s, struct report *r)
{
	struct session_record record;

	for (size_t i = 0; i < s->nr; i++) {
		if (session__record(s, i, &record)) {
			r->missing++;
			continue;
		}
		record__print(&record, r);
		session_record__free(&record);
	}
}

static enum status record__status(const struct session_record *record)
{
	const struct report_hunt *hunt = record->hunt;

	if (record->type == RECORD_HUNT) {
		if (hunt->found || hunt->survey_findings)
			return STATUS_FINDINGS;
		return hunt->because ? STATUS_INCOMPLETE : STATUS_CLEAN;
	}
	if (model__total_findings(record->summary->model))
		return STATUS_FINDINGS;
	return model__complete(record->summary->model) ? STATUS_CLEAN : STATUS_INCOMPLETE;
}

enum status session__status(const struct session *s)
{
	enum status status = STATUS_INCOMPLETE;
	struct session_record record;
	size_t at = session__last(s, RECORD_SUMMARY);

	if (at == s->nr)
		at = session__last(s, RECORD_HUNT);
	if (at < s->nr && !session__record(s, at, &record)) {
		status = record__status(&record);
		session_record__free(&record);
	}
	if (s->damaged && !status)
		status = STATUS_INCOMPLETE;
	/* Of one that has no summary, too, this much is certain. */
	if (session__next(s, RECORD_FINDING, 0) < s->nr)
		status = STATUS_FINDINGS;
	return status;
}
