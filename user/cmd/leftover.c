// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/leftover.h"
#include "inject/lock.h"
#include "util/cgroup.h"
#include "util/file.h"
#include "util/guardian.h"
#include "util/number.h"

/* What a tracer's programs keep their variables in, by the name that libbpf makes of its object. */
#define VARIABLES_MAP "pkstrace.bss"
#define KILL_SECONDS  10

struct leftovers {
	bool clean_up;
	unsigned int left, removed;
	leftover_fn fn;
	void *arg;
};

static void leftovers__tell(struct leftovers *all, const char *what)
{
	all->left++;
	all->fn(all->arg, what);
}

/* Settings of the kernel: those of a run at work are its own to restore. */
static void settings__look(struct leftovers *all)
{
	int left = inject_lock__holder() ? 0 : guardian__left(INJECT_JOURNAL), refused;
	char what[256];

	if (left > 0 && all->clean_up) {
		refused = guardian__undo_left(INJECT_JOURNAL);
		all->removed += left - (refused > 0 ? refused : 0);
		left = refused;
	}
	if (left < 0)
		snprintf(what, sizeof(what), "can't tell which settings are left: %s: %s",
			 INJECT_JOURNAL, strerror(-left));
	else
		snprintf(what, sizeof(what),
			 "%d settings of the kernel's fault injection, of a hunt that was killed",
			 left);
	if (left)
		leftovers__tell(all, what);
}

/* The control group of a command whose run was killed. */
static void group__look(void *arg, const char *path)
{
	unsigned int alive = cgroup__processes(path);
	struct leftovers *all = arg;
	char what[PATH_MAX + 128];

	if (all->clean_up && !cgroup__remove(path, KILL_SECONDS)) {
		all->removed++;
		return;
	}
	snprintf(what, sizeof(what), "control group %s, with %u processes of a run that was killed",
		 path, alive);
	leftovers__tell(all, what);
}

/* --- programs -------------------------------------------------------------------- */

static bool map__is_ours(unsigned int id)
{
	struct bpf_map_info info = {};
	unsigned int size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);
	bool ours;

	if (fd < 0)
		return false;
	ours = !bpf_obj_get_info_by_fd(fd, &info, &size) && !strcmp(info.name, VARIABLES_MAP);
	close(fd);
	return ours;
}

/* How many tracers' programs are loaded; -1: not to be found out. */
static int maps__count(void)
{
	unsigned int id = 0;
	int nr = 0;

	while (!bpf_map_get_next_id(id, &id))
		nr += map__is_ours(id);
	return errno == ENOENT ? nr : -1;
}

/* Others than this one. */
static int tracers__count(void)
{
	struct dirent *entry;
	char path[300], comm[32];
	DIR *dir = opendir("/proc");
	int64_t pid;
	int nr = 0;

	while (dir && (entry = readdir(dir))) {
		if (!number__integer(entry->d_name, 1, INT_MAX, &pid) || pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		nr += file__read(path, comm, sizeof(comm)) > 0 && !strcmp(comm, "pkstrace\n");
	}
	if (dir)
		closedir(dir);
	return nr;
}

/* Nothing of them is pinned, so this is for what nobody has thought of. */
static void programs__look(struct leftovers *all)
{
	int loaded = maps__count();
	char what[128];

	if (loaded <= 0 || tracers__count())
		return;
	snprintf(what, sizeof(what),
		 "%d sets of programs in the kernel, and no pkstrace that has loaded them", loaded);
	leftovers__tell(all, what);
}

unsigned int leftover__each(bool clean_up, unsigned int *removed, leftover_fn fn, void *arg)
{
	struct leftovers all = { .clean_up = clean_up, .fn = fn, .arg = arg };

	settings__look(&all);
	cgroup__each_stale(group__look, &all);
	programs__look(&all);
	*removed = all.removed;
	return all.left;
}
