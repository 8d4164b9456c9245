// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/session/identity.h"
#include "report/session/merge.h"
#include "report/session/sum.h"
#include "util/array.h"

/* --- findings ---------------------------------------------------------------------- */

static struct merged_finding *merged__by_identity(const struct merged *m, const char *identity)
{
	__u64 hash = identity__hash(identity);

	for (size_t i = 0; i < m->nr_findings; i++)
		if (m->finding[i].hash == hash && !strcmp(m->finding[i].identity, identity))
			return &m->finding[i];
	return NULL;
}

/* Takes the identity. f: where the finding is, if it is the first; NULL if out of memory. */
static struct merged_finding *merged__add(struct merged *m, char *identity,
					  const struct merged_finding *f)
{
	struct merged_finding *one = identity ? merged__by_identity(m, identity) : NULL;

	if (!identity || one) {
		free(identity);
		return one;
	}
	if (array__grow(&m->finding, &m->room, m->nr_findings, sizeof(*m->finding))) {
		free(identity);
		return NULL;
	}
	one = &m->finding[m->nr_findings];
	*one = *f;
	one->identity = identity;
	one->hash = identity__hash(identity);
	one->in = calloc(m->nr, sizeof(*one->in));
	if (!one->in) {
		free(identity);
		return NULL;
	}
	m->nr_findings++;
	return one;
}

static void finding__count(struct merged_finding *f, size_t session, __u64 count)
{
	f->count += count;
	f->in[session] += count;
}

/* The row of a finding in its session's summary; NULL: there is none. */
static const struct resolved_repeat *session__repeat(const struct resolved_summary *s,
						     const struct resolved_finding *f)
{
	for (size_t i = 0; s && i < s->nr_repeats; i++)
		if (s->repeat[i].reported && s->repeat[i].report == f->time &&
		    !strcmp(s->repeat[i].class, f->class))
			return &s->repeat[i];
	return NULL;
}

static int merged__add_record(struct merged *m, size_t at, size_t line,
			      const struct resolved_finding *f)
{
	const struct resolved_repeat *repeat = session__repeat(m->summary[at].summary, f);
	struct merged_finding where = { .session = at,
					.line = line,
					.first = repeat ? repeat->first : f->time,
					.last = repeat ? repeat->last : f->time };
	struct merged_finding *one = merged__add(m, identity__finding(f), &where);

	if (!one)
		return -ENOMEM;
	finding__count(one, at, repeat ? repeat->count : 1);
	return 0;
}

static int merged__add_records(struct merged *m, size_t at)
{
	const struct session *s = &m->session[at];
	struct session_record record;
	int err = 0;

	for (size_t i = session__next(s, RECORD_FINDING, 0); !err && i < s->nr;
	     i = session__next(s, RECORD_FINDING, i + 1)) {
		err = session__record(s, i, &record);
		if (err)
			return err;
		err = merged__add_record(m, at, i, record.finding);
		session_record__free(&record);
	}
	return err;
}

/* Those that are known from their counts alone. */
static int merged__add_unreported(struct merged *m, size_t at)
{
	const struct resolved_summary *s = m->summary[at].summary;

	for (size_t i = 0; s && i < s->nr_repeats; i++) {
		const struct resolved_repeat *repeat = &s->repeat[i];
		struct merged_finding where = { .session = at,
						.line = m->session[at].nr,
						.repeat = i,
						.first = repeat->first,
						.last = repeat->last };
		struct merged_finding *one;

		if (repeat->reported)
			continue;
		one = merged__add(m, identity__repeat(repeat), &where);
		if (!one)
			return -ENOMEM;
		finding__count(one, at, repeat->count);
	}
	return 0;
}

/* --- together ------------------------------------------------------------------------ */

static int session__summary(const struct session *s, struct session_record *record)
{
	size_t at = session__last(s, RECORD_SUMMARY);

	return at < s->nr ? session__record(s, at, record) : 0;
}

static enum status merged__build(struct merged *m)
{
	int err = 0;

	m->summary = calloc(m->nr + 1, sizeof(*m->summary));
	if (!m->summary)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < m->nr; i++) {
		err = session__summary(&m->session[i], &m->summary[i]);
		err = err ?: merged__add_records(m, i);
		err = err ?: merged__add_unreported(m, i);
	}
	err = err ?: sum__summaries(m, sum__same_kernel(m, m));
	return err ? status__say(STATUS_CANNOT, "can't merge the sessions: %s", strerror(-err)) :
		     STATUS_CLEAN;
}

enum status merged__open(struct merged *m, const char *const *path, size_t nr, bool force)
{
	enum status status = STATUS_CLEAN;

	*m = (struct merged){ .session = calloc(nr + 1, sizeof(*m->session)) };
	if (!m->session)
		return status__say(STATUS_CANNOT, "out of memory");
	for (; !status && m->nr < nr; m->nr++)
		status = session__open(&m->session[m->nr], path[m->nr], force);
	return status ?: merged__build(m);
}

enum status merged__take(struct merged *m, const struct session *session)
{
	*m = (struct merged){ .session = calloc(1, sizeof(*m->session)), .nr = 1 };
	if (!m->session)
		return status__say(STATUS_CANNOT, "out of memory");
	m->session[0] = *session;
	return merged__build(m);
}

int merged__align(struct merged *m, struct merged *other)
{
	if (sum__same_kernel(m, other))
		return 0;
	return sum__summaries(m, false) ?: sum__summaries(other, false);
}

void merged__close(struct merged *m)
{
	for (size_t i = 0; i < m->nr_findings; i++) {
		free(m->finding[i].identity);
		free(m->finding[i].in);
	}
	for (size_t i = 0; i < m->nr; i++) {
		if (m->summary)
			session_record__free(&m->summary[i]);
		session__close(&m->session[i]);
	}
	free(m->finding);
	free(m->summary);
	free(m->session);
	arena__free(&m->arena);
	*m = (struct merged){};
}

/* --- out ------------------------------------------------------------------------------- */

/* Of one that has no report what its row tells. */
static void finding__from_repeat(const struct resolved_repeat *repeat, struct resolved_finding *f)
{
	f->time = repeat->first;
	f->class = repeat->class;
	f->cause = repeat->cause;
	f->meaning = "known from its count alone: no report was delivered";
	f->through = repeat->through;
	f->thread.context = "unknown";
	snprintf(f->in.text, sizeof(f->in.text), "%.*s", (int)sizeof(f->in.text) - 1, repeat->in);
	snprintf(f->what, sizeof(f->what), "Seen, but nothing else is known of it");
}

/* Machines are worth a line where there are several sessions. */
static int finding__machines(const struct merged *m, const struct merged_finding *from,
			     struct merged_record *out)
{
	if (m->nr < 2)
		return 0;
	out->seen = calloc(m->nr, sizeof(*out->seen));
	if (!out->seen)
		return -ENOMEM;
	out->own->seen = out->seen;
	for (size_t i = 0; i < m->nr; i++)
		if (from->in[i])
			out->seen[out->own->nr_seen++] =
				(struct resolved_seen){ m->session[i].header.host,
							m->session[i].header.kernel, from->in[i] };
	return 0;
}

int merged__finding(const struct merged *m, size_t at, struct merged_record *out)
{
	const struct merged_finding *from = &m->finding[at];
	const struct session *s = &m->session[from->session];
	int err = 0;

	*out = (struct merged_record){ .own = calloc(1, sizeof(*out->own)) };
	if (!out->own)
		return -ENOMEM;
	if (from->line < s->nr)
		err = session__record(s, from->line, &out->record);
	if (!err && out->record.finding)
		*out->own = *out->record.finding;
	else if (!err)
		finding__from_repeat(&m->summary[from->session].summary->repeat[from->repeat],
				     out->own);
	out->finding = out->own;
	err = err ?: finding__machines(m, from, out);
	if (err)
		merged_record__free(out);
	return err;
}

void merged_record__free(struct merged_record *record)
{
	session_record__free(&record->record);
	free(record->own);
	free(record->seen);
	*record = (struct merged_record){};
}

void merged__print(const struct merged *m, struct report *r)
{
	struct merged_record record;

	for (size_t i = 0; i < m->nr_findings; i++) {
		if (merged__finding(m, i, &record)) {
			r->missing++;
			continue;
		}
		report__finding(r, record.finding);
		merged_record__free(&record);
	}
	report__summary(r, m->total);
}

enum status merged__status(const struct merged *m)
{
	enum status worst = STATUS_CLEAN;

	for (size_t i = 0; i < m->nr; i++) {
		enum status status = session__status(&m->session[i]);

		if (status && worst != STATUS_FINDINGS)
			worst = status;
	}
	return worst;
}
