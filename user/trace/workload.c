// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/workload.h"
#include "util/output.h"

static void child__cut_off(void)
{
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

/* In the child: wait for the word, then become the command. */
static void child__run(int go, int failed, char *const argv[])
{
	sigset_t none;
	char word;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	output__leave_to_child();
	if (read(go, &word, 1) != 1)
		_exit(127);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int follow__prepare(struct follow *f, char *const argv[], bool alone)
{
	int go[2], failed[2];

	*f = (struct follow){ .pidfd = -1, .go = -1, .failed = -1 };
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -errno;
	}
	f->pid = fork();
	if (f->pid == 0) {
		/* Its own copy of the writing end would keep it waiting for a dead parent. */
		close(go[1]);
		if (alone)
			child__cut_off();
		child__run(go[0], failed[1], argv);
	}
	close(go[0]);
	close(failed[1]);
	f->go = go[1];
	f->failed = failed[0];
	if (f->pid < 0)
		return -errno;
	f->pidfd = syscall(SYS_pidfd_open, f->pid, 0);
	return f->pidfd < 0 ? -errno : 0;
}

int follow__start(struct follow *f)
{
	int err = 0;

	if (write(f->go, "", 1) != 1)
		return -errno;
	/* exec closes the pipe: no byte means success. */
	if (read(f->failed, &err, sizeof(err)) != sizeof(err))
		return 0;
	waitpid(f->pid, NULL, 0);
	f->pid = 0;
	return -err;
}

int follow__reap(struct follow *f, int *wait_status)
{
	if (waitpid(f->pid, wait_status, 0) != f->pid)
		return -errno;
	f->pid = 0;
	return 0;
}

void follow__close(struct follow *f)
{
	if (f->go >= 0)
		close(f->go);
	if (f->failed >= 0)
		close(f->failed);
	if (f->pidfd >= 0)
		close(f->pidfd);
	f->go = f->failed = f->pidfd = -1;
}
