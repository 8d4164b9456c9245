// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "trace/bpf_links.h"

enum status links__keep(struct links *links, struct bpf_link *link, const char *target)
{
	if (!link)
		return status__say(STATUS_CANNOT, "can't attach to %s: %s", target,
				   strerror(errno));
	if (array__grow(&links->all, &links->room, links->nr, sizeof(*links->all))) {
		bpf_link__destroy(link);
		return status__say(STATUS_CANNOT, "out of memory");
	}
	links->all[links->nr++] = link;
	return STATUS_CLEAN;
}

enum status links__probe(struct links *links, struct bpf_program *program, const char *function,
			 uint64_t cookie)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = cookie);

	return links__keep(links, bpf_program__attach_kprobe_opts(program, function, &opts),
			   function);
}

void links__destroy(struct links *links)
{
	while (links->nr)
		bpf_link__destroy(links->all[--links->nr]);
	free(links->all);
	*links = (struct links){};
}
