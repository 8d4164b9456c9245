// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/number.h"
#include "util/user.h"

static const struct passwd *passwd__find(const char *name)
{
	const struct passwd *found = getpwnam(name);
	int64_t uid;

	if (!found && number__integer(name, 0, UINT32_MAX - 1, &uid))
		found = getpwuid(uid);
	return found;
}

enum status user__find(const char *name, struct user *user)
{
	const char *caller = geteuid() ? NULL : getenv("SUDO_UID");
	const struct passwd *found;

	*user = (struct user){ .sudo = !name && caller };
	name = name ?: caller;
	if (!name)
		return STATUS_CLEAN;
	found = passwd__find(name);
	if (!found)
		return status__say(STATUS_USAGE, "%s '%s': no such user",
				   user->sudo ? "SUDO_UID" : "--user", name);
	user->uid = found->pw_uid;
	user->gid = found->pw_gid;
	user->other = user->uid != geteuid();
	snprintf(user->name, sizeof(user->name), "%s", found->pw_name);
	snprintf(user->home, sizeof(user->home), "%s", found->pw_dir);
	return STATUS_CLEAN;
}

int user__become(const struct user *user)
{
	if (!user->other)
		return 0;
	if (initgroups(user->name, user->gid) || setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	if (setenv("USER", user->name, 1) || setenv("LOGNAME", user->name, 1) ||
	    setenv("HOME", user->home, 1))
		return -errno;
	return 0;
}
