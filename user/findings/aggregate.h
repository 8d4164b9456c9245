/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of what windows are counted by: a call site, a thread, a cgroup. */
#ifndef PKSTRACE_FINDINGS_AGGREGATE_H
#define PKSTRACE_FINDINGS_AGGREGATE_H

#include <stdbool.h>

#include "findings/model.h"

struct symbols;

/*
 * "dax_iomap_rw+0x251/0x4d0", "fio/123", "/system.slice"; of the row of those that
 * found no place, or of all, what it stands for. Returns `name`.
 */
const char *aggregate__name(struct symbols *symbols, enum pks_by by, const struct model_site *site,
			    char *name, size_t size);

/* What such a name stands for, as a table's heading. */
const char *aggregate__title(enum pks_by by);

/*
 * Path of a cgroup below the hierarchy's root by its id, "/" for the root.
 * False where it is gone, or the hierarchy (version 2) is not mounted.
 */
bool aggregate__cgroup_path(__u64 id, char *path, size_t size);

#endif
