// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "util/cgroup.h"
#include "util/file.h"

#define PREFIX "pkstrace-"

/* --- all groups of a tree --------------------------------------------------- */

typedef void (*group_fn)(const char *path, void *arg);

/* The deepest first. */
static void tree__each(const char *path, group_fn fn, void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char below[PATH_MAX];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) <
		    (int)sizeof(below))
			tree__each(below, fn, arg);
	}
	if (dir)
		closedir(dir);
	fn(path, arg);
}

struct each_process {
	void (*fn)(pid_t pid, void *arg);
	void *arg;
};

static void group__each_process(const char *path, void *arg)
{
	const struct each_process *each = arg;
	char name[PATH_MAX];
	int pid;
	FILE *f;

	if (snprintf(name, sizeof(name), "%s/cgroup.procs", path) >= (int)sizeof(name))
		return;
	f = fopen(name, "re");
	/* 0: of another PID namespace, out of reach. */
	while (f && fscanf(f, "%d", &pid) == 1)
		if (pid > 0)
			each->fn(pid, each->arg);
	if (f)
		fclose(f);
}

static void tree__each_process(const char *path, void (*fn)(pid_t pid, void *arg), void *arg)
{
	struct each_process each = { .fn = fn, .arg = arg };

	tree__each(path, group__each_process, &each);
}

static void process__count(pid_t pid, void *arg)
{
	unsigned int *nr = arg;

	(void)pid;
	(*nr)++;
}

unsigned int cgroup__processes(const char *path)
{
	unsigned int nr = 0;

	tree__each_process(path, process__count, &nr);
	return nr;
}

static void process__signal(pid_t pid, void *arg)
{
	kill(pid, *(const int *)arg);
}

void cgroup__signal(const char *path, int signal)
{
	tree__each_process(path, process__signal, &signal);
}

/* --- the end of one ---------------------------------------------------------- */

static void group__rmdir(const char *path, void *arg)
{
	int *err = arg;

	*err = rmdir(path) ? -errno : 0;
}

/* The outcome is that of the group itself, which comes last. */
static int tree__rmdir(const char *path)
{
	int err = -ENOENT;

	tree__each(path, group__rmdir, &err);
	return err;
}

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* cgroup.events says whether anything lives in the group or below; a change of it polls. */
bool cgroup__wait_empty(const char *path, double seconds)
{
	char name[PATH_MAX], text[256];
	double until = now_seconds() + seconds, left;
	struct pollfd events = { .events = POLLPRI };
	bool empty = false;
	ssize_t n;

	if (snprintf(name, sizeof(name), "%s/cgroup.events", path) >= (int)sizeof(name))
		return false;
	events.fd = open(name, O_RDONLY | O_CLOEXEC);
	if (events.fd < 0)
		return errno == ENOENT;
	do {
		n = pread(events.fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = 0;
		/* A group that was removed under us reads as ENODEV. */
		empty = n < 0 || strstr(text, "populated 0");
		left = until - now_seconds();
		if (!empty && left > 0)
			poll(&events, 1, left * 1e3 + 1);
	} while (!empty && left > 0);
	close(events.fd);
	return empty;
}

int cgroup__remove(const char *path, double seconds)
{
	char name[PATH_MAX];
	int err;

	if (snprintf(name, sizeof(name), "%s/cgroup.kill", path) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	err = file__write(name, "1");
	if (err == -ENOENT && access(path, F_OK))
		return -ENOENT;
	if (err)
		cgroup__signal(path, SIGKILL);
	if (!cgroup__wait_empty(path, seconds))
		return -EBUSY;
	return tree__rmdir(path);
}

struct release {
	char to[PATH_MAX];
	unsigned int moved;
};

static void process__move(pid_t pid, void *arg)
{
	struct release *release = arg;
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	release->moved += !file__write(release->to, text);
}

unsigned int cgroup__release(const char *path)
{
	struct release release = {};
	const char *slash = strrchr(path, '/');
	unsigned int before;

	if (!slash || snprintf(release.to, sizeof(release.to), "%.*s/cgroup.procs",
			       (int)(slash - path), path) >= (int)sizeof(release.to))
		return 0;
	/* What forks meanwhile is in the next round. */
	do {
		before = release.moved;
		tree__each_process(path, process__move, &release);
	} while (release.moved != before);
	tree__rmdir(path);
	return release.moved;
}

/* --- the beginning ------------------------------------------------------------ */

/* Where the whole hierarchy is mounted. */
static int hierarchy__find(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *one = NULL;

	while (mounts && (one = getmntent(mounts)))
		if (!strcmp(one->mnt_type, "cgroup2") &&
		    snprintf(path, size, "%s", one->mnt_dir) < (int)size)
			break;
	if (mounts)
		endmntent(mounts);
	return one ? 0 : -ENOENT;
}

/* The group that we are in, as a path below the mount: "/a/b", "" for the root. */
static void own__find(char *path, size_t size)
{
	char line[PATH_MAX + 16];
	FILE *f = fopen("/proc/self/cgroup", "re");

	path[0] = 0;
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		/* One that is outside of our cgroup namespace begins with /.. */
		if (!strncmp(line, "0::/", 4) && strncmp(line, "0::/..", 6) && line[4] &&
		    strlen(line + 3) < size)
			strcpy(path, line + 3);
	}
	if (f)
		fclose(f);
}

/* The directory, and ours as long as we live; -1 where it is another's. */
static int group__lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Those that runs which were killed have left: nobody else has them while fn() is called. */
static void stale__each(const char *parent, void (*fn)(void *arg, const char *path), void *arg)
{
	DIR *dir = opendir(parent);
	struct dirent *entry;
	char path[PATH_MAX];
	int fd;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) ||
		    snprintf(path, sizeof(path), "%s/%s", parent, entry->d_name) >=
			    (int)sizeof(path))
			continue;
		fd = group__lock(path);
		if (fd < 0)
			continue;
		fn(arg, path);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

/* One in which something lives stays. */
static void stale__remove(void *arg, const char *path)
{
	(void)arg;
	if (cgroup__wait_empty(path, 0))
		tree__rmdir(path);
}

/* Between the two calls another run may take it for stale: then once more. */
static int group__make_in(struct cgroup *group, const char *parent)
{
	static unsigned int serial;

	stale__each(parent, stale__remove, NULL);
	for (int i = 0; i < 8; i++) {
		if (snprintf(group->path, sizeof(group->path), "%s/" PREFIX "%d-%u", parent,
			     getpid(), serial++) >= (int)sizeof(group->path))
			return -ENAMETOOLONG;
		if (mkdir(group->path, 0755)) {
			if (errno != EEXIST)
				return -errno;
			continue;
		}
		group->fd = group__lock(group->path);
		if (group->fd >= 0)
			return 0;
	}
	return -EBUSY;
}

int cgroup__make(struct cgroup *group)
{
	char root[PATH_MAX / 2], own[PATH_MAX / 4], parent[PATH_MAX];
	int err = hierarchy__find(root, sizeof(root));

	*group = (struct cgroup)CGROUP_NONE;
	if (err)
		return err;
	own__find(own, sizeof(own));
	snprintf(parent, sizeof(parent), "%s%s", root, own);
	err = group__make_in(group, parent);
	if (err && own[0])
		err = group__make_in(group, root);
	if (err)
		group->path[0] = 0;
	return err;
}

void cgroup__each_stale(void (*fn)(void *arg, const char *path), void *arg)
{
	char root[PATH_MAX / 2], own[PATH_MAX / 4], parent[PATH_MAX];

	if (hierarchy__find(root, sizeof(root)))
		return;
	own__find(own, sizeof(own));
	snprintf(parent, sizeof(parent), "%s%s", root, own);
	stale__each(parent, fn, arg);
	if (own[0])
		stale__each(root, fn, arg);
}

void cgroup__close(struct cgroup *group)
{
	if (group->fd >= 0)
		close(group->fd);
	*group = (struct cgroup)CGROUP_NONE;
}
