/* SPDX-License-Identifier: GPL-2.0-only */
/* Attachments that are made one by one and taken away together. */
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

/* Takes what an attach returned; NULL with errno: one line says what it was to. */
enum status links__keep(struct links *links, struct bpf_link *link, const char *target);

/* A probe at a function's entry; the program gets the cookie. As above. */
enum status links__probe(struct links *links, struct bpf_program *program, const char *function,
			 uint64_t cookie);

/* Detaches all. */
void links__destroy(struct links *links);

#endif
