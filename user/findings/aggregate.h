/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of what windows are counted by: a call site, a thread, a cgroup. */
#ifndef PKSTRACE_FINDINGS_AGGREGATE_H
#define PKSTRACE_FINDINGS_AGGREGATE_H

#include "report/report.h"

/* "dax_iomap_rw+0x251/0x4d0", "fio/123", "/system.slice". Returns `name`. */
const char *group__name(const struct report *r, const struct model_site *site, char *name,
			size_t size);

/* The same of the place that a finding names. Returns `name`. */
const char *group__culprit(const struct report *r, const struct model *m,
			   const struct model_finding *f, char *name, size_t size);

/* What such a name stands for, as a table's heading. */
const char *group__title(enum pks_by by);

/*
 * Path of a cgroup below the hierarchy's root by its id, "/" for the root.
 * False where it is gone, or the hierarchy (version 2) is not mounted.
 */
bool group__cgroup_path(__u64 id, char *path, size_t size);

#endif
