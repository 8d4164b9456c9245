// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/inject.h"
#include "abi/settings.h"
#include "abi/tables.h"
#include "pkstrace.skel.h"
#include "trace/iterator.h"
#include "trace/libbpf_log.h"
#include "snapshot.skel.h"
#include "util/array.h"

/* Records are written whole, but a read may end in the middle of one. */
static enum status records__read(int fd, iterator_fn fn, void *arg)
{
	struct pks_inside thread;
	size_t have = 0;
	ssize_t n;

	for (;;) {
		n = read(fd, (char *)&thread + have, sizeof(thread) - have);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return status__say(STATUS_INCOMPLETE,
					   "the list of threads was cut short: %s",
					   strerror(errno));
		if (!n)
			break;
		have += n;
		if (have < sizeof(thread))
			continue;
		fn(arg, &thread);
		have = 0;
	}
	if (have)
		return status__say(STATUS_INCOMPLETE,
				   "the list of threads ends in the middle of one");
	return STATUS_CLEAN;
}

static enum status iterator__read(const struct bpf_program *program, iterator_fn fn, void *arg)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	enum status status =
		fd < 0 ? libbpf__refused("BPF iterator", -errno) : records__read(fd, fn, arg);

	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return status;
}

enum status iterator__run(const struct pks_facts *facts, const struct pid_ns *pid_ns,
			  iterator_fn fn, void *arg, __u64 *looked_at)
{
	enum status status;
	struct snapshot *skel;

	libbpf__quiet();
	skel = snapshot__open();
	if (!skel)
		return libbpf__refused("BPF iterator", -errno);
	skel->rodata->pid_view_up = pid_ns->up;
	skel->rodata->pkey_mask = facts->pkey_mask;
	skel->rodata->pkey_default = facts->pkey_default;
	status = snapshot__load(skel) ? libbpf__refused("BPF iterator", -errno) :
					iterator__read(skel->progs.list_inside, fn, arg);
	*looked_at = status == STATUS_CANNOT ? 0 : skel->bss->looked_at;
	snapshot__destroy(skel);
	return status;
}

/* --- before a trace ------------------------------------------------------------------- */

static bool thread__wanted(const struct before *b, const struct pks_inside *thread)
{
	return b->all || (b->kernel && thread->kernel) ||
	       (b->tgid && thread->tgid == (__u32)b->tgid) ||
	       (b->command && thread->tgid == (__u32)b->command);
}

static void before__add(void *arg, const struct pks_inside *thread)
{
	struct before *b = arg;

	if (!thread__wanted(b, thread))
		return;
	if (array__grow(&b->thread, &b->room, b->nr, sizeof(*b->thread)))
		b->short_of_memory = true;
	else
		b->thread[b->nr++] = *thread;
}

enum status before__list(struct before *b, struct pkstrace *skel)
{
	enum status status = iterator__read(skel->progs.list_before, before__add, b);

	if (!status && b->short_of_memory)
		return status__say(STATUS_CANNOT, "out of memory");
	return status;
}

static bool thread__lives(__u32 tid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u", tid);
	return !access(path, F_OK);
}

/* False where the thread has closed what it had open, or it was not its own doing. */
static bool thread__still(const struct pks_inside *thread, const struct pkstrace *skel,
			  const struct before *now)
{
	if (thread->count && !skel->bss->before.thread[thread->entry % PKS_BEFORE].count)
		return false;
	if (!thread__lives(thread->tid))
		return true;
	for (size_t i = 0; i < now->nr; i++)
		if (now->thread[i].tid == thread->tid)
			return true;
	return false;
}

int before__left(struct before *b, struct pkstrace *skel, struct model *m)
{
	struct before now = { .all = true };
	bool known;
	int err = 0;

	if (!b->nr)
		return 0;
	skel->bss->before_again = 1;
	known = !iterator__read(skel->progs.list_before, before__add, &now) && !now.short_of_memory;
	for (size_t i = 0; !err && i < b->nr; i++)
		if (!known || thread__still(&b->thread[i], skel, &now))
			err = model__add_before(m, &b->thread[i]);
	before__free(&now);
	return err;
}

void before__free(struct before *b)
{
	free(b->thread);
	b->thread = NULL;
	b->nr = b->room = 0;
}
