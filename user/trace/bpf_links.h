/* SPDX-License-Identifier: GPL-2.0-only */
/* BPF links that are made one by one and destroyed together. */
#ifndef PKSTRACE_TRACE_BPF_LINKS_H
#define PKSTRACE_TRACE_BPF_LINKS_H

#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

struct bpf_link;
struct bpf_program;

struct links {
	struct bpf_link **all;
	size_t nr, room;
};

/* Keeps what an attach returned; if NULL (see errno), prints one line that names the target. */
enum status links__keep(struct links *links, struct bpf_link *link, const char *target);

/* Attaches a kprobe to a function's entry, with a cookie for the program. As above. */
enum status links__probe(struct links *links, struct bpf_program *program, const char *function,
			 uint64_t cookie);

/* Detaches all of them. */
void links__destroy(struct links *links);

#endif
