// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules that come and go. Their memory is used again, by another module or by a new build of
 * the same one, and then the same address is another function. So what the tables hold about
 * an address in it is marked as that of the one that was there (PKS_RETIRED()), before anybody
 * else can be; the loader, which gives addresses their names, is told.
 *
 * Both tracepoints come in a thread that may sleep, with nothing of the module's code running:
 * module_load before its first call, module_free after its last one (kernel/module/main.c).
 */
#include "core/finding.bpf.h"
#include "kernel/module.bpf.h"

struct retire_job {
	__u64 start;
	__u64 end;
	__u32 number;
	__u32 pad;
};

/* A return address may be that of the byte behind. */
static __always_inline bool address__retire(__u64 *address, const struct retire_job *job)
{
	__u64 was = READ_ONCE(*address);

	return was > job->start && was <= job->end &&
	       claim(address, was, PKS_RETIRED(was, job->number));
}

/* Counts go on being found by the place in the table, which windows that are open refer to. */
static long site__retire(__u32 i, void *job)
{
	address__retire(&grant_sites[i & (PKS_SITES - 1)].caller, job);
	address__retire(&revoke_sites[i & (PKS_SITES - 1)].caller, job);
	return 0;
}

static long fold__retire(__u32 i, void *arg)
{
	struct pks_fold *f = &folds[i & (PKS_FOLDS - 1)];
	const struct retire_job *job = arg;
	bool any;

	any = address__retire(&f->granted, job);
	any |= address__retire(&f->revoked, job);
	any |= address__retire(&f->ip, job);
	if (any)
		f->key = PKS_FOLD_RETIRED(f->key, job->number);
	return 0;
}

static __always_inline void range__retire(__u64 start, __u64 end, __u32 number)
{
	struct retire_job job = { .start = start, .end = end, .number = number };

	if (!start || end <= start)
		return;
	bpf_loop(PKS_SITES, site__retire, &job, 0);
	bpf_loop(PKS_FOLDS, fold__retire, &job, 0);
}

/*
 * Also where one comes: what was there may have gone unseen, as the code does that a module
 * needs only to be initialized.
 */
static __always_inline int module__event(struct module *mod, bool gone)
{
	struct pks_module_event *e, event = { .type = PKS_RECORD_MODULE, .gone = gone };

	event.number = __sync_fetch_and_add(&module_events, 1) + 1;
	module__fill(&event, mod);
	range__retire(event.start, event.end, event.number);
	range__retire(event.init_start, event.init_end, event.number);
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		lost__add(PKS_LOST_MODULE, 1);
		return 0;
	}
	*e = event;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("?tp_btf/module_load")
int BPF_PROG(at_module_load, struct module *mod)
{
	return module__event(mod, false);
}

SEC("?tp_btf/module_free")
int BPF_PROG(at_module_free, struct module *mod)
{
	return module__event(mod, true);
}
