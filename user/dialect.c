// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "symbols.h"

#define FAULT_MODE_PATH "/sys/module/memremap/parameters/pks_fault_mode"
#define BTF_PATH	"/sys/kernel/btf/vmlinux"

/* A row per dialect and layout; the first whose functions all exist is it. */
struct dialect_row {
	const char *name;
	const char *layout;
	const char *target[NR_PROBES];
};

static const struct dialect_row rows[] = {
	{ "V10",
	  "outofline",
	  { [PROBE_GRANT_PAGE] = "pgmap_set_readwrite",
	    [PROBE_REVOKE_PAGE] = "pgmap_set_noaccess",
	    [PROBE_GRANT_PGMAP] = "__pgmap_set_readwrite",
	    [PROBE_REVOKE_PGMAP] = "__pgmap_set_noaccess",
	    [PROBE_KEY_FAULT] = "pks_handle_key_fault",
	    [PROBE_FAULT_CALLBACK] = "pgmap_pks_fault_callback",
	    [PROBE_PGMAP_GONE] = "memunmap_pages",
	    [PROBE_USER_FAULT] = "handle_mm_fault",
	    [PROBE_THREAD_END] = "do_task_dead" } },
	{ "V10",
	  "inline or partial",
	  { [PROBE_GRANT_PGMAP] = "__pgmap_set_readwrite",
	    [PROBE_REVOKE_PGMAP] = "__pgmap_set_noaccess",
	    [PROBE_KEY_FAULT] = "pks_handle_key_fault",
	    [PROBE_FAULT_CALLBACK] = "pgmap_pks_fault_callback",
	    [PROBE_USER_FAULT] = "handle_mm_fault",
	    [PROBE_THREAD_END] = "do_task_dead" } },
};

/* Functions of the checked windows themselves: never the culprit in a stack. */
static const char *const own_names[] = {
	"pgmap_set_readwrite",	"pgmap_set_noaccess",	"__pgmap_set_readwrite",
	"__pgmap_set_noaccess", "dax_set_readwrite",	"dax_set_noaccess",
	"kmap_local_page",	"__kunmap_local",	"kmap_atomic",
	"__kunmap_atomic",	"pks_update_protection",
};

bool dialect__is_own(const char *name)
{
	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
		if (!strcmp(name, own_names[i]))
			return true;
	return false;
}

bool dialect__is_fault_entry(const char *name)
{
	return !strcmp(name, "asm_exc_page_fault");
}

static bool row__fits(const struct dialect_row *row, const struct btf *btf)
{
	for (int i = 0; i < NR_PROBES; i++)
		if (row->target[i] && btf__find_by_name_kind(btf, row->target[i], BTF_KIND_FUNC) < 0)
			return false;
	return true;
}

/* Value of an enumerator, or -1. */
static long enum__value(const struct btf *btf, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (int i = 0; t && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), name))
			return btf_enum(t)[i].val;
	return -1;
}

/* Number of elements of a struct's array member, or -1. */
static long member__elements(const struct btf *btf, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	for (int i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *array = btf__type_by_id(btf, m->type);

		if (!strcmp(btf__name_by_offset(btf, m->name_off), name) && btf_is_array(array))
			return btf_array(array)->nelems;
	}
	return -1;
}

static unsigned int struct__size(const struct btf *btf, const char *type)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id > 0 ? btf__type_by_id(btf, id)->size : 0;
}

static unsigned int bits_for(unsigned long n)
{
	unsigned int bits = 0;

	while ((1ul << bits) < n)
		bits++;
	return bits;
}

/*
 * Where the zone number lies in page->flags: below the node number, at the top
 * (include/linux/page-flags-layout.h; with vmemmap there is no section number).
 * The number of nodes is no symbol, but a zonelist has room for each zone of
 * each node and one more.
 */
static bool facts__zone(struct pks_facts *facts, const struct btf *btf)
{
	long device = enum__value(btf, "zone_type", "ZONE_DEVICE");
	long zones = enum__value(btf, "zone_type", "__MAX_NR_ZONES");
	long refs = member__elements(btf, "zonelist", "_zonerefs");
	unsigned int zone_bits;

	if (device < 0 || zones <= 0 || refs <= zones)
		return false;
	zone_bits = bits_for(zones);
	facts->zone_shift = 64 - bits_for((refs - 1) / zones) - zone_bits;
	facts->zone_mask = (1u << zone_bits) - 1;
	facts->zone_device = device;
	return true;
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

static void facts__symbols(struct dialect *d, struct symbols *symbols)
{
	if (!symbols)
		return;
	d->facts.vmemmap_base = symbols__address(symbols, "vmemmap_base");
	d->facts.page_offset_base = symbols__address(symbols, "page_offset_base");
	for (int i = 0; i < NR_PROBES; i++)
		if (d->target[i])
			d->entry[i] = symbols__address(symbols, d->target[i]);
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

static enum status say_unless(bool quiet, const char *what)
{
	return quiet ? STATUS_CANNOT : status__say(STATUS_CANNOT, "%s", what);
}

enum status dialect__probe(struct dialect *d, struct symbols *symbols, bool quiet)
{
	struct btf *btf = btf__parse(BTF_PATH, NULL);

	*d = (struct dialect){ .cpu_has_pks = cpu__has_pks(), .fault_mode = fault_mode__read() };
	if (!btf)
		return say_unless(quiet, "this kernel has no type information (" BTF_PATH
					 "): build it with CONFIG_DEBUG_INFO_BTF");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !d->name; i++) {
		if (!row__fits(&rows[i], btf))
			continue;
		d->name = rows[i].name;
		d->layout = rows[i].layout;
		memcpy(d->target, rows[i].target, sizeof(d->target));
	}
	/* V10: key 1 is the pgmaps', closed is "access disable"; PKRS lies below pt_regs. */
	d->facts.pkey_mask = 0xc;
	d->facts.pkey_default = 0x4;
	d->facts.saved_pkrs = 8;
	d->protection_on = d->name && cpu__pks_enabled();
	if (!facts__zone(&d->facts, btf))
		d->target[PROBE_GRANT_PAGE] = d->target[PROBE_REVOKE_PAGE] = NULL;
	d->page_struct = struct__size(btf, "page");
	d->btf = btf;
	facts__symbols(d, symbols);

	if (!d->name)
		return say_unless(quiet, "this kernel has no protection windows (no PKS patches); "
					 "`pkstrace check` says what to build or boot");
	if (!symbols__have_variables(symbols))
		return say_unless(quiet, "this kernel does not name its variables: build it with "
					 "CONFIG_KALLSYMS_ALL");
	if (!d->protection_on)
		return say_unless(quiet,
				  d->cpu_has_pks
					  ? "protection is off: this kernel does not use the CPU's "
					    "PKS; check its command line and configuration"
					  : "protection is off: this CPU has no PKS; use one that "
					    "has, or QEMU's -cpu max");
	return STATUS_CLEAN;
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

bool dialect__traceable(const char *function)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	bool found = false;
	size_t size = 0;
	char *line = NULL;
	FILE *f = fopen(paths[0], "r");

	f = f ? f : fopen(paths[1], "r");
	while (f && !found && getline(&line, &size, f) > 0)
		found = !strcmp(strtok(line, " \n") ?: "", function);
	free(line);
	if (f)
		fclose(f);
	return found;
}
