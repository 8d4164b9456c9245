// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include <sys/stat.h>

#include "kernel/symbols/srcline.h"

#define TEXT  0xffffffff81000000ULL
#define KASLR 0x1000000ULL

/* Of the kernel that runs; those in the corpus are linked with it. */
static const unsigned char note[] = { 4,    0,	  0,	0,    8,    0,	  0,	0,
				      3,    0,	  0,	0,    'G',  'N',  'U',	0,
				      0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };

static const char kallsyms[] = "ffffffff82000000 T _stext\n"
			       "ffffffff82000010 T start_kernel\n"
			       "ffffffff82000100 T after\n";

static void file__write(const char *root, const char *name, const void *data, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "w");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		abort();
}

/* A directory that stands for / of the kernel that runs; gone with the test's TMPDIR. */
static const char *make_root(void)
{
	static char root[128];
	char path[160];

	snprintf(root, sizeof(root), "%s/fuzz-lines-XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(root))
		abort();
	snprintf(path, sizeof(path), "%s/sys", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/sys/kernel", root);
	mkdir(path, 0700);
	file__write(root, "sys/kernel/notes", note, sizeof(note));
	file__write(root, "kallsyms", kallsyms, sizeof(kallsyms) - 1);
	return root;
}

/* An ELF file with DWARF, or what is no longer one, is the kernel's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *root;
	static struct symbols *symbols;
	struct source_options options = { .release = "6.1.0" };
	struct source_line lines[8];
	struct source *source;
	char path[160];
	int err;

	root = root ?: make_root();
	snprintf(path, sizeof(path), "%s/kallsyms", root);
	symbols = symbols ?: symbols__open(path, &err);
	options.symbols = symbols;
	options.root = root;
	options.vmlinux = fuzz__file(data, size);
	source = source__open(&options);
	if (!symbols || !source)
		abort();
	for (uint64_t at = 0; at < 0x80; at += 4)
		source__lines(source, TEXT + KASLR + at, at & 4 ? SYMBOL_RETURN : 0, lines, 8);
	source__why(source, NULL);
	source__close(source);
	return 0;
}
