/* SPDX-License-Identifier: GPL-2.0-only */
/* What a collector is, for the two files that it consists of: collector.c and counters.c. */
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
	int switched_on;	  /* a file that must be open while the programs run, -1: none */
	enum { USE_TRACE, USE_COUNT, USE_COUNT_ONLY } use;
	const struct collector_reader *reader;
};

#endif
