// SPDX-License-Identifier: GPL-2.0-only
/* Tells the programs which threads are traced. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/inject.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"

int collector__target_thread(struct collector *c, pid_t tid)
{
	/* The map's key is a pidfd; before 6.9 one can be had of a thread group's leader only. */
	int fd = syscall(SYS_pidfd_open, tid, 0), err;
	__u32 one = 1;

	if (fd < 0)
		return -errno;
	err = bpf_map_update_elem(bpf_map__fd(c->skel->maps.target_threads), &fd, &one, BPF_ANY);
	err = err ? -errno : 0;
	close(fd);
	return err;
}

int collector__target_cgroup(struct collector *c, int cgroup)
{
	__u32 zero = 0;

	return bpf_map_update_elem(bpf_map__fd(c->skel->maps.target_cgroup), &zero, &cgroup,
				   BPF_ANY) ?
		       -errno :
		       0;
}

static int family__pass(struct collector *c)
{
	char nothing[16];
	ssize_t n;
	int fd;

	if (!c->family)
		c->family = bpf_program__attach_iter(c->skel->progs.target_family, NULL);
	if (!c->family)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(c->family));
	if (fd < 0)
		return -errno;
	c->skel->bss->family.added = c->skel->bss->family.alive = 0;
	do {
		n = read(fd, nothing, sizeof(nothing));
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

/* Again while there were new ones: their children may have come before them. */
int collector__family(struct collector *c)
{
	int err;

	do {
		err = family__pass(c);
	} while (!err && c->skel->bss->family.added);
	return err ?: (int)c->skel->bss->family.alive;
}
