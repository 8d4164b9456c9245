/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As whom a command runs. pkstrace needs privileges, which a command that is only to be
 * watched need not have: under sudo(8) it gets those of whoever called it.
 */
#ifndef PKSTRACE_UTIL_USER_H
#define PKSTRACE_UTIL_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/status.h"

struct user {
	bool other; /* than we are; else nothing is changed */
	bool sudo;  /* known from sudo, not named by anybody */
	uid_t uid;
	gid_t gid;
	char name[64];
	char home[256];
};

/*
 * Finds the user, by name or number; NULL: by what sudo says, else nobody other. STATUS_USAGE
 * after one line where there is none of that name.
 */
enum status user__find(const char *name, struct user *user);

/* In a child: becomes the user, for good. 0 or a negative errno. */
int user__become(const struct user *user);

#endif
