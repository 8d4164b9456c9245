/* SPDX-License-Identifier: GPL-2.0-only */
/* What every renderer says at the end besides numbers: why source lines are missing. */
#ifndef PKSTRACE_REPORT_NOTE_H
#define PKSTRACE_REPORT_NOTE_H

#include "report/report.h"

/*
 * Hands each reason why file:line is missing in the findings to fn, once:
 * one of vmlinux, one of each module that a shown stack was in.
 */
void report_note__source(const struct report *r, const struct model *m,
			 void (*fn)(void *arg, const char *why), void *arg);

#endif
