// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/process_tree.h"
#include "util/number.h"
#include "util/proc_stat.h"

#define MAX_DEPTH 64

int process_tree__adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) ? -errno : 0;
}

static bool process__descends(pid_t pid, pid_t ancestor, char *state)
{
	struct proc_stat stat;

	if (!proc_stat__read(pid, 0, &stat))
		return false;
	*state = stat.state;
	for (int i = 0; stat.parent > 1 && i < MAX_DEPTH; i++) {
		if (stat.parent == ancestor)
			return true;
		if (!proc_stat__read(stat.parent, 0, &stat))
			return false;
	}
	return false;
}

/* The main process's status is kept, the others' are nobody's concern. */
static void process_tree__reap(pid_t main, int *main_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == main)
			*main_status = status;
}

/* Sends each of them the signals (0: none). Returns how many are not dead yet. */
static unsigned int process_tree__signal(int first, int second)
{
	pid_t self = getpid();
	struct dirent *entry;
	unsigned int alive = 0;
	DIR *proc = opendir("/proc");

	while (proc && (entry = readdir(proc))) {
		char state = 0;
		int64_t pid;

		if (!number__integer(entry->d_name, 1, INT_MAX, &pid) ||
		    !process__descends(pid, self, &state) || state == 'Z')
			continue;
		if (first)
			kill(pid, first);
		if (second)
			kill(pid, second);
		alive++;
	}
	if (proc)
		closedir(proc);
	return alive;
}

#define PAUSES 200 /* a second */

/* Signals them again and again, for they may fork, until none lives or time is up. */
static unsigned int process_tree__wait(int signal, double seconds, pid_t main, int *main_status)
{
	const struct timespec pause = { .tv_nsec = 1000000000 / PAUSES };
	const unsigned long most = (unsigned long)(seconds * PAUSES);
	unsigned int alive = process_tree__signal(signal, 0);

	process_tree__reap(main, main_status);
	for (unsigned long waited = 0; alive && waited < most; waited++) {
		nanosleep(&pause, NULL);
		alive = process_tree__signal(signal, 0);
		process_tree__reap(main, main_status);
	}
	return alive;
}

unsigned int process_tree__end(pid_t main, double grace, double seconds, int *main_status)
{
	*main_status = -1;
	if (grace > 0) {
		process_tree__signal(SIGTERM, SIGCONT);
		process_tree__wait(0, grace, main, main_status);
	}
	return process_tree__wait(SIGKILL, seconds, main, main_status);
}
