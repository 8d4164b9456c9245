/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A module has gone, or another one has come to where it was: whatever is noted of addresses
 * in its memory is marked as that module's (PKS_RETIRED()), as the programs do in their tables.
 */
#ifndef PKSTRACE_FINDINGS_RETIRE_H
#define PKSTRACE_FINDINGS_RETIRE_H

#include "findings/injections.h"
#include "findings/model.h"

void retire__model(struct model *m, const struct pks_module_event *event);
void retire__injections(struct injections *list, const struct pks_module_event *event);

#endif
