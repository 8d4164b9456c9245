/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the JSON that several renderers have. */
#ifndef PKSTRACE_REPORT_JSON_H
#define PKSTRACE_REPORT_JSON_H

#include <jansson.h>

#include "report/report.h"

/* A frame of a stack: address, function, source lines. flags: enum symbol_flags. The caller's. */
json_t *frame__json(const struct report *r, __u64 address, unsigned int flags);

/* Writes an object as a line of its own, and lets go of it. */
void line__write(const struct report *r, json_t *object);

#endif
