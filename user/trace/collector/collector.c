// SPDX-License-Identifier: GPL-2.0-only
/* From the loaded programs to the end: the ring of records. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/inject.h"
#include "trace/collector/state.h"
#include "pkstrace.skel.h"
#include "trace/libbpf_log.h"

static int ring__sample(void *arg, void *data, size_t size)
{
	struct collector *c = arg;

	if (size >= sizeof(struct pks_module_event) && *(const __u8 *)data == PKS_RECORD_MODULE) {
		c->reader->module(c->reader->arg, data);
	} else if (size && *(const __u8 *)data >= PKS_RECORD_INJECTION) {
		if (c->extension && c->extension->record)
			c->extension->record(c->extension->arg, data, size);
	} else if (size >= sizeof(struct pks_finding)) {
		c->delivered++;
		c->reader->finding(c->reader->arg, data);
	}
	return 0;
}

#define WINDOWS_AT_ONCE (1 << 14)

/* They may come faster than they can be taken: the findings are looked at in between. */
static int ring__window(void *arg, void *data, size_t size)
{
	struct collector *c = arg;

	if (size >= sizeof(struct pks_window) && c->reader->window)
		c->reader->window(c->reader->arg, data);
	return ++c->windows % WINDOWS_AT_ONCE || !c->running ? 0 : -EAGAIN;
}

static int collector__open_rings(struct collector *c, const struct collector_options *options)
{
	c->ring = ring_buffer__new(bpf_map__fd(c->skel->maps.ring), ring__sample, c, NULL);
	if (!c->ring)
		return -errno;
	if (!options->window_log)
		return 0;
	return ring_buffer__add(c->ring, bpf_map__fd(c->skel->maps.window_ring), ring__window, c);
}

/* Before anything is attached: other programs go by it. */
static int collector__find_self(struct collector *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(c->skel->progs.find_self), &opts))
		return -errno;
	return 0;
}

struct collector *collector__open(const struct dialect *dialect,
				  const struct collector_options *options, enum status *status)
{
	struct collector *c = calloc(1, sizeof(*c));
	int err;

	*status = STATUS_CLEAN;
	if (!c) {
		*status = status__say(STATUS_CANNOT, "out of memory");
		return NULL;
	}
	libbpf__quiet();
	c->dialect = dialect;
	c->switched_on = -1;
	c->extension = options->extension;
	err = libbpf_num_possible_cpus();
	if (err <= 0) {
		*status = status__say(STATUS_CANNOT, "can't count the CPUs: %s", strerror(-err));
		free(c);
		return NULL;
	}
	c->nr_cpus = err;
	c->skel = pkstrace__open();
	err = c->skel ? collector__configure(c, options) : -errno;
	err = err ?: pkstrace__load(c->skel);
	err = err ?: collector__map_tables(c);
	err = err ?: collector__find_self(c);
	err = err ?: collector__open_rings(c, options);
	if (err) {
		*status = err > 0 ? (enum status)err : libbpf__refused("BPF programs", err);
		collector__close(c);
		return NULL;
	}
	return c;
}

unsigned int collector__attached(const struct collector *c)
{
	return c->attached;
}

bool collector__blind(const struct collector *c)
{
	return c->running && !c->skel->bss->tracing;
}

int collector__fd(const struct collector *c)
{
	return ring_buffer__epoll_fd(c->ring);
}

__u32 collector__module_events(void *arg)
{
	const struct collector *c = arg;

	return __atomic_load_n(&c->skel->bss->module_events, __ATOMIC_SEQ_CST);
}

int collector__consume(struct collector *c, const struct collector_reader *reader)
{
	int n;

	c->reader = reader;
	n = ring_buffer__consume(c->ring);
	return n < 0 && n != -EAGAIN ? n : 0;
}

void collector__close(struct collector *c)
{
	if (!c)
		return;
	if (c->skel)
		collector__stop(c);
	ring_buffer__free(c->ring);
	if (c->stats)
		munmap(c->stats, c->stats_size);
	if (c->stacks)
		munmap((void *)c->stacks, c->stacks_size);
	pkstrace__destroy(c->skel);
	free(c);
}
