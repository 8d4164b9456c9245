// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protection-key faults in the kernel: finds the cause of each stray access. Runs inside the
 * page fault, so there is no hash map, and nothing reads the page.
 */
#include "core/event.bpf.h"
#include "kernel/page.bpf.h"
#include "prog/current.bpf.h"
#include "prog/target.bpf.h"

/* What the page fault tracepoint saw, kept until the key's handler has decided. */
struct fault_now {
	__u64 address;
	__u64 ip;
	__u32 pkrs; /* as the culprit had it: the handler overwrites it */
	__u32 error_code;
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

/* The second witness: every kernel page fault with the protection-key bit set. */
SEC("tp_btf/page_fault_kernel")
int BPF_PROG(at_page_fault, unsigned long address, struct pt_regs *regs, unsigned long error_code)
{
	struct fault_now *now;

	if (!(error_code & FAULT_PK) || !(address & KERNEL_HALF))
		return 0;
	if (!target__wanted(bpf_get_current_task_btf()))
		return 0;
	__sync_fetch_and_add(&fault_witness, 1);
	now = fault_now__get();
	if (!now)
		return 0;
	now->address = address;
	now->ip = kernel__ip(regs);
	now->error_code = error_code;
	now->pkrs = 0;
	if (settings.facts.saved_pkrs)
		bpf_probe_read_kernel(&now->pkrs, sizeof(now->pkrs),
				      (void *)regs - settings.facts.saved_pkrs);
	return 0;
}

/* struct page of an address in the direct map; 0 where it is not known. */
static __always_inline __u64 fault__page(__u64 address)
{
	__u64 direct = kernel__word(settings.facts.page_offset_base);
	__u64 vmemmap = kernel__word(settings.facts.vmemmap_base);

	if (!direct || !vmemmap || address < direct)
		return 0;
	return vmemmap + ((address - direct) >> PAGE_SHIFT) * kernel__page_size_of();
}

static __always_inline int fault__report(void *ctx, const struct fault_now *fault, bool handled)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct finding_request r;
	struct window_event e;

	__builtin_memset(&r, 0, sizeof(r));
	r.write = !!(fault->error_code & FAULT_WRITE);
	r.error_code = fault->error_code;
	r.address = fault->address;
	r.ip = fault->ip;
	r.pkrs = fault->pkrs;
	event__of_current(&e, task);
	r.key = fault__page(fault->address);
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
	if (now && now->address == address)
		fault.pkrs = now->pkrs;
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
	return fault__report(ctx, &fault, handled);
}

/* Counted only: tells whether each fault reached the pgmap's callback. */
SEC("fentry")
int BPF_PROG(on_fault_callback)
{
	if (target__wanted(bpf_get_current_task_btf()))
		__sync_fetch_and_add(&fault_calls, 1);
	return 0;
}
