/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the JSON format, for its row in json.c; and a finding as an object. */
#ifndef PKSTRACE_REPORT_JSON_H
#define PKSTRACE_REPORT_JSON_H

#include <jansson.h>

#include "report/report.h"

/* Of the schema, user/doc/output.schema.json: greater where an old reader would go wrong. */
#define JSON_VERSION 1

/* An object with what all lines have, owned by the caller. Returns NULL if out of memory. */
json_t *json__record(const char *type);

/* The object of one output line, owned by the caller. Returns NULL if out of memory. */
json_t *json__finding_object(const struct resolved_finding *f);

/* Writes an object as a line of its own and drops the reference. */
void json__line(struct report *r, json_t *object);

void json__summary(struct report *r, const struct resolved_summary *s);
void json__interval(struct report *r, const struct resolved_summary *s);
void json__injections(struct report *r, const struct report_injections *all);
void json__survey(struct report *r, const struct report_survey *s);
void json__hunt(struct report *r, const struct report_hunt *hunt);

#endif
