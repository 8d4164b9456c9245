// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/inode_path.h"
#include "util/clock.h"

/* A report must not hold up the ring for long, however many processes there are. */
#define NS_MAX 100000000LL

struct wanted {
	unsigned int major, minor;
	unsigned long long inode;
	char *path;
	size_t size;
	long long deadline; /* CLOCK_MONOTONIC ns */
};

/* A line: address perms offset dev inode path; the path may hold blanks, or be missing. */
static bool maps_line__match(char *line, const struct wanted *w)
{
	unsigned int major, minor;
	unsigned long long inode;
	int at = 0;

	if (sscanf(line, "%*s %*s %*s %x:%x %llu %n", &major, &minor, &inode, &at) != 3 ||
	    inode != w->inode || major != w->major || minor != w->minor || !line[at])
		return false;
	line[strcspn(line, "\n")] = '\0';
	snprintf(w->path, w->size, "%s", line + at);
	return true;
}

static bool maps__find(const char *dir, const struct wanted *w)
{
	char name[PATH_MAX], *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *f;

	snprintf(name, sizeof(name), "%s/maps", dir);
	f = fopen(name, "r");
	while (f && !found && getline(&line, &size, f) > 0)
		found = maps_line__match(line, w);
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* Linux 5.14 and later: the inode of an open file, without asking its file system. */
static bool fd__has_inode(const char *dir, const char *fd, unsigned long long inode)
{
	char name[PATH_MAX], line[256];
	unsigned long long value;
	bool same = false;
	FILE *f;

	snprintf(name, sizeof(name), "%s/fdinfo/%s", dir, fd);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "ino: %llu", &value) == 1)
			same = value == inode;
	if (f)
		fclose(f);
	return same;
}

static bool fd__match(const char *dir, const char *fd, const struct wanted *w)
{
	char name[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (!fd__has_inode(dir, fd, w->inode))
		return false;
	snprintf(name, sizeof(name), "%s/fd/%s", dir, fd);
	if (stat(name, &st) || st.st_ino != w->inode || major(st.st_dev) != w->major ||
	    minor(st.st_dev) != w->minor)
		return false;
	n = readlink(name, w->path, w->size - 1);
	w->path[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool fds__find(const char *dir, const struct wanted *w)
{
	char name[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *fds;

	snprintf(name, sizeof(name), "%s/fd", dir);
	fds = opendir(name);
	while (fds && !found && (entry = readdir(fds)) && (long long)clock__ns() < w->deadline)
		found = isdigit((unsigned char)entry->d_name[0]) &&
			fd__match(dir, entry->d_name, w);
	if (fds)
		closedir(fds);
	return found;
}

static bool process__find(const char *proc, const char *pid, const struct wanted *w)
{
	char dir[PATH_MAX / 2];

	snprintf(dir, sizeof(dir), "%s/%s", proc, pid);
	return fds__find(dir, w) || maps__find(dir, w);
}

bool paths__find(const char *proc, unsigned int first, unsigned int major, unsigned int minor,
		 unsigned long long inode, char *path, size_t size)
{
	const struct wanted w = { .major = major,
				  .minor = minor,
				  .inode = inode,
				  .path = path,
				  .size = size,
				  .deadline = (long long)clock__ns() + NS_MAX };
	struct dirent *entry;
	char number[16];
	bool found;
	DIR *all;

	snprintf(number, sizeof(number), "%u", first);
	found = first && process__find(proc, number, &w);
	all = found ? NULL : opendir(proc);
	while (all && !found && (entry = readdir(all)) && (long long)clock__ns() < w.deadline)
		found = isdigit((unsigned char)entry->d_name[0]) &&
			process__find(proc, entry->d_name, &w);
	if (all)
		closedir(all);
	return found;
}

void paths__device(unsigned int major, unsigned int minor, char *name, size_t size)
{
	char link[64], target[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major, minor);
	n = readlink(link, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	snprintf(name, size, "%s", strrchr(target, '/') ? strrchr(target, '/') + 1 : "");
}
