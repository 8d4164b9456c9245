/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel calls things. The only user-side file that knows names of
 * kernel symbols: which functions are grants and revokes, where faults go, in
 * which layout the check was built, and the facts that the programs need.
 */
#ifndef PKSTRACE_DIALECT_H
#define PKSTRACE_DIALECT_H

#include <stdbool.h>
#include <stdio.h>

#include "event.h"
#include "status.h"

/* The places that programs attach to, by role. */
enum probe {
	PROBE_GRANT_PAGE,
	PROBE_REVOKE_PAGE,
	PROBE_GRANT_PGMAP,
	PROBE_REVOKE_PGMAP,
	PROBE_KEY_FAULT,
	PROBE_FAULT_CALLBACK,
	PROBE_PGMAP_GONE,
	PROBE_USER_FAULT,
	PROBE_THREAD_END,
	NR_PROBES,
};

enum fault_mode { FAULT_MODE_UNKNOWN, FAULT_MODE_RELAXED, FAULT_MODE_STRICT };

struct dialect {
	const char *name;	     /* "V10", "V8", ...; NULL: no windows on this kernel */
	const char *layout;	     /* "outofline", or "inline or partial" */
	const char *target[NR_PROBES]; /* kernel function, NULL: not there */
	__u64 entry[NR_PROBES];	     /* its address */
	bool cpu_has_pks;
	bool protection_on;	     /* a protected pgmap can exist */
	enum fault_mode fault_mode;
	struct pks_facts facts;
	unsigned int page_struct; /* bytes of the kernel's struct page, 0: not known */
	struct btf *btf; /* owned; of the running kernel */
};

struct btf;
struct symbols;

/*
 * Finds out about the running kernel. Returns 0, or the status to exit with
 * after a line on stderr was printed (quiet: no line, for `check`, which
 * explains by itself). `symbols` stays the caller's.
 */
enum status dialect__probe(struct dialect *d, struct symbols *symbols, bool quiet);

/* Frees what a probed dialect holds. */
void dialect__close(struct dialect *d);

/* True where the kernel has this tracepoint. */
bool dialect__has_tracepoint(const struct dialect *d, const char *name);

/* True where ftrace lists the function: without that nothing attaches to it. */
bool dialect__traceable(const char *function);

/* True where `name` is one of this project's traced functions, to trim stacks. */
bool dialect__is_own(const char *name);

/* True where the function is the exception entry that stray accesses come through. */
bool dialect__is_fault_entry(const char *name);

#endif
