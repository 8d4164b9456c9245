// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi/tables.h"
#include "trace/iterator.h"
#include "trace/libbpf_log.h"
#include "snapshot.skel.h"

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

static enum status skeleton__read(struct snapshot *skel, iterator_fn fn, void *arg)
{
	enum status status;
	int fd;

	skel->links.list_inside = bpf_program__attach_iter(skel->progs.list_inside, NULL);
	if (!skel->links.list_inside)
		return libbpf__refused("BPF iterator", -errno);
	fd = bpf_iter_create(bpf_link__fd(skel->links.list_inside));
	if (fd < 0)
		return libbpf__refused("BPF iterator", -errno);
	status = records__read(fd, fn, arg);
	close(fd);
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
					skeleton__read(skel, fn, arg);
	*looked_at = status == STATUS_CANNOT ? 0 : skel->bss->looked_at;
	snapshot__destroy(skel);
	return status;
}
