/* SPDX-License-Identifier: GPL-2.0-only */
/* Names and meanings of what the wire ABI numbers: one row each. */
#ifndef PKSTRACE_FINDINGS_CLASS_H
#define PKSTRACE_FINDINGS_CLASS_H

#include "abi/tables.h"

struct class_row {
	const char *name;
	const char *meaning; /* one line, for reports and --help */
};

/* All take any number; one that is not known gives "?". */
const struct class_row *class__row(unsigned int class);
const struct class_row *cause__row(unsigned int cause);
const struct class_row *boundary__row(unsigned int boundary);
const struct class_row *context__row(unsigned int context);
const struct class_row *loss__row(unsigned int reason);

/* The number of a name, 0 (PKS_CLASS_NONE, PKS_CAUSE_NONE) where there is none of that name. */
unsigned int class__number(const char *name);
unsigned int cause__number(const char *name);

#endif
