/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Restores settings of the machine that a run changes, whatever becomes of the run.
 *
 * A separate process keeps the list of what to undo. It is told of a change before the
 * change is made. When the socket between us closes, because we exited or were ended by
 * a signal, by kill -9 or by the OOM killer, it undoes everything, the last change first.
 * It is not a child of ours and has a session of its own, so a signal to our process
 * group or to our children does not reach it, and it blocks every signal that can be
 * blocked. Only a kill -9 of its own PID stops it; then its journal tells the next run, or
 * `pkstrace check --clean-up`, what to undo. A normal end takes the same path.
 *
 * It inherits the injection lock (inject/lock.h), so nobody else injects until everything
 * is undone.
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
 * Starts it. Must be called before this process becomes a subreaper, or the guardian would
 * become its child after all. keep: a descriptor to inherit; -1: none. journal: a file that
 * holds the list as long as there is anything on it, for the case that both are killed; NULL:
 * none. Returns 0 or a negative errno.
 */
int guardian__start(struct guardian *g, int keep, const char *journal);

/*
 * Sets the content of a file until the end or guardian__restore(). Returns 0, or a negative
 * errno with nothing changed: -ENOENT if there is no such file.
 */
int guardian__set(struct guardian *g, const char *path, const char *value);

/* As above, for a file whose final content is given. */
int guardian__set_until(struct guardian *g, const char *path, const char *value, const char *then);

/* At the end, kills all processes of this cgroup and removes it. */
int guardian__kill_cgroup(struct guardian *g, const char *path);

/* Forgets what was to be undone for this path, as it is gone. */
int guardian__forget(struct guardian *g, const char *path);

/*
 * What a guardian that was killed has left in its journal: how many changes, or a negative
 * errno where it can't be read or is none. Whoever asks knows that no guardian lives.
 */
int guardian__left(const char *journal);

/* Undoes them. How many files refused, or as above. */
int guardian__undo_left(const char *journal);

/* Undoes everything, and waits. Returns how many files refused; 0 without a guardian. */
unsigned int guardian__close(struct guardian *g);

#endif
