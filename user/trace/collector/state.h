/* SPDX-License-Identifier: GPL-2.0-only */
/* What a collector is, for the files that it consists of, and what they ask of each other. */
#ifndef PKSTRACE_TRACE_COLLECTOR_STATE_H
#define PKSTRACE_TRACE_COLLECTOR_STATE_H

#include <stddef.h>

#include "kernel/dialect/boundaries.h"
#include "trace/collector.h"

struct bpf_link;
struct ring_buffer;

struct collector {
	const struct dialect *dialect;
	const struct collector_extension *extension;
	struct pkstrace *skel;
	struct ring_buffer *ring;
	struct bpf_link *boundaries[BOUNDARIES_MAX];
	struct bpf_link *family;     /* NULL: not used yet */
	struct pks_site_stat *stats; /* mapped; shards * PKS_SITES entries */
	size_t stats_size;
	const struct pks_stack *stacks; /* mapped; PKS_STACKS entries, one where none is taken */
	size_t stacks_size;
	unsigned int shards;
	unsigned int nr_cpus;
	unsigned int attached;
	unsigned int attached_to; /* of enum probe, a bit each */
	bool running;		  /* attached, and not stopped */
	bool bare;		  /* at the end the kernel no longer called some of the programs */
	bool unread;		  /* and this could not be found out */
	__u64 delivered;	  /* findings out of the ring */
	unsigned int windows;	  /* windows since the last look at other records */
	int switched_on;	  /* a file that must be open while the programs run, -1: none */
	enum { USE_TRACE, USE_COUNT, USE_COUNT_ONLY } use;
	const struct collector_reader *reader;
};

/* --- programs.c ------------------------------------------------------------------- */

/* The program for a role of the dialect, in the form for this use of it; NULL: there is none. */
struct bpf_program *collector__program(struct collector *c, enum probe probe);

/* The same of grants and revokes alone. */
struct bpf_program *collector__window_program(const struct collector *c, enum probe probe);

/* The role that a program is for; NR_PROBES: none. */
enum probe collector__probe(struct collector *c, const struct bpf_program *prog);

/* True of what is attached by hand, to several tracepoints. */
bool collector__is_boundary(const struct collector *c, const struct bpf_program *prog);

/* --- setup.c ---------------------------------------------------------------------- */

/* Before the programs are loaded. 0, negative errno, or an enum status: a line was printed. */
int collector__configure(struct collector *c, const struct collector_options *options);

/* Afterwards: makes the tables readable, until collector__close(). 0 or negative errno. */
int collector__map_tables(struct collector *c);

#endif
