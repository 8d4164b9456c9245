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

#include "util/process_tree.h"
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
static void child__run(int go, int failed, char *const argv[], const struct user *user)
{
	sigset_t none;
	char word;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	output__leave_to_child();
	if (read(go, &word, 1) != 1)
		_exit(127);
	err = user ? -user__become(user) : 0;
	if (!err) {
		execvp(argv[0], argv);
		err = errno;
	}
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

/* fork() into a control group (Linux 5.7). */
static pid_t fork_into(int cgroup, int *pidfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void cgroup__drop(struct cgroup *cgroup)
{
	cgroup__remove(cgroup->path, 0);
	cgroup__close(cgroup);
}

static void cgroup__refused(const char *name, int err)
{
	status__note(
		"no cgroup for %s (%s): following it from fork to fork, ending it by a walk of "
		"/proc",
		name, err == -ENOENT ? "no cgroup v2 is mounted" : strerror(-err));
}

static pid_t workload__fork(struct workload *w)
{
	pid_t pid = fork();

	if (pid <= 0)
		return pid;
	w->pidfd = syscall(SYS_pidfd_open, pid, 0);
	return pid;
}

/* In the parent and in the child, as fork(). */
static pid_t workload__spawn(struct workload *w, unsigned int how)
{
	int err = how & WORKLOAD_NO_CGROUP ? 0 : cgroup__make(&w->cgroup);
	pid_t pid;

	if (w->cgroup.fd >= 0) {
		pid = fork_into(w->cgroup.fd, &w->pidfd);
		if (pid >= 0)
			return pid;
		err = -errno;
		cgroup__drop(&w->cgroup);
	}
	if (err)
		cgroup__refused(w->name, err);
	/* Orphans among its children are to be found again. */
	process_tree__adopt();
	return workload__fork(w);
}

int workload__prepare(struct workload *w, char *const argv[], const struct user *user,
		      unsigned int how)
{
	int go[2], failed[2];

	*w = (struct workload)WORKLOAD_NONE;
	w->name = argv[0];
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -errno;
	}
	w->pid = workload__spawn(w, how);
	if (w->pid == 0) {
		/* Its own copy of the writing end would keep it waiting for a dead parent. */
		close(go[1]);
		if (how & WORKLOAD_ALONE)
			child__cut_off();
		child__run(go[0], failed[1], argv, user);
	}
	close(go[0]);
	close(failed[1]);
	w->go = go[1];
	w->failed = failed[0];
	if (w->pid > 0 && w->pidfd >= 0)
		return 0;
	if (w->pid < 0)
		w->pid = 0;
	return errno ? -errno : -EIO;
}

int workload__start(struct workload *w)
{
	int err = 0;

	if (write(w->go, "", 1) != 1)
		return -errno;
	/* exec closes the pipe: no byte means success. */
	if (read(w->failed, &err, sizeof(err)) != sizeof(err)) {
		close(w->go);
		w->go = -1;
		return 0;
	}
	waitpid(w->pid, NULL, 0);
	w->pid = 0;
	return -err;
}

int workload__reap(struct workload *w, int *wait_status)
{
	if (waitpid(w->pid, wait_status, 0) != w->pid)
		return -errno;
	w->pid = 0;
	return 0;
}

bool workload__can_have_cgroup(const char *name)
{
	struct cgroup cgroup;
	int pidfd = -1, err = cgroup__make(&cgroup);
	pid_t pid = err ? -1 : fork_into(cgroup.fd, &pidfd);

	if (!pid)
		_exit(0);
	if (!err && pid < 0)
		err = -errno;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (pidfd >= 0)
		close(pidfd);
	if (cgroup.fd >= 0)
		cgroup__drop(&cgroup);
	if (err)
		cgroup__refused(name, err);
	return !err;
}

unsigned int workload__release(struct workload *w)
{
	unsigned int left;

	if (w->cgroup.fd < 0)
		return 0;
	left = cgroup__release(w->cgroup.path);
	cgroup__close(&w->cgroup);
	return left;
}

/* Those that are left when the grace is over are killed. */
static unsigned int cgroup__kill(const char *path, double grace)
{
	if (grace > 0) {
		cgroup__signal(path, SIGTERM);
		cgroup__signal(path, SIGCONT);
		cgroup__wait_empty(path, grace);
	}
	return cgroup__remove(path, KILL_SECONDS) == -EBUSY ? cgroup__processes(path) : 0;
}

unsigned int workload__end(struct workload *w, double grace, int *wait_status)
{
	unsigned int left;

	*wait_status = -1;
	if (w->cgroup.fd < 0) {
		left = process_tree__end(w->pid, grace, KILL_SECONDS, wait_status);
	} else {
		left = cgroup__kill(w->cgroup.path, grace);
		if (w->pid && waitpid(w->pid, wait_status, left ? WNOHANG : 0) != w->pid)
			*wait_status = -1;
	}
	cgroup__close(&w->cgroup);
	w->pid = 0;
	return left;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void workload__close(struct workload *w)
{
	bool started = w->pid && w->go < 0;
	int wait_status;

	/* A child that was never told to run ends with this. */
	close_if_open(&w->go);
	if (w->pid) {
		workload__end(w, started ? 2 : 0, &wait_status);
		if (started)
			status__note("ended %s and all its children", w->name);
	}
	if (w->cgroup.fd >= 0)
		cgroup__drop(&w->cgroup);
	close_if_open(&w->failed);
	close_if_open(&w->pidfd);
}
