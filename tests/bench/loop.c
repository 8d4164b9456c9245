// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one step of a loop in the kernel takes, in nanoseconds of CLOCK_MONOTONIC.
 * Under QEMU's -icount shift=0 such a nanosecond is one instruction of the guest.
 *
 *	loop windows FILE N	N windows made by writing N to a file of the bug driver
 *	loop syscall N		N system calls that do nothing
 *
 * Runs twice as much, then once, and divides the difference: what begins and
 * ends a run cancels out. The smallest of several runs counts, for a timer tick
 * only ever adds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 9

static const char *file;

static void die(const char *what)
{
	fprintf(stderr, "loop: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void make_windows(unsigned long n)
{
	char text[32];
	int fd = open(file, O_WRONLY), length = snprintf(text, sizeof(text), "%lu", n);

	if (fd < 0 || write(fd, text, length) != length)
		die(file);
	close(fd);
}

static void make_syscalls(unsigned long n)
{
	while (n--)
		syscall(SYS_getppid);
}

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static unsigned long long timed(void (*run)(unsigned long), unsigned long n)
{
	unsigned long long best = ~0ull, start, took;

	for (int i = 0; i < ROUNDS; i++) {
		start = now();
		run(n);
		took = now() - start;
		if (took < best)
			best = took;
	}
	return best;
}

int main(int argc, char **argv)
{
	void (*run)(unsigned long) = NULL;
	unsigned long n = argc > 2 ? strtoul(argv[argc - 1], NULL, 10) : 0;
	unsigned long long twice;

	if (argc == 4 && !strcmp(argv[1], "windows"))
		run = make_windows;
	else if (argc == 3 && !strcmp(argv[1], "syscall"))
		run = make_syscalls;
	if (!run || !n) {
		fprintf(stderr, "usage: loop windows FILE N | loop syscall N\n");
		return 2;
	}
	file = argv[2];
	run(n); /* the first windows of a call site cost more */
	twice = timed(run, 2 * n);
	printf("%.1f\n", (double)(twice - timed(run, n)) / n);
	return 0;
}
