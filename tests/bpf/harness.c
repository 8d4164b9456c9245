// SPDX-License-Identifier: GPL-2.0-only
/* Loads the core, drives it, and shows what it made of the events. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm/ptrace.h>
#include <sys/mman.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "harness.h"
#include "scenarios.h"
#include "window_test.skel.h"

#define SLOT_PROBES 8 /* bpf/core/table.bpf.h: a thread's slot is that near to its home */
#define CHECKS_TOLD 20

struct harness h;
void (*harness__sink)(const struct pks_finding *finding);

static struct window_test *skel;
static struct ring_buffer *ring;
static struct pks_site_stat *stats;
static int checks_failed;

bool check__true(bool ok, const char *text, const char *file, int line)
{
	if (ok)
		return true;
	if (checks_failed++ < CHECKS_TOLD && !h.quiet)
		printf("# %s:%d: not so: %s (event %llu)\n", file, line, text, h.events);
	return false;
}

bool check__equal(long long got, long long want, const char *text, const char *file, int line)
{
	if (got == want)
		return true;
	if (checks_failed++ < CHECKS_TOLD && !h.quiet)
		printf("# %s:%d: not so: %s: got %lld, want %lld (event %llu)\n", file, line, text,
		       got, want, h.events);
	return false;
}

bool check__failed(void)
{
	return checks_failed;
}

bool check__take(void)
{
	bool failed = checks_failed;

	checks_failed = 0;
	return failed;
}

static int on_record(void *ctx, void *data, size_t size)
{
	(void)ctx;
	h.delivered++;
	if (harness__sink && size == sizeof(struct pks_finding))
		harness__sink(data);
	else if (size == sizeof(struct pks_finding) && h.nr_records < HARNESS_RECORDS)
		h.records[h.nr_records++] = *(struct pks_finding *)data;
	return 0;
}

static int print_warnings(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

/* What the loader fixes in a full trace: everything on, stacks sampled; or for counts alone. */
static void settle(enum pks_count_source truth, bool counting)
{
	skel->rodata->settings.facts.count_source = truth;
	skel->rodata->settings.stack_depth = 48;
	if (counting) {
		skel->rodata->settings.by = PKS_BY_ALL;
		skel->rodata->settings.count_only = 1;
		skel->rodata->settings.records = 1;
		return;
	}
	skel->rodata->settings.keys = 1;
	skel->rodata->settings.pages = 1;
	skel->rodata->settings.revokes = 1;
	skel->rodata->settings.stacks = 1;
	skel->rodata->settings.records = 1;
	skel->rodata->settings.effect = truth == PKS_COUNT_SOURCE_PGMAP;
	skel->rodata->settings.stack_first = 2;
	skel->rodata->settings.grant_mask = 15;
	skel->rodata->settings.revoke_mask = 3;
	skel->rodata->settings.caller_mask = 3;
	if (truth == PKS_COUNT_SOURCE_KMAP)
		skel->rodata->settings.long_hold = HARNESS_LONG_HOLD;
}

static int map_stats(void)
{
	size_t size = PKS_SITES * sizeof(*stats);
	long page = 4096;

	size = (size + page - 1) / page * page;
	stats = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(skel->maps.stats),
		     0);
	if (stats != MAP_FAILED)
		return 0;
	stats = NULL;
	return -errno;
}

int harness__open(enum pks_count_source truth, enum pks_by by)
{
	int err;

	libbpf_set_print(print_warnings);
	skel = window_test__open();
	if (!skel)
		return -errno;
	settle(truth, by == PKS_BY_ALL);
	skel->rodata->settings.by = by;
	err = window_test__load(skel);
	if (err)
		goto close;
	ring = ring_buffer__new(bpf_map__fd(skel->maps.ring), on_record, NULL, NULL);
	if (!ring) {
		err = -errno;
		goto close;
	}
	err = map_stats();
	if (err)
		goto close;
	return 0;
close:
	harness__close();
	return err;
}

void harness__close(void)
{
	ring_buffer__free(ring);
	window_test__destroy(skel);
	ring = NULL;
	skel = NULL;
}

void harness__drain(void)
{
	ring_buffer__consume(ring);
}

void harness__reset(void)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 *zeros = calloc(cpus, sizeof(*zeros));

	if (!CHECK(zeros))
		exit(1);
	harness__drain();
	memset(skel->bss, 0, sizeof(*skel->bss));
	memset(stats, 0, PKS_SITES * sizeof(*stats));
	for (__u32 i = 0; i < PKS_NR_LOSSES; i++)
		bpf_map_update_elem(bpf_map__fd(skel->maps.lost), &i, zeros, BPF_ANY);
	free(zeros);
	skel->bss->fastpath_open = 1;
	h = (struct harness){ .exact = true,
			      .now = 1000000,
			      .events = h.events,
			      .verbose = h.verbose,
			      .quiet = h.quiet,
			      .way = h.way,
			      .fast = h.fast };
}

static int opened_at(__u64 key)
{
	for (int i = 0; i < PKS_OPENED; i++)
		if (skel->bss->opened[i].key == key)
			return i;
	return -1;
}

void harness__pages(__u64 *pages, int nr)
{
	struct thread t = harness__thread(0);
	bool used[PKS_OPENED] = { false };
	int found = 0;

	for (int n = 1; found < nr; n++) {
		int at;

		harness__grant(&t, PKS_TASK, PAGE(n), CALLER(1));
		harness__revoke(&t, PKS_TASK, PAGE(n), CALLER(2));
		at = opened_at(PAGE(n));
		if (!CHECK(at >= 0))
			return;
		if (!used[at])
			pages[found++] = PAGE(n);
		used[at] = true;
	}
	harness__reset();
}

static void run(const struct bpf_program *program, const struct drive_op *op)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	__u64 before[PKS_NR_CLASSES];

	memcpy(before, skel->bss->found, sizeof(before));
	if (h.verbose)
		printf("# event %llu: %s thread %u context %d page %llx count %d open %d\n",
		       h.events + 1, bpf_program__name(program), op->tid, op->context, op->key,
		       op->count, op->open);
	skel->bss->op = *op;
	h.nr_records = 0;
	h.events++;
	CHECK_EQ(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	h.answer = skel->bss->answer;
	h.fast += h.answer.fast;
	for (int i = 0; i < PKS_NR_CLASSES; i++)
		h.found[i] = skel->bss->found[i] - before[i];
	if (!h.hoard)
		harness__drain();
}

static struct drive_op op_of(struct thread *t, __u8 context, __u64 key, __u64 caller)
{
	h.now += 1000;
	return (struct drive_op){
		.task = t->task,
		.tid = t->tid,
		.count = t->count,
		.context = context,
		.key = key,
		.caller = caller,
		.now = h.now,
		.open = t->open[context],
		.fresh = t->fresh,
		.way = h.way,
	};
}

/* `effect`: what the event's body is going to do to the count. */
static void check_invariant(const struct thread *t, int effect)
{
	const struct pks_slot *s = harness__slot(t);

	if (h.way == DRIVE_COUNT_ONLY)
		return; /* its windows are in no slot */
	if (!s && t->logical && harness__lost(PKS_LOST_SLOT))
		return; /* not followed, and counted as that */
	if (s)
		CHECK_EQ(s->depth + s->skew + s->adjust, t->count + effect);
	if (h.exact)
		CHECK_EQ(s ? s->depth + s->skew : 0, t->logical);
}

void harness__probe(struct thread *t, enum body body, __u8 context, __u64 key, __u64 caller,
		    bool page_form)
{
	struct drive_op op = op_of(t, context, key, caller);
	int effect = body == BODY_GRANT ? 1 : -1;

	op.page_form = page_form;
	run(body == BODY_GRANT ? skel->progs.drive_grant : skel->progs.drive_revoke, &op);
	if (!h.answer.inner)
		t->logical += effect;
	check_invariant(t, effect);
}

void harness__body(struct thread *t, enum body body, __u8 context)
{
	if (body == BODY_GRANT && t->count++ == 0)
		t->open[context] = true;
	else if (body == BODY_REVOKE && --t->count == 0)
		t->open[context] = false;
}

void harness__miss(struct thread *t, enum body body, __u8 context)
{
	h.exact = false;
	t->logical += body == BODY_GRANT ? 1 : -1;
	harness__body(t, body, context);
}

void harness__grant(struct thread *t, __u8 context, __u64 key, __u64 caller)
{
	harness__probe(t, BODY_GRANT, context, key, caller, true);
	harness__body(t, BODY_GRANT, context);
}

void harness__revoke(struct thread *t, __u8 context, __u64 key, __u64 caller)
{
	harness__probe(t, BODY_REVOKE, context, key, caller, true);
	harness__body(t, BODY_REVOKE, context);
}

void harness__boundary(struct thread *t, __u8 context, enum pks_boundary boundary)
{
	struct drive_op op = op_of(t, context, 0, 0);

	op.boundary = boundary;
	run(skel->progs.drive_boundary, &op);
	if (boundary == PKS_THREAD_EXIT)
		CHECK(!harness__slot(t));
	else
		check_invariant(t, 0);
}

void harness__fault(struct thread *t, __u8 context, __u64 key, bool handled)
{
	struct drive_op op = op_of(t, context, key, 0xfa017);

	op.handled = handled;
	run(skel->progs.drive_fault, &op);
	if (handled)
		t->open[context] = true;
}

void harness__interrupt(struct thread *t, __u8 context)
{
	t->open[context] = false;
}

void harness__inherit(struct thread *child, __s32 count)
{
	struct drive_op op;

	child->count = count;
	child->logical = count;
	op = op_of(child, PKS_TASK, 0, 0);
	run(skel->progs.drive_inherit, &op);
	check_invariant(child, 0);
}

void harness__claim(struct thread *t, __u8 context)
{
	struct drive_op op = op_of(t, context, 0, 0);

	run(skel->progs.drive_claim, &op);
}

void harness__end(__u64 caller)
{
	struct drive_op op = { .caller = caller };

	run(skel->progs.drive_end, &op);
}

void harness__gone(struct thread *t)
{
	CHECK_EQ(t->count, 0);
	harness__boundary(t, PKS_TASK, PKS_THREAD_EXIT);
}

unsigned int harness__nofail(const struct pt_regs *regs)
{
	struct drive_op op = {};

	_Static_assert(sizeof(skel->bss->call_regs) == sizeof(*regs), "all of the registers");
	memcpy(skel->bss->call_regs, regs, sizeof(*regs));
	run(skel->progs.drive_nofail, &op);
	return h.answer.nofail;
}

unsigned int harness__hidden(void)
{
	return skel->bss->quiet.over_revoked;
}

struct pks_slot *harness__slot(const struct thread *t)
{
	int first = t->home < 0 ? 0 : t->home;
	int probes = t->home < 0 ? PKS_SLOTS : SLOT_PROBES;

	for (int i = 0; i < probes; i++) {
		struct pks_slot *s = &skel->bss->slots[(first + i) % PKS_SLOTS];

		if (s->owner == t->task)
			return s;
	}
	return NULL;
}

/* Claims a slot in the empty table, and gives it back with all that it holds. */
static int home_of(struct thread *t)
{
	harness__claim(t, PKS_TASK);
	if (!CHECK(h.answer.slot >= 0))
		return -1;
	h.answer.slot %= PKS_SLOTS;
	memset(&skel->bss->slots[h.answer.slot], 0, sizeof(struct pks_slot));
	return h.answer.slot;
}

void harness__place(struct thread *t)
{
	t->home = home_of(t);
}

struct thread harness__thread(unsigned int number)
{
	/* As a slab cache places them: three of 9536 bytes in eight pages from anywhere. */
	__u64 slab = (number / 3 * 2654435761U >> 7) & 0xffff;
	struct thread t = {
		.task = 0xffff888100000000ULL + slab * 0x8000 + number % 3 * 9536,
		.tid = 100 + number,
		.home = -1,
	};

	return t;
}

struct thread harness__neighbour(const struct thread *like, unsigned int first_number)
{
	struct thread first = *like, t;
	int home = home_of(&first);

	for (unsigned int n = 0; n < 100 * PKS_SLOTS; n++) {
		t = harness__thread(first_number + n);
		if (t.task != like->task && home_of(&t) == home)
			return t;
	}
	CHECK(!"a thread with the same home");
	return t;
}

struct drive_batch *harness__batch(unsigned int worker)
{
	return &skel->bss->batches[worker];
}

int harness__run_batch(unsigned int worker)
{
	const struct bpf_program *programs[DRIVE_WORKERS] = {
		skel->progs.drive_batch_0,
		skel->progs.drive_batch_1,
		skel->progs.drive_batch_2,
		skel->progs.drive_batch_3,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(bpf_program__fd(programs[worker]), &opts);
}

void harness__poll(int timeout)
{
	ring_buffer__poll(ring, timeout);
}

bool harness__stack(unsigned int place, struct pks_stack *stack)
{
	return !bpf_map_lookup_elem(bpf_map__fd(skel->maps.stacks), &place, stack) && stack->id &&
	       stack->id != PKS_STACK_BUSY;
}

const struct pks_slot *harness__slots(void)
{
	return skel->bss->slots;
}

const struct pks_overflow *harness__overflows(void)
{
	return skel->bss->overflows;
}

const struct pks_site *harness__revoke_sites(void)
{
	return skel->bss->revoke_sites;
}

__u64 harness__folded(void)
{
	return skel->bss->folded;
}

__u64 harness__dropped(void)
{
	return skel->bss->dropped;
}

__u64 harness__found(enum pks_class class)
{
	return skel->bss->found[class];
}

__u64 harness__lost(enum pks_loss loss)
{
	int cpus = libbpf_num_possible_cpus();
	__u64 values[cpus], sum = 0;
	__u32 key = loss;

	if (!CHECK_EQ(bpf_map_lookup_elem(bpf_map__fd(skel->maps.lost), &key, values), 0))
		return 0;
	for (int i = 0; i < cpus; i++)
		sum += values[i];
	return sum;
}

__u64 harness__older(void)
{
	return skel->bss->older_windows;
}

__u64 harness__late(void)
{
	return skel->bss->late_revokes;
}

struct pks_fold *harness__folds(void)
{
	return skel->bss->folds;
}

const struct pks_site *harness__grant_sites(void)
{
	return skel->bss->grant_sites;
}

struct pks_site_stat *harness__stats(void)
{
	return stats;
}

__u64 harness__grants(unsigned int site)
{
	return stats[site].grants + skel->bss->grant_sites[site].grants;
}

const struct pks_site_stat *harness__tallied(void)
{
	static struct pks_site_stat sum;

	sum = (struct pks_site_stat){};
	for (int i = 0; i < PKS_COUNT_ONLY_SHARDS; i++) {
		const struct pks_site_stat *part = &skel->bss->count_only_stats[i];

		sum.total += part->total;
		if (part->max > sum.max)
			sum.max = part->max;
		for (int b = 0; b < PKS_BUCKETS; b++)
			sum.hist[b] += part->hist[b];
	}
	return &sum;
}

unsigned int harness__count_only_open(void)
{
	unsigned int open = 0;

	for (int i = 0; i < PKS_COUNT_ONLY_ENTRIES; i++)
		open += !!skel->bss->count_only[i].task;
	return open;
}

bool harness__fastpath_open(void)
{
	return skel->bss->fastpath_open;
}

const struct pks_opened *harness__opened(void)
{
	return skel->bss->opened;
}
