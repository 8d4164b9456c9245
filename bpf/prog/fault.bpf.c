// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protection-key faults in the kernel: finds the cause of each stray access. Runs inside the
 * page fault, so there is no hash map, and nothing reads the page.
 */
#include "core/event.bpf.h"
#include "kernel/page.bpf.h"
#include "kernel/pagetable.bpf.h"
#include "prog/current.bpf.h"
#include "prog/target.bpf.h"

/* What the page fault tracepoint saw, kept until the key's handler has decided. */
struct fault_now {
	__u64 address;
	__u64 ip;
	__u64 page; /* struct page; 0: not known */
	__u32 pkrs; /* as the culprit had it: the handler overwrites it */
	__u32 error_code;
	__u8 pkey;   /* of the page, PKS_NO_PKEY: not known */
	__u8 called; /* the pgmaps' callback was asked: it is their key */
	__u8 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fault_now);
} fault_now SEC(".maps");

static __always_inline struct fault_now *fault_now__get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&fault_now, &zero);
}

/* struct page of a physical address; 0 where there is none, or where it is not known. */
static __always_inline __u64 physical__page(__u64 physical)
{
	__u64 vmemmap = kernel__word(settings.facts.vmemmap_base);
	__u64 max_pfn = kernel__word(settings.facts.max_pfn);

	if (!vmemmap || (max_pfn && physical >> PAGE_SHIFT >= max_pfn))
		return 0;
	return vmemmap + (physical >> PAGE_SHIFT) * kernel__page_size_of();
}

/* Which page was accessed, and its key: by how it is mapped, or by the direct map's address. */
static __always_inline void fault__map(struct fault_now *fault)
{
	__u64 direct = kernel__word(settings.facts.page_offset_base);
	bool five = (__u32)kernel__word(settings.facts.five_levels);
	struct mapped mapped =
		pagetable__look_up(settings.facts.page_table, direct, five, fault->address);

	fault->pkey = mapped.pkey;
	fault->page = 0;
	if (mapped.physical)
		fault->page = physical__page(mapped.physical);
	else if (direct && fault->address >= direct)
		fault->page = physical__page(fault->address - direct);
}

static __always_inline void fault__count(__u64 *by_key, __u8 pkey)
{
	__sync_fetch_and_add(&by_key[pkey < PKS_PKEYS ? pkey : PKS_NO_PKEY], 1);
}

/* The first witness: every kernel page fault with the protection-key bit set. */
SEC("tp_btf/page_fault_kernel")
int BPF_PROG(at_page_fault, unsigned long address, struct pt_regs *regs, unsigned long error_code)
{
	struct fault_now *now;

	if (!(error_code & FAULT_PK) || !(address & KERNEL_HALF))
		return 0;
	if (!target__wanted(bpf_get_current_task_btf()))
		return 0;
	now = fault_now__get();
	if (!now)
		return 0;
	now->address = address;
	now->ip = kernel__ip(regs);
	now->error_code = error_code;
	now->called = 0;
	now->pkrs = 0;
	if (settings.facts.saved_pkrs)
		bpf_probe_read_kernel(&now->pkrs, sizeof(now->pkrs),
				      (void *)regs - settings.facts.saved_pkrs);
	fault__map(now);
	fault__count(faults.seen, now->pkey);
	return 0;
}

/*
 * The access is to the pgmaps' memory. Where windows are on keys, all are; otherwise the
 * key tells, or whom the kernel asked.
 */
static __always_inline bool fault__of_pgmap(const struct fault_now *fault)
{
	if (settings.facts.key == PKS_KEY_PKEY || fault->called)
		return true;
	return fault->pkey < PKS_PKEYS && settings.facts.pkey_mask == 3u << 2 * fault->pkey;
}

static __always_inline int fault__report(void *ctx, const struct fault_now *fault, bool handled)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct finding_request r;
	struct window_event e;

	if (!fault__of_pgmap(fault)) {
		fault__count(faults.other, fault->pkey);
		return 0;
	}
	__builtin_memset(&r, 0, sizeof(r));
	r.write = !!(fault->error_code & FAULT_WRITE);
	r.pkey = fault->pkey;
	r.error_code = fault->error_code;
	r.address = fault->address;
	r.ip = fault->ip;
	r.pkrs = fault->pkrs;
	event__of_current(&e, task);
	r.key = fault->page;
	event__fault(ctx, &e, &r, handled);
	return 0;
}

/* The key's handler has decided; returns true where the access goes on (relaxed). */
SEC("fexit")
int BPF_PROG(on_key_fault, struct pt_regs *regs, unsigned long error_code, unsigned long address,
	     bool handled)
{
	struct fault_now *now = fault_now__get();
	struct fault_now fault = { .address = address,
				   .ip = kernel__ip(regs),
				   .error_code = error_code };

	if (!target__wanted(bpf_get_current_task_btf()))
		return 0;
	if (now && now->address == address) {
		fault.pkrs = now->pkrs;
		fault.pkey = now->pkey;
		fault.page = now->page;
		fault.called = now->called;
	} else {
		fault__map(&fault);
	}
	return fault__report(ctx, &fault, handled);
}

/* The same of V7, whose handler has no registers: they are what the tracepoint saw. */
SEC("fexit")
int BPF_PROG(on_key_callback, unsigned long address, bool write, __u16 pkey, bool handled)
{
	struct fault_now *now = fault_now__get();
	struct fault_now fault = { .address = address, .error_code = FAULT_PK };

	if (!target__wanted(bpf_get_current_task_btf()))
		return 0;
	if (write)
		fault.error_code |= FAULT_WRITE;
	if (now && now->address == address)
		fault = *now;
	else
		fault__map(&fault);
	return fault__report(ctx, &fault, handled);
}

/*
 * The second witness: who decides about the pgmaps' key was asked. Without pgmaps it is
 * the handler of all keys.
 */
SEC("fentry")
int BPF_PROG(on_fault_callback)
{
	struct fault_now *now = fault_now__get();

	if (!now || !target__wanted(bpf_get_current_task_btf()))
		return 0;
	now->called = 1;
	fault__count(faults.asked, now->pkey);
	return 0;
}
