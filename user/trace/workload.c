// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/process_tree.h"
#include "trace/workload.h"
#include "util/output.h"
#include "util/status.h"

#define KILL_SECONDS 5 /* that a killed process may take to die */

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

/* fork() into a control group (Linux 5.7). */
static pid_t fork_into(int group, int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = group,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void group__remove(struct cgroup *group)
{
	cgroup__remove(group->path, 0);
	cgroup__close(group);
}

static void group__refused(const char *name, int err)
{
	status__note(
		"no cgroup for %s (%s): following it from fork to fork, ending it by a walk of "
		"/proc",
		name, err == -ENOENT ? "no cgroup v2 is mounted" : strerror(-err));
}

static pid_t follow__fork(struct follow *f)
{
	pid_t pid = fork();

	if (pid <= 0)
		return pid;
	f->pidfd = syscall(SYS_pidfd_open, pid, 0);
	return pid;
}

/* In the parent and in the child, as fork(). */
static pid_t follow__spawn(struct follow *f, unsigned int how)
{
	int err = how & FOLLOW_NO_GROUP ? 0 : cgroup__make(&f->group);
	pid_t pid;

	if (f->group.fd >= 0) {
		pid = fork_into(f->group.fd, &f->pidfd);
		if (pid >= 0)
			return pid;
		err = -errno;
		group__remove(&f->group);
	}
	if (err)
		group__refused(f->name, err);
	/* Orphans among its children are to be found again. */
	process_tree__adopt();
	return follow__fork(f);
}

int follow__prepare(struct follow *f, char *const argv[], unsigned int how)
{
	int go[2], failed[2];

	*f = (struct follow)FOLLOW_NONE;
	f->name = argv[0];
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -errno;
	}
	f->pid = follow__spawn(f, how);
	if (f->pid == 0) {
		/* Its own copy of the writing end would keep it waiting for a dead parent. */
		close(go[1]);
		if (how & FOLLOW_ALONE)
			child__cut_off();
		child__run(go[0], failed[1], argv);
	}
	close(go[0]);
	close(failed[1]);
	f->go = go[1];
	f->failed = failed[0];
	if (f->pid > 0 && f->pidfd >= 0)
		return 0;
	if (f->pid < 0)
		f->pid = 0;
	return errno ? -errno : -EIO;
}

int follow__start(struct follow *f)
{
	int err = 0;

	if (write(f->go, "", 1) != 1)
		return -errno;
	/* exec closes the pipe: no byte means success. */
	if (read(f->failed, &err, sizeof(err)) != sizeof(err)) {
		close(f->go);
		f->go = -1;
		return 0;
	}
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

bool follow__can_group(const char *name)
{
	struct cgroup group;
	int pidfd = -1, err = cgroup__make(&group);
	pid_t pid = err ? -1 : fork_into(group.fd, &pidfd);

	if (!pid)
		_exit(0);
	if (!err && pid < 0)
		err = -errno;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (pidfd >= 0)
		close(pidfd);
	if (group.fd >= 0)
		group__remove(&group);
	if (err)
		group__refused(name, err);
	return !err;
}

unsigned int follow__release(struct follow *f)
{
	unsigned int left;

	if (f->group.fd < 0)
		return 0;
	left = cgroup__release(f->group.path);
	cgroup__close(&f->group);
	return left;
}

/* Those that are left when the grace is over are killed. */
static unsigned int group__end(const char *path, double grace)
{
	if (grace > 0) {
		cgroup__signal(path, SIGTERM);
		cgroup__signal(path, SIGCONT);
		cgroup__wait_empty(path, grace);
	}
	return cgroup__remove(path, KILL_SECONDS) == -EBUSY ? cgroup__processes(path) : 0;
}

unsigned int follow__end(struct follow *f, double grace, int *wait_status)
{
	unsigned int left;

	*wait_status = -1;
	if (f->group.fd < 0) {
		left = process_tree__end(f->pid, grace, KILL_SECONDS, wait_status);
	} else {
		left = group__end(f->group.path, grace);
		if (f->pid && waitpid(f->pid, wait_status, left ? WNOHANG : 0) != f->pid)
			*wait_status = -1;
	}
	cgroup__close(&f->group);
	f->pid = 0;
	return left;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void follow__close(struct follow *f)
{
	bool started = f->pid && f->go < 0;
	int wait_status;

	/* A child that was never told to run ends with this. */
	close_if_open(&f->go);
	if (f->pid) {
		follow__end(f, started ? 2 : 0, &wait_status);
		if (started)
			status__note("%s was ended, with all its children", f->name);
	}
	if (f->group.fd >= 0)
		group__remove(&f->group);
	close_if_open(&f->failed);
	close_if_open(&f->pidfd);
}
