/* SPDX-License-Identifier: GPL-2.0-only */
/* Injections in the text that people read. */
#ifndef PKSTRACE_REPORT_INJECTION_H
#define PKSTRACE_REPORT_INJECTION_H

struct pks_finding;
struct pks_injection;
struct report;

/* One injection, as it comes. function: the one that failed. verbose: as inject_plan's. */
void report_injection__print(const struct report *r, const struct pks_injection *one,
			     const char *function, unsigned int verbose);

/* A line that names the injection which a finding follows; nothing where there is none. */
void report_injection__cause(const struct report *r, const struct pks_finding *finding);

#endif
