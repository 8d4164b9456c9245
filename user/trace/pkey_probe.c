// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/dialect/dialect.h"
#include "trace/function_probe.h"
#include "trace/libbpf_log.h"
#include "trace/pkey_probe.h"
#include "find_pkey.skel.h"

/* Looks at the kernel's own table. */
static unsigned int callbacks__key(const struct dialect *d, __u64 table)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct find_pkey *skel = table ? find_pkey__open_and_load() : NULL;
	unsigned int key = 0;

	if (!skel)
		return 0;
	skel->bss->table = table;
	if (!bpf_prog_test_run_opts(bpf_program__fd(skel->progs.read_callbacks), &opts))
		key = pkey__of_callbacks(skel->bss->callback, d->entry[PROBE_FAULT_CALLBACK]);
	find_pkey__destroy(skel);
	return key;
}

/* A grant to watch. */
struct watch {
	struct find_pkey *skel;
	unsigned int key;
};

static bool watch__goes_on(void *arg)
{
	struct watch *w = arg;

	w->key = pkey__of_rights(w->skel->bss->rights_before, w->skel->bss->rights_after);
	return !w->key;
}

static int watch__prepare(const struct watch *w, const char *grant)
{
	int err = function_probe__prepare(w->skel->progs.at_grant, ATTACH_TRAMPOLINE, grant) ?:
			  function_probe__prepare(w->skel->progs.at_granted, ATTACH_TRAMPOLINE,
						  grant);

	w->skel->rodata->watched = syscall(SYS_gettid);
	return err ?: find_pkey__load(w->skel);
}

static int watch__attach(struct watch *w)
{
	w->skel->links.at_grant = bpf_program__attach(w->skel->progs.at_grant);
	w->skel->links.at_granted = bpf_program__attach(w->skel->progs.at_granted);
	return w->skel->links.at_grant && w->skel->links.at_granted ? 0 : -1;
}

/* Has a grant made in this very thread, and looks at its rights before and after it. */
static unsigned int grant__key(const struct dialect *d)
{
	struct watch w = { .skel = find_pkey__open() };

	if (!w.skel)
		return 0;
	if (d->function[PROBE_GRANT_PGMAP] && !watch__prepare(&w, d->function[PROBE_GRANT_PGMAP]) &&
	    !watch__attach(&w))
		pkey__provoke_grants(watch__goes_on, &w);
	find_pkey__destroy(w.skel);
	return w.key;
}

static unsigned int source__key(const struct dialect *d, struct symbols *symbols,
				enum pkey_source source)
{
	switch (source) {
	case PKEY_FROM_TYPES:
		return pkey__of_types(d->btf);
	case PKEY_FROM_CALLBACKS:
		return callbacks__key(d, pkey__callbacks(symbols));
	case PKEY_FROM_GRANT:
		return grant__key(d);
	default:
		return 0;
	}
}

void pkey_probe__find(struct dialect *d, struct symbols *symbols)
{
	struct pkey key = { .source = PKEY_NOT_FOUND };

	if (!dialect__has_pgmaps(d))
		return;
	libbpf__quiet();
	for (int source = PKEY_GIVEN; !key.number && source < NR_PKEY_SOURCES; source++) {
		if (!pkey__wanted(source, &key.number))
			key.number = 0;
		else if (!key.number)
			key.number = source__key(d, symbols, source);
		if (key.number)
			key.source = source;
	}
	dialect__set_pkey(d, &key);
}
