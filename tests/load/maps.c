// SPDX-License-Identifier: GPL-2.0-only
/*
 * maps SECONDS: walks a large empty BPF hash map by system calls, on the CPU that it
 * is started on. All the while the kernel runs no program of a kprobe on that CPU
 * (bpf_disable_instrumentation()), though the thread itself may be preempted.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ENTRIES (1 << 20)

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 1);
	LIBBPF_OPTS(bpf_map_create_opts, create, .map_flags = BPF_F_NO_PREALLOC);
	LIBBPF_OPTS(bpf_map_batch_opts, batch);
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 4, ENTRIES, &create);
	unsigned long walks = 0;

	if (fd < 0) {
		fprintf(stderr, "maps: no map: %s\n", strerror(errno));
		return 1;
	}
	while (time(NULL) < end) {
		__u32 next, keys[8], values[8], count = 8;

		if (bpf_map_lookup_batch(fd, NULL, &next, keys, values, &count, &batch) &&
		    errno != ENOENT) {
			fprintf(stderr, "maps: %s\n", strerror(errno));
			return 1;
		}
		walks++;
	}
	printf("%lu walks\n", walks);
	return 0;
}
