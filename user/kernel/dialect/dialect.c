// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dialect/dialect.h"
#include "kernel/dialect/btf_facts.h"
#include "kernel/dialect/dialect_pair.h"
#include "kernel/symbols/ksyms.h"

#define FAULT_MODE_PATH "/sys/module/memremap/parameters/pks_fault_mode"
#define BTF_PATH	"/sys/kernel/btf/vmlinux"
#define KMAP_SWITCH	"/sys/kernel/debug/kmap_trace"
/* Their functions are the same; only the kernel's configuration tells. */
#define INLINE_OR_PARTIAL "inline or partial"
#define NR(table)	  (sizeof(table) / sizeof((table)[0]))

/* A row per dialect and layout; the first whose functions all exist is it. */
struct dialect_row {
	const char *name;
	const char *layout;
	enum pks_count_source count_source;
	enum pks_key_kind key;
	__u8 args; /* parameters of the fault callback, where versions differ in it; 0: any */
	const char *rights; /* the thread's rights, in its thread_struct; NULL: any name */
	const char *function[NR_PROBES];
};

/* Names of "PKS/PMEM: Add Stray Write Protection": its versions differ in a verb. */
#define PROBES_OF_PAGE(verb)                                                                       \
	[PROBE_GRANT_PAGE] = "pgmap_" verb "_readwrite",                                           \
	[PROBE_REVOKE_PAGE] = "pgmap_" verb "_noaccess", [PROBE_PGMAP_GONE] = "memunmap_pages"
#define PROBES_OF_PGMAP(verb)                                                                      \
	[PROBE_GRANT_PGMAP] = "__pgmap_" verb "_readwrite",                                        \
	[PROBE_REVOKE_PGMAP] = "__pgmap_" verb "_noaccess",                                        \
	[PROBE_FAULT_CALLBACK] = "pgmap_pks_fault_callback"
#define FAULT_V8 [PROBE_KEY_FAULT] = "pks_handle_key_fault"
#define FAULT_V7 [PROBE_KEY_CALLBACK] = "handle_pks_key_callback"

/* clang-format off */
static const struct dialect_row rows[] = {
	{ "V10", "outofline", PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 3, "pkrs",
	  { PROBES_OF_PAGE("set"), PROBES_OF_PGMAP("set"), FAULT_V8 } },
	{ "V10", INLINE_OR_PARTIAL, PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 3, "pkrs",
	  { PROBES_OF_PGMAP("set"), FAULT_V8 } },
	{ "V8", "outofline", PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 3, "pks_saved_pkrs",
	  { PROBES_OF_PAGE("mk"), PROBES_OF_PGMAP("mk"), FAULT_V8 } },
	{ "V8", INLINE_OR_PARTIAL, PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 3, "pks_saved_pkrs",
	  { PROBES_OF_PGMAP("mk"), FAULT_V8 } },
	{ "V7", "outofline", PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 2, "saved_pkrs",
	  { PROBES_OF_PAGE("mk"), PROBES_OF_PGMAP("mk"), FAULT_V7 } },
	{ "V7", INLINE_OR_PARTIAL, PKS_COUNT_SOURCE_PGMAP, PKS_KEY_PAGE, 2, "saved_pkrs",
	  { PROBES_OF_PGMAP("mk"), FAULT_V7 } },
	/* Compartments by key, on 6.1: no pgmap, no count, no callback of one. */
	{ "BULKHEAD", "keys", PKS_COUNT_SOURCE_NONE, PKS_KEY_PKEY, 0, "pkrs",
	  { [PROBE_KEY_UPDATE] = "pks_update_protection",
	    [PROBE_KEY_FAULT] = "pks_handle_key_fault",
	    [PROBE_FAULT_CALLBACK] = "pks_handle_key_fault" } },
	/* Our own trace-only patch, for any kernel. */
	{ "kmap-trace", "every page", PKS_COUNT_SOURCE_KMAP, PKS_KEY_PAGE, 0, NULL,
	  { [PROBE_GRANT_ARG] = "kmap_trace_map",
	    [PROBE_REVOKE_ARG] = "kmap_trace_unmap" } },
};
/* clang-format on */

bool dialect__is_fault_entry(const char *name)
{
	return !strcmp(name, "asm_exc_page_fault");
}

/* The kernel has the functions: the row could be traced. */
static bool row__traceable(const struct dialect_row *row, const struct btf *btf)
{
	const char *callback = row->function[PROBE_FAULT_CALLBACK];

	for (int i = 0; i < NR_PROBES; i++)
		if (row->function[i] && !btf__function_proto(btf, row->function[i]))
			return false;
	return !row->args || btf_vlen(btf__function_proto(btf, callback)) == row->args;
}

/* Whose count of windows the kernel keeps, where it keeps one. */
static bool row__count_fits(const struct dialect_row *row, const struct btf *btf)
{
	switch (row->count_source) {
	case PKS_COUNT_SOURCE_PGMAP:
		return btf__has_member(btf, "task_struct", "pgmap_prot_count");
	case PKS_COUNT_SOURCE_KMAP:
		return btf__has_member(btf, "task_struct", "kmap_trace_count");
	case PKS_COUNT_SOURCE_NONE:
		return !btf__has_member(btf, "task_struct", "pgmap_prot_count");
	}
	return false;
}

/* All that the row says is so on this kernel, not only the names of its functions. */
static bool row__fits(const struct dialect_row *row, const struct btf *btf)
{
	return row__traceable(row, btf) && row__count_fits(row, btf) &&
	       (!row->rights || btf__has_member(btf, "thread_struct", row->rights));
}

static bool cpu__has_pks(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & (1u << 31));
}

/* True where the kernel uses the CPU's feature: it then lists it. */
static bool cpu__pks_enabled(void)
{
	char *line = NULL;
	bool found = false;
	size_t size = 0;
	FILE *f = fopen("/proc/cpuinfo", "r");

	while (f && !found && getline(&line, &size, f) > 0)
		if (!strncmp(line, "flags", 5))
			found = strstr(line, " pks ") || strstr(line, " pks\n");
	free(line);
	if (f)
		fclose(f);
	return found;
}

static enum fault_mode fault_mode__read(void)
{
	char mode[16] = "";
	FILE *f = fopen(FAULT_MODE_PATH, "r");

	if (!f)
		return FAULT_MODE_UNKNOWN;
	if (!fgets(mode, sizeof(mode), f))
		mode[0] = 0;
	fclose(f);
	if (!strncmp(mode, "relaxed", 7))
		return FAULT_MODE_RELAXED;
	return strncmp(mode, "strict", 6) ? FAULT_MODE_UNKNOWN : FAULT_MODE_STRICT;
}

/*
 * What a kretprobe and the function graph tracer have a function return to (arch/x86/kernel:
 * rethook.c since 5.19, before that kprobes/core.c; ftrace_64.S). A kernel has one of the first.
 */
static void facts__return_hooks(struct pks_facts *facts, struct symbols *symbols)
{
	static const char *const names[PKS_RETURN_HOOKS][2] = {
		{ "arch_rethook_trampoline", "__kretprobe_trampoline" },
		{ "return_to_handler", NULL },
	};

	for (int i = 0; i < PKS_RETURN_HOOKS; i++)
		for (int j = 0; j < 2 && names[i][j] && !facts->return_hooks[i]; j++)
			facts->return_hooks[i] = symbols__address(symbols, names[i][j]);
}

static void facts__symbols(struct dialect *d, struct symbols *symbols)
{
	if (!symbols)
		return;
	facts__return_hooks(&d->facts, symbols);
	d->facts.vmemmap_base = symbols__address(symbols, "vmemmap_base");
	d->facts.page_offset_base = symbols__address(symbols, "page_offset_base");
	d->facts.max_pfn = symbols__address(symbols, "max_pfn");
	d->facts.page_table = symbols__address(symbols, "init_top_pgt");
	d->facts.five_levels = symbols__address(symbols, "__pgtable_l5_enabled");
	d->ftrace_switch = symbols__address(symbols, "ftrace_enabled");
	for (int i = 0; i < NR_PROBES; i++)
		if (d->function[i] && !d->entry[i])
			d->entry[i] = symbols__address(symbols, d->function[i]);
}

/*
 * The programs read per-CPU variables by name; without their addresses in
 * kallsyms the kernel refuses to load them.
 */
static bool symbols__have_variables(struct symbols *symbols)
{
	return !symbols || symbols__address(symbols, "__preempt_count") ||
	       symbols__address(symbols, "pcpu_hot");
}

/*
 * The first row that fits. One that is asked for by name need not be what the kernel
 * speaks: it is enough that its functions are there to be traced.
 */
static void dialect__choose(struct dialect *d, const char *name)
{
	for (size_t i = 0; i < NR(rows) && !d->name; i++) {
		const struct dialect_row *row = &rows[i];

		if (name ? strcmp(name, row->name) || !row__traceable(row, d->btf) :
			   !row__fits(row, d->btf))
			continue;
		d->name = row->name;
		d->layout = row->layout;
		d->facts.count_source = row->count_source;
		d->facts.key = row->key;
		memcpy(d->function, row->function, sizeof(d->function));
	}
}

/* Registers and structures; where the zone is not known, neither is a protected page. */
static void dialect__facts(struct dialect *d, struct symbols *symbols)
{
	bool zone = facts__zone(&d->facts, d->btf);

	if (d->layout && !strcmp(d->layout, INLINE_OR_PARTIAL))
		d->layout = kernel_config__layout(INLINE_OR_PARTIAL);
	if (dialect__needs_pks(d)) {
		d->facts.saved_pkrs = 8; /* PKRS lies below pt_regs (V7 to V10) */
		d->protection_on = cpu__pks_enabled();
		d->fault_mode = fault_mode__read();
	}
	if (!zone)
		d->function[PROBE_GRANT_PAGE] = d->function[PROBE_REVOKE_PAGE] = NULL;
	d->page_struct = btf__struct_size(d->btf, "page");
	/* Came in 6.2, with look-ups that need no lock (kernel/bpf/bpf_task_storage.c). */
	d->facts.storage_refuses = !btf__function_proto(d->btf, "bpf_task_storage_get_recur");
	d->facts.kprobe_misses = facts__kprobe_misses(d->btf);
	facts__symbols(d, symbols);
}

/* Where programs are on trampolines, it must be known when the kernel becomes preemptible. */
static enum status dialect__attach_form(struct dialect *d, bool quiet)
{
	enum status status;

	d->preemption = preemption__now();
	status = attach_form__choose(&d->attach, d->btf, d->preemption, quiet);
	if (!status && d->by_address)
		status = attach_form__by_address(&d->attach, d->btf, quiet);
	if (d->attach == ATTACH_TRAMPOLINE && btf__function_proto(d->btf, "sched_dynamic_update"))
		d->function[PROBE_PREEMPTION] = "sched_dynamic_update";
	return status;
}

/* What switches programs on functions off; the second matters to kprobes alone. */
static void dialect__switches(struct dialect *d)
{
	if (btf__function_proto(d->btf, "proc_dointvec"))
		d->function[PROBE_SYSCTL] = "proc_dointvec";
	if (d->attach == ATTACH_KPROBE && btf__function_proto(d->btf, "write_enabled_file_bool"))
		d->function[PROBE_KPROBES] = "write_enabled_file_bool";
}

static enum status say_unless(bool quiet, enum status status, const char *what)
{
	return quiet ? status : status__say(status, "%s", what);
}

static enum status dialect__usable(const struct dialect *d, struct symbols *symbols, bool quiet)
{
	if (!symbols__have_variables(symbols))
		return say_unless(quiet, STATUS_CANNOT,
				  "this kernel's kallsyms has no variables: build it with "
				  "CONFIG_KALLSYMS_ALL");
	if (dialect__switch(d) && access(dialect__switch(d), F_OK))
		return say_unless(quiet, STATUS_CANNOT,
				  "no " KMAP_SWITCH ": mount debugfs (mount -t debugfs none "
				  "/sys/kernel/debug)");
	if (!dialect__needs_pks(d) || d->protection_on)
		return STATUS_CLEAN;
	return say_unless(quiet, STATUS_CANNOT,
			  d->cpu_has_pks ? "protection is off: this kernel does not use the CPU's "
					   "PKS; check its command line and configuration" :
					   "protection is off: this CPU has no PKS; use one that "
					   "has, or QEMU's -cpu max");
}

static enum status dialect__none(const char *name, bool quiet)
{
	if (name && !quiet)
		return status__say(
			STATUS_USAGE,
			"this kernel does not speak dialect '%s'; `pkstrace check` lists "
			"those that it does",
			name);
	return say_unless(quiet, STATUS_CANNOT,
			  "this kernel has no protection windows (neither the PKS patches nor "
			  "KMAP_TRACE); `pkstrace check` says what to build or boot");
}

enum status dialect__probe(struct dialect *d, struct symbols *symbols,
			   const struct dialect_choice *choice, bool quiet)
{
	static const struct dialect_choice none;
	enum status status = STATUS_CLEAN;

	choice = choice ?: &none;
	*d = (struct dialect){ .cpu_has_pks = cpu__has_pks(), .btf = btf__parse(BTF_PATH, NULL) };
	if (!d->btf)
		return say_unless(quiet, STATUS_CANNOT,
				  "this kernel has no type information (" BTF_PATH
				  "): build it with CONFIG_DEBUG_INFO_BTF");
	if (choice->grant)
		status = pair__choose(d, choice, symbols);
	else
		dialect__choose(d, choice->name);
	if (status)
		return status;
	if (!d->name)
		return dialect__none(choice->name, quiet);
	d->function[PROBE_USER_FAULT] = "handle_mm_fault";
	d->function[PROBE_THREAD_END] = "do_task_dead";
	status = dialect__attach_form(d, quiet);
	dialect__switches(d);
	dialect__facts(d, symbols);
	return status ?: dialect__usable(d, symbols, quiet);
}

void dialect__each(const struct dialect *d, void (*fn)(const char *name, const char *layout))
{
	if (d->name)
		fn(d->name, d->layout);
	for (size_t i = 0; d->btf && i < NR(rows); i++)
		if ((!d->name || strcmp(rows[i].name, d->name)) && row__fits(&rows[i], d->btf))
			fn(rows[i].name, rows[i].layout);
}

/* Closed is "access disable", the first of the two bits (PKS_INIT_VALUE). */
void dialect__set_pkey(struct dialect *d, const struct pkey *key)
{
	d->pkey = *key;
	d->facts.pkey_mask = pkey__mask(key->number);
	d->facts.pkey_default = d->facts.pkey_mask & 0x55555555;
}

enum fault_mode dialect__fault_mode(const struct dialect *d)
{
	enum fault_mode now = fault_mode__read();

	return now == FAULT_MODE_UNKNOWN ? d->fault_mode : now;
}

const char *dialect__switch(const struct dialect *d)
{
	return d->facts.count_source == PKS_COUNT_SOURCE_KMAP ? KMAP_SWITCH : NULL;
}

void dialect__close(struct dialect *d)
{
	btf__free(d->btf);
	d->btf = NULL;
}

bool dialect__has_tracepoint(const struct dialect *d, const char *name)
{
	char type[64];

	/* A raw tracepoint's type: include/trace/bpf_probe.h */
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(d->btf, type, BTF_KIND_TYPEDEF) > 0;
}
