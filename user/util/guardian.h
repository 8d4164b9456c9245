/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the machine that a run changes for a while, and gets back
 * whatever becomes of it.
 *
 * A process of its own holds the list of what is to be undone. It learns of a
 * change before the change is made, and that we have ended, by exit, signal,
 * kill -9 or the out-of-memory killer, by the end of the socket between us; then
 * it undoes all, the last change first. It is no child of ours and in a session
 * of its own, so a signal to our group or to our children does not reach it, and
 * it blocks all that can be blocked. Only a kill -9 of it by its own number stops
 * it. The usual end takes the same way.
 *
 * The injection lock (inject/lock.h) is inherited by it: nobody else injects
 * until all is undone.
 */
#ifndef PKSTRACE_GUARDIAN_H
#define PKSTRACE_GUARDIAN_H

struct guardian {
	int socket; /* -1: none */
};

#define GUARDIAN_NONE                                                                              \
	{                                                                                          \
		.socket = -1                                                                       \
	}

/*
 * Starts it; before this process becomes a subreaper, or it would be its child
 * after all. keep: a descriptor that it inherits, -1: none. 0 or negative errno.
 */
int guardian__start(struct guardian *g, int keep);

/*
 * Sets the file's content to value, until the end or guardian__restore(). 0,
 * or negative errno with nothing changed: -ENOENT where there is no such file.
 */
int guardian__set(struct guardian *g, const char *path, const char *value);

/* As above, for a file whose content on return is known. */
int guardian__set_until(struct guardian *g, const char *path, const char *value, const char *then);

/* At the end all processes of this control group are killed, and it is removed. */
int guardian__kill_cgroup(struct guardian *g, const char *path);

/* What was to be undone for this path no longer is: it has gone. */
int guardian__forget(struct guardian *g, const char *path);

/* Has all undone, and waits for it. The number of files that refused; 0 without a guardian. */
unsigned int guardian__close(struct guardian *g);

#endif
