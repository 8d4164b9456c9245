// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "findings/aggregate.h"
#include "kernel/symbols/ksyms.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

/* enum fid_type, include/linux/exportfs.h (5.5 and later): a node of kernfs by its 64-bit id. */
#define FILEID_KERNFS 0xfe

bool aggregate__cgroup_path(__u64 id, char *path, size_t size)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} node = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	char link[64], full[PATH_MAX];
	int root, fd;
	ssize_t n;

	memcpy(node.handle.f_handle, &id, sizeof(id));
	root = open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return false;
	fd = open_by_handle_at(root, &node.handle, O_PATH | O_CLOEXEC);
	close(root);
	if (fd < 0)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, full, sizeof(full) - 1);
	close(fd);
	if (n < (ssize_t)strlen(CGROUP_ROOT) || strncmp(full, CGROUP_ROOT, strlen(CGROUP_ROOT)))
		return false;
	full[n] = 0;
	snprintf(path, size, "%s", full[strlen(CGROUP_ROOT)] ? full + strlen(CGROUP_ROOT) : "/");
	return true;
}

const char *const aggregate__words[PKS_NR_BY] = {
	[PKS_BY_SITE] = "site",
	[PKS_BY_THREAD] = "thread",
	[PKS_BY_CGROUP] = "cgroup",
	[PKS_BY_ALL] = "all",
};

const char *aggregate__title(enum pks_by by)
{
	static const char *const titles[PKS_NR_BY] = {
		[PKS_BY_SITE] = "GRANTED BY",
		[PKS_BY_THREAD] = "THREAD",
		[PKS_BY_CGROUP] = "CGROUP",
		[PKS_BY_ALL] = "",
	};

	return titles[by];
}

static void site__name(struct symbols *symbols, const struct model_site *site, char *name,
		       size_t size)
{
	size_t used =
		symbols__format(symbols, site->user ?: site->caller, SYMBOL_RETURN, name, size);

	if (site->user && used < size)
		snprintf(name + used, size - used, ", through %s", site->through);
}

const char *aggregate__name(struct symbols *symbols, enum pks_by by, const struct model_site *site,
			    char *name, size_t size)
{
	if (by == PKS_BY_ALL)
		snprintf(name, size, "all threads");
	else if (!site->caller)
		snprintf(name, size, "%s",
			 by == PKS_BY_THREAD ? "(threads that have ended, and others)" :
					       "(others: table full, or not known)");
	else if (by == PKS_BY_THREAD)
		snprintf(name, size, "%s/%u", site->comm, (unsigned int)site->caller);
	else if (by == PKS_BY_SITE)
		site__name(symbols, site, name, size);
	else if (!aggregate__cgroup_path(site->caller, name, size))
		snprintf(name, size, "(removed cgroup %" PRIu64 ")", (uint64_t)site->caller);
	return name;
}
