// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks a large empty BPF hash map by system calls until it is killed, on the CPU that it
 * is started on; says "ready" before the first. All the while the kernel runs no program
 * of a kprobe on that CPU (bpf_disable_instrumentation()), though the thread itself may
 * be preempted.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENTRIES (1 << 16)
#define NR	8

int main(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, create, .map_flags = BPF_F_NO_PREALLOC);
	LIBBPF_OPTS(bpf_map_batch_opts, batch);
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 4, ENTRIES, &create);
	__u32 next, keys[NR], values[NR], count;

	if (fd < 0) {
		fprintf(stderr, "maps: no map: %s\n", strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	do {
		count = NR;
	} while (!bpf_map_lookup_batch(fd, NULL, &next, keys, values, &count, &batch) ||
		 errno == ENOENT);
	fprintf(stderr, "maps: %s\n", strerror(errno));
	return 1;
}
