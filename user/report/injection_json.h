/* SPDX-License-Identifier: GPL-2.0-only */
/* Injections in JSON: an object a line, and what a finding says of the one it follows. */
#ifndef PKSTRACE_REPORT_INJECTION_JSON_H
#define PKSTRACE_REPORT_INJECTION_JSON_H

#include <jansson.h>

#include "abi/record.h"

struct report;

/* A line of its own ("type": "injection"); function: what was made to fail, or "". */
void report_injection_json__print(const struct report *r, const struct pks_injection *one,
				  const char *function);

/* The injection that a finding follows: the caller's, or NULL where there is none. */
json_t *report_injection_json__cause(const struct report *r, const struct pks_finding *finding);

#endif
