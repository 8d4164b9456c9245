// SPDX-License-Identifier: GPL-2.0-only
/* Facts about the running kernel that its type information and configuration hold. */
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "kernel/dialect/btf_facts.h"

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

unsigned int btf__struct_size(const struct btf *btf, const char *type)
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
 * Below the node number, at the top (include/linux/page-flags-layout.h; with
 * vmemmap there is no section number). The number of nodes is no symbol, but a
 * zonelist has room for each zone of each node and one more.
 */
bool facts__zone(struct pks_facts *facts, const struct btf *btf)
{
	long device = enum__value(btf, "zone_type", "ZONE_DEVICE");
	long zones = enum__value(btf, "zone_type", "__MAX_NR_ZONES");
	long refs = member__elements(btf, "zonelist", "_zonerefs");
	unsigned int zone_bits, shift;

	if (device < 0 || zones <= 0 || refs <= zones)
		return false;
	zone_bits = bits_for(zones);
	shift = 64 - bits_for((refs - 1) / zones) - zone_bits;
	facts->zone_mask = ((1ull << zone_bits) - 1) << shift;
	facts->zone_device = (__u64)device << shift;
	facts->zone_bit = 1ull << (bits_for(device + 1) - 1 + shift);
	return true;
}

const struct btf_type *btf__function_proto(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	return t ? btf__type_by_id(btf, t->type) : NULL;
}

/* True of a struct or union that has this member, at any depth of those without a name. */
static bool type__has_member(const struct btf *btf, __u32 id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; t && btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *inner = btf__type_by_id(btf, m->type);

		if (!strcmp(btf__name_by_offset(btf, m->name_off), name) ||
		    (inner && !inner->name_off && type__has_member(btf, m->type, name)))
			return true;
	}
	return false;
}

bool btf__has_member(const struct btf *btf, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);

	return id > 0 && type__has_member(btf, id, name);
}

bool facts__kprobe_misses(const struct btf *btf)
{
	return btf__has_member(btf, "bpf_link_info", "missed");
}

/* The running kernel's configuration, where it or its packager keeps it. NULL: nowhere. */
static gzFile kernel_config__open(void)
{
	static const char *const places[] = { "/proc/config.gz", "/boot/config-%s",
					      "/lib/modules/%s/config",
					      "/lib/modules/%s/build/.config" };
	struct utsname uts = {};
	gzFile file = NULL;
	char path[256];

	uname(&uts);
	for (size_t i = 0; !file && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), places[i], uts.release);
		file = gzopen(path, "r"); /* reads plain text as well */
	}
	return file;
}

const char *kernel_config__layout(const char *unknown)
{
	static const struct {
		const char *line, *layout;
	} known[] = { { "CONFIG_DEVMAP_PROTECTION_INLINE=y\n", "inline" },
		      { "CONFIG_DEVMAP_PROTECTION_PARTIAL=y\n", "partial" } };
	const char *layout = unknown;
	gzFile file = kernel_config__open();
	char line[512];

	while (file && layout == unknown && gzgets(file, line, sizeof(line)))
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strcmp(line, known[i].line))
				layout = known[i].layout;
	if (file)
		gzclose(file);
	return layout;
}
