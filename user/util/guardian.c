// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/array.h"
#include "util/cgroup.h"
#include "util/file.h"
#include "util/guardian.h"

#define VALUE_MAX    64
#define KILL_SECONDS 10

enum action {
	ACTION_WRITE,  /* the value into the file */
	ACTION_KILL,   /* the control group's processes, and remove it */
	ACTION_FORGET, /* what is on the list for this path */
};

struct message {
	enum action action;
	char path[PATH_MAX];
	char value[VALUE_MAX];
};

/* --- in the guardian ------------------------------------------------------ */

struct list {
	struct message *all;
	size_t nr, room;
	const char *journal; /* NULL: none */
};

/*
 * The list as a file, for whoever comes after a kill -9 of both of us. Written before a change is
 * made: it may have been none, and undoing that is none either.
 */
static int list__save(const struct list *list)
{
	char path[PATH_MAX];
	size_t size = list->nr * sizeof(*list->all);
	ssize_t written;
	int fd;

	if (!list->journal)
		return 0;
	if (!list->nr)
		return unlink(list->journal) && errno != ENOENT ? -errno : 0;
	if (snprintf(path, sizeof(path), "%s.new", list->journal) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	written = write(fd, list->all, size);
	close(fd);
	if (written != (ssize_t)size)
		return written < 0 ? -errno : -ENOSPC;
	return rename(path, list->journal) ? -errno : 0;
}

static void list__forget(struct list *list, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->nr; i++)
		if (strcmp(list->all[i].path, path))
			list->all[kept++] = list->all[i];
	list->nr = kept;
}

/* Answered, for the change is made only once it is known here. */
static void list__take(struct list *list, int socket, const struct message *message)
{
	int err = 0;

	if (message->action == ACTION_FORGET)
		list__forget(list, message->path);
	else
		err = array__grow(&list->all, &list->room, list->nr, sizeof(*list->all));
	if (!err && message->action != ACTION_FORGET)
		list->all[list->nr++] = *message;
	err = err ?: list__save(list);
	send(socket, &err, sizeof(err), MSG_NOSIGNAL);
}

/* What has gone needs no undoing. */
static unsigned int list__undo(struct list *list)
{
	unsigned int refused = 0;

	while (list->nr) {
		const struct message *one = &list->all[--list->nr];
		int err = one->action == ACTION_KILL ? cgroup__remove(one->path, KILL_SECONDS) :
						       file__write(one->path, one->value);

		refused += err && err != -ENOENT && err != -ESRCH;
	}
	list__save(list);
	return refused;
}

/* Nothing of ours but the socket and one more: a pipe must not wait for us. */
static void descriptors__close(int socket, int keep)
{
	int low = keep < 0 || socket < keep ? socket : keep;
	int high = keep < 0 || socket > keep ? socket : keep;

	if (low)
		close_range(0, low - 1, 0);
	if (high - low > 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

static void guardian__run(int socket, int keep, const char *journal)
{
	struct list list = { .journal = journal };
	struct message message;
	unsigned int refused;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	descriptors__close(socket, keep);
	file__write("/proc/self/oom_score_adj", "-1000");
	while (recv(socket, &message, sizeof(message), 0) == sizeof(message))
		list__take(&list, socket, &message);
	refused = list__undo(&list);
	send(socket, &refused, sizeof(refused), MSG_NOSIGNAL);
	_exit(0);
}

/* --- in the run ------------------------------------------------------------ */

int guardian__start(struct guardian *g, int keep, const char *journal)
{
	int pair[2];
	pid_t between;

	*g = (struct guardian)GUARDIAN_NONE;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	between = fork();
	if (between == 0) {
		close(pair[0]);
		/* Without a parent of its own it is nobody's here. */
		switch (fork()) {
		case 0:
			guardian__run(pair[1], keep, journal);
			break;
		case -1:
			_exit(1);
		}
		_exit(0);
	}
	close(pair[1]);
	g->socket = pair[0];
	/* Where the second fork failed the socket has ended: the first message tells. */
	if (between > 0)
		waitpid(between, NULL, 0);
	return between < 0 ? -errno : 0;
}

/* 0 once the guardian knows it. */
static int guardian__tell(struct guardian *g, enum action action, const char *path,
			  const char *value)
{
	struct message message = { .action = action };
	int err;

	if (strlen(path) >= sizeof(message.path) || strlen(value) >= sizeof(message.value))
		return -ENAMETOOLONG;
	strcpy(message.path, path);
	strcpy(message.value, value);
	if (g->socket < 0)
		return -EPIPE;
	if (send(g->socket, &message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
		return -errno;
	return recv(g->socket, &err, sizeof(err), 0) == sizeof(err) ? err : -EPIPE;
}

int guardian__set_until(struct guardian *g, const char *path, const char *value, const char *then)
{
	int err = guardian__tell(g, ACTION_WRITE, path, then);

	return err ?: file__write(path, value);
}

int guardian__set(struct guardian *g, const char *path, const char *value)
{
	char now[VALUE_MAX];
	ssize_t length = file__read(path, now, sizeof(now));

	/* Of a longer one only the beginning would be given back. */
	if (length <= 0)
		return length ?: -EINVAL;
	return guardian__set_until(g, path, value, now);
}

int guardian__kill_cgroup(struct guardian *g, const char *path)
{
	return guardian__tell(g, ACTION_KILL, path, "");
}

int guardian__forget(struct guardian *g, const char *path)
{
	return guardian__tell(g, ACTION_FORGET, path, "");
}

unsigned int guardian__close(struct guardian *g)
{
	unsigned int refused = 0;

	if (g->socket < 0)
		return 0;
	shutdown(g->socket, SHUT_WR);
	/* No answer: it was killed, and nothing is known of what it held. */
	if (recv(g->socket, &refused, sizeof(refused), 0) != sizeof(refused))
		refused = 1;
	close(g->socket);
	g->socket = -1;
	return refused;
}

/* --- after both were killed --------------------------------------------------- */

static bool message__valid(const struct message *message)
{
	return (message->action == ACTION_WRITE || message->action == ACTION_KILL) &&
	       message->path[0] == '/' && memchr(message->path, 0, sizeof(message->path)) &&
	       memchr(message->value, 0, sizeof(message->value));
}

/* What is no list of ours, or only part of one, is none. */
static int list__load(struct list *list, const char *journal)
{
	int fd = open(journal, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), err = 0;
	struct message message;
	struct stat st;

	*list = (struct list){ .journal = journal };
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)))
		err = -EPERM;
	while (!err && read(fd, &message, sizeof(message)) == sizeof(message)) {
		err = message__valid(&message) ?
			      array__grow(&list->all, &list->room, list->nr, sizeof(message)) :
			      -EBADMSG;
		if (!err)
			list->all[list->nr++] = message;
	}
	close(fd);
	return err;
}

int guardian__left(const char *journal)
{
	struct list list;
	int err = list__load(&list, journal), nr = list.nr;

	free(list.all);
	return err ?: nr;
}

int guardian__undo_left(const char *journal)
{
	struct list list;
	int err = list__load(&list, journal), refused = 0;

	if (!err)
		refused = list__undo(&list);
	free(list.all);
	return err ?: refused;
}
