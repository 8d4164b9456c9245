// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that write to a file of the bug driver, for tests at scale:
 *
 *	load churn THREADS AT-ONCE FILE TEXT
 *		so many threads, one after the other and at most AT-ONCE at the
 *		same time: each opens FILE, writes TEXT once, and ends
 *	load live THREADS FILE TEXT
 *		the same, but none ends: all wait, after the line "ready", until
 *		standard input does
 *	load write TIMES FILE TEXT
 *		one thread, that writes TEXT so often
 *
 * Exit status: 0 if every write went well.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Enough for what the threads here do; 20,000 of them must fit. */
#define STACK_BYTES (32 * 1024)

static const char *file, *text;
static unsigned long times = 1;
static bool stay;
static sem_t may_start, written;
static atomic_bool failed;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* held until those that stay may go */

static void say(const char *what, int err)
{
	if (!atomic_exchange(&failed, true))
		fprintf(stderr, "load: %s: %s\n", what, strerror(err));
}

static void write_file(void)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	size_t size = strlen(text);

	if (fd < 0) {
		say(file, errno);
		return;
	}
	for (unsigned long i = 0; i < times; i++)
		if (write(fd, text, size) != (ssize_t)size)
			say(file, errno);
	close(fd);
}

static void *thread(void *unused)
{
	write_file();
	sem_post(&written);
	if (stay) {
		pthread_mutex_lock(&gate);
		pthread_mutex_unlock(&gate);
	}
	sem_post(&may_start);
	return unused;
}

static void start(unsigned long threads)
{
	pthread_attr_t attr;
	pthread_t id;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (unsigned long i = 0; i < threads; i++) {
		if (!stay)
			sem_wait(&may_start);
		err = pthread_create(&id, &attr, thread, NULL);
		/* A thread that has posted is not yet gone. */
		for (int again = 0; err == EAGAIN && again < 1000; again++) {
			usleep(1000);
			err = pthread_create(&id, &attr, thread, NULL);
		}
		if (err) {
			say("pthread_create", err);
			exit(1);
		}
	}
	for (unsigned long i = 0; i < threads; i++)
		sem_wait(&written);
}

static unsigned long number(const char *word)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	if (!value || *end) {
		fprintf(stderr, "load: '%s' is no number above 0\n", word);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	bool churn = argc == 6 && !strcmp(argv[1], "churn");
	bool live = argc == 5 && !strcmp(argv[1], "live");
	char byte;

	if (!churn && !live && !(argc == 5 && !strcmp(argv[1], "write"))) {
		fputs("Usage: load churn THREADS AT-ONCE FILE TEXT | live THREADS FILE TEXT | "
		      "write TIMES FILE TEXT\n",
		      stderr);
		return 2;
	}
	file = argv[argc - 2];
	text = argv[argc - 1];
	sem_init(&may_start, 0, churn ? number(argv[3]) : 0);
	sem_init(&written, 0, 0);
	if (churn) {
		start(number(argv[2]));
	} else if (live) {
		stay = true;
		pthread_mutex_lock(&gate);
		start(number(argv[2]));
		puts("ready");
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
		pthread_mutex_unlock(&gate);
	} else {
		times = number(argv[2]);
		write_file();
	}
	return atomic_load(&failed);
}
