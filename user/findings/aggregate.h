/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what windows are counted by: a call site, a thread, a cgroup. */
#ifndef PKSTRACE_FINDINGS_AGGREGATE_H
#define PKSTRACE_FINDINGS_AGGREGATE_H

#include <stdbool.h>

#include "findings/model.h"

struct symbols;

/*
 * "dax_iomap_rw+0x251/0x4d0", "fio/123", "/system.slice"; for the row of all windows, or
 * of those the table had no room for, what it stands for. Returns `name`.
 */
const char *aggregate__name(struct symbols *symbols, enum pks_by by, const struct model_site *site,
			    char *name, size_t size);

/* The column heading for such names. */
const char *aggregate__title(enum pks_by by);

/* "site", "thread", "cgroup", "all": for the command line and for files. */
extern const char *const aggregate__words[PKS_NR_BY];

/*
 * The path of a cgroup, by ID, relative to the root of the hierarchy; "/" for the root.
 * Returns false if the cgroup is gone or cgroup v2 is not mounted.
 */
bool aggregate__cgroup_path(__u64 id, char *path, size_t size);

#endif
