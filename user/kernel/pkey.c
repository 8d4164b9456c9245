// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/symbols/ksyms.h"
#include "kernel/pkey.h"
#include "util/number.h"

#define OVERRIDE "PKSTRACE_PKEY"

/* The name of the pgmaps' key in all versions of the series; an enumerator up to the eighth. */
#define PGMAP_KEY "PKS_KEY_PGMAP_PROTECTION"
#define CALLBACKS "pks_key_callbacks"

/* The driver opens a window for each access to one of these. */
#define DEVICES	   "/dev/pmem*"
#define BLOCK_SIZE 4096

#define RIGHTS 3u /* two bits a key: access disable, write disable */

static bool key__valid(long number)
{
	return number > 0 && number < PKS_PKEYS;
}

unsigned int pkey__of_types(const struct btf *btf)
{
	__u32 nr = btf__type_cnt(btf);

	for (__u32 id = 1; id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		for (int i = 0; btf_is_enum(t) && i < btf_vlen(t); i++)
			if (!strcmp(btf__name_by_offset(btf, btf_enum(t)[i].name_off), PGMAP_KEY))
				return key__valid(btf_enum(t)[i].val) ? btf_enum(t)[i].val : 0;
	}
	return 0;
}

unsigned int pkey__of_callbacks(const __u64 table[PKS_PKEYS], __u64 callback)
{
	for (unsigned int key = 1; callback && key < PKS_PKEYS; key++)
		if (table[key] == callback)
			return key;
	return 0;
}

unsigned int pkey__of_rights(__u32 before, __u32 after)
{
	unsigned int found = 0;

	for (unsigned int key = 1; key < PKS_PKEYS; key++) {
		__u32 mask = pkey__mask(key);

		if (!(before & mask) || (after & mask))
			continue;
		if (found)
			return 0;
		found = key;
	}
	return found;
}

__u64 pkey__callbacks(struct symbols *symbols)
{
	return symbols ? symbols__address(symbols, CALLBACKS) : 0;
}

/* Past the page cache: what is there already is read without the driver. */
static void device__read(const char *path)
{
	void *block = NULL;
	int fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return;
	if (!posix_memalign(&block, BLOCK_SIZE, BLOCK_SIZE)) {
		n = pread(fd, block, BLOCK_SIZE, 0);
		(void)n; /* whoever asked looks at what it did */
	}
	free(block);
	close(fd);
}

void pkey__provoke_grants(bool (*fn)(void *arg), void *arg)
{
	glob_t devices;

	if (glob(DEVICES, 0, NULL, &devices))
		return;
	for (size_t i = 0; i < devices.gl_pathc; i++) {
		device__read(devices.gl_pathv[i]);
		if (!fn(arg))
			break;
	}
	globfree(&devices);
}

static const struct {
	const char *wanted; /* in OVERRIDE */
	const char *how;
} sources[NR_PKEY_SOURCES] = {
	[PKEY_GIVEN] = { NULL, "given by " OVERRIDE },
	[PKEY_FROM_TYPES] = { "types", "by the kernel's type information" },
	[PKEY_FROM_CALLBACKS] = { "callbacks",
				  "by the kernel's table of who handles a key's faults" },
	[PKEY_FROM_GRANT] = { "grant", "by watching a grant" },
};

bool pkey__wanted(enum pkey_source source, unsigned int *number)
{
	const char *wanted = getenv(OVERRIDE);
	int64_t given;

	*number = 0;
	if (!wanted || !*wanted)
		return source != PKEY_GIVEN;
	if (number__integer(wanted, 1, PKS_PKEYS - 1, &given)) {
		*number = given;
		return source == PKEY_GIVEN;
	}
	return sources[source].wanted && !strcmp(wanted, sources[source].wanted);
}

__u32 pkey__mask(unsigned int number)
{
	return number ? RIGHTS << (2 * number) : 0;
}

const char *pkey__describe(const struct pkey *key, char *text, size_t size)
{
	if (key->source == PKEY_NOT_FOUND)
		snprintf(text, size,
			 "not found: no type information, no table of callbacks and no grant "
			 "told it; " OVERRIDE "=N gives it");
	else
		snprintf(text, size, "%u, %s", key->number, sources[key->source].how);
	return text;
}
