// SPDX-License-Identifier: GPL-2.0-only
/*
 * native FORM N: nanoseconds of a system call that does nothing while FORM's
 * programs of native.bpf.c (empty, stat, run; none: no program) take its start
 * for a grant and its end for a revoke. Exits with 3 where the kernel lets no
 * such program be attached.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/settings.h"
#include "abi/tables.h"
#include "native.skel.h"

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int choose(struct native *skel, const char *form, const char *suffix)
{
	struct bpf_program *program;
	char name[64];

	snprintf(name, sizeof(name), "%s%s", form, suffix);
	program = bpf_object__find_program_by_name(skel->obj, name);
	return program ? bpf_program__set_autoload(program, true) : -ENOENT;
}

/* What was taken for windows has to come out as such, or the figure is of something else. */
static unsigned long long windows(const struct native *skel)
{
	unsigned long long sum = 0;

	for (int i = 0; i < PKS_COUNT_ONLY_SHARDS; i++)
		for (int b = 0; b < PKS_BUCKETS; b++)
			sum += skel->bss->count_only_stats[i].hist[b];
	return sum;
}

static unsigned long long traced_windows(struct native *skel)
{
	unsigned long long sum = 0;
	struct pks_site_stat stat;

	for (__u32 i = 0; i < PKS_SITES; i++) {
		sum += skel->bss->grant_sites[i].closed;
		if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.stats), &i, &stat))
			continue;
		for (int b = 0; b < PKS_BUCKETS; b++)
			sum += stat.hist[b];
	}
	return sum;
}

static int check(struct native *skel, const char *form, unsigned long n)
{
	unsigned long long got = !strcmp(form, "stat") ? windows(skel) :
				 !strcmp(form, "run")  ? traced_windows(skel) :
							 n;

	if (got >= n)
		return 0;
	fprintf(stderr, "native: %s counted %llu windows of %lu\n", form, got, n);
	return 1;
}

static int refused(const char *form)
{
	fprintf(stderr, "native: this kernel lets no such program run (%s): %s\n", form,
		strerror(errno));
	return 3;
}

int main(int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long long start, took;
	struct native *skel;
	int failed;

	if (!n) {
		fprintf(stderr, "usage: native none|empty|stat|run N\n");
		return 2;
	}
	libbpf_set_print(NULL);
	skel = native__open();
	if (!skel)
		return refused(argv[1]);
	skel->rodata->settings.keys = 1;
	skel->rodata->settings.stack_depth = 48;
	skel->rodata->settings.grant_mask = 1023;
	skel->rodata->settings.revoke_mask = 63;
	skel->rodata->settings.caller_mask = 15;
	skel->rodata->settings.stack_first = 16;
	if (strcmp(argv[1], "none") &&
	    (choose(skel, argv[1], "_enter") || choose(skel, argv[1], "_exit"))) {
		fprintf(stderr, "native: no form %s\n", argv[1]);
		return 2;
	}
	if (native__load(skel) || native__attach(skel))
		return refused(argv[1]);
	skel->bss->target = getpid();
	start = now();
	for (unsigned long i = 0; i < n; i++)
		syscall(SYS_getppid);
	took = now() - start;
	printf("%.1f\n", (double)took / n);
	failed = check(skel, argv[1], n - 1); /* the first one begins with its end */
	native__destroy(skel);
	return failed;
}
