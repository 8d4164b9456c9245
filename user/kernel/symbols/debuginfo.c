// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file is used only if its build ID is that of the running kernel: lines of another build look
 * right and are wrong.
 */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/symbols/debuginfo.h"

#define MAX_NOTES	 4096
#define BUILD_ID_SECTION ".note.gnu.build-id"

__attribute__((format(printf, 2, 3))) static void debuginfo__refuse(struct debuginfo *info,
								    const char *format, ...)
{
	va_list args;

	if (info->why)
		return;
	va_start(args, format);
	if (vasprintf(&info->why, format, args) < 0)
		info->why = NULL;
	va_end(args);
}

/* The GNU build ID among the notes of a file in sysfs; len is 0 if there is none. */
static void build_id__read(struct build_id *id, const char *path)
{
	char notes[MAX_NOTES] __attribute__((aligned(4)));
	size_t len, at = 0;
	FILE *file = fopen(path, "re");

	id->len = 0;
	if (!file)
		return;
	len = fread(notes, 1, sizeof(notes), file);
	fclose(file);
	while (at + sizeof(GElf_Nhdr) <= len) {
		const GElf_Nhdr *note = (const void *)(notes + at);
		size_t name = at + sizeof(*note);
		size_t desc = name + ((note->n_namesz + 3ul) & ~3ul);

		at = desc + ((note->n_descsz + 3ul) & ~3ul);
		if (at > len)
			return;
		if (note->n_type != NT_GNU_BUILD_ID || note->n_namesz != 4 ||
		    memcmp(notes + name, "GNU", 4) || note->n_descsz > BUILD_ID_MAX)
			continue;
		id->len = note->n_descsz;
		memcpy(id->byte, notes + desc, id->len);
		return;
	}
}

/* The first digits are enough to tell two apart. */
static const char *build_id__print(const unsigned char *byte, size_t len, char out[17])
{
	out[0] = '\0';
	for (size_t i = 0; i < len && i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", byte[i]);
	return out;
}

static bool debuginfo__same_build(struct debuginfo *info, const char *path, int fd)
{
	const struct build_id *id = &info->id;
	char have[17], want[17];
	const void *byte;
	Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	bool same = false;
	ssize_t len;

	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		debuginfo__refuse(info, "%s: not an ELF file", path);
		elf_end(elf);
		return false;
	}
	len = dwelf_elf_gnu_build_id(elf, &byte);
	if (len <= 0)
		debuginfo__refuse(info,
				  "%s: has no build ID, so there is no telling whether it matches",
				  path);
	else if ((size_t)len != id->len || memcmp(byte, id->byte, id->len))
		debuginfo__refuse(info, "%s: of another build (build ID %s..., running is %s...)",
				  path, build_id__print(byte, (size_t)len, have),
				  build_id__print(id->byte, id->len, want));
	else
		same = true;
	elf_end(elf);
	return same;
}

/* Where the kernel put a section of a module; 0 if it does not say, or hides it. */
static uint64_t section_address(const struct debuginfo *info, const char *section)
{
	char path[PATH_MAX];
	uint64_t addr = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/module/%s/sections/%s", info->options->root,
		 info->module, section);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%" SCNx64, &addr) != 1)
		addr = 0;
	fclose(file);
	return addr;
}

/* Callbacks of libdwfl, which relocates a module's DWARF by what section_address_cb() says. */
static int find_elf_cb(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		       char **file_name, Elf **elf)
{
	const struct debuginfo *info = *userdata;

	(void)module, (void)name, (void)base, (void)elf;
	*file_name = strdup(info->path);
	return *file_name ? open(info->path, O_RDONLY | O_CLOEXEC) : -1;
}

/* Only the file that was checked; the standard callback may even ask the network. */
static int find_debuginfo_cb(Dwfl_Module *module, void **userdata, const char *name,
			     Dwarf_Addr base, const char *file_name, const char *link,
			     GElf_Word crc, char **out)
{
	(void)module, (void)userdata, (void)name, (void)base, (void)file_name, (void)link;
	(void)crc, (void)out;
	return -1;
}

static int section_address_cb(Dwfl_Module *module, void **userdata, const char *name,
			      Dwarf_Addr base, const char *section, GElf_Word index,
			      const GElf_Shdr *header, Dwarf_Addr *addr)
{
	(void)module, (void)name, (void)base, (void)index, (void)header;
	*addr = section_address(*userdata, section);
	if (!*addr)
		*addr = (Dwarf_Addr)-1; /* not in memory: .init.text after the start */
	return 0;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_elf_cb,
	.find_debuginfo = find_debuginfo_cb,
	.section_address = section_address_cb,
};

/* A module gets the addresses of the running kernel; vmlinux keeps those of the file. */
static Dwfl_Module *debuginfo__report(struct debuginfo *info)
{
	Dwfl_Module *module;
	uint64_t note;
	void **userdata;

	dwfl_report_begin(info->dwfl);
	if (info->module) {
		/* Any unused address will do: each section is asked for separately. */
		note = section_address(info, BUILD_ID_SECTION);
		module = dwfl_report_module(info->dwfl, info->module, note, note + 1);
	} else {
		module = dwfl_report_elf(info->dwfl, "vmlinux", info->path, -1, 0, true);
	}
	if (module && dwfl_module_info(module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL))
		*userdata = info;
	dwfl_report_end(info->dwfl, NULL, NULL);
	return module;
}

static Elf_Scn *elf__symtab(Elf *elf, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, header) && header->sh_type == SHT_SYMTAB)
			break;
	}
	return section;
}

/* Not dwfl_module_getsym(), which looks up the section of every symbol it passes. */
uint64_t debuginfo__symbol(const struct debuginfo *info, const char *name)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(info->loaded, &bias);
	GElf_Shdr header;
	Elf_Scn *section = elf ? elf__symtab(elf, &header) : NULL;
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
	GElf_Sym symbol;

	for (int i = 1; data && gelf_getsym(data, i, &symbol); i++) {
		const char *found = elf_strptr(elf, header.sh_link, symbol.st_name);

		if (found && !strcmp(found, name))
			return symbol.st_value + bias;
	}
	return 0;
}

/* KASLR moves all of vmlinux by one offset; _stext exists on every architecture. */
static bool debuginfo__set_bias(struct debuginfo *info, const char *path)
{
	uint64_t running = symbols__address(info->options->symbols, "_stext");
	uint64_t file = debuginfo__symbol(info, "_stext");

	info->bias = running - file;
	if (!running || !file)
		debuginfo__refuse(info, "%s: no _stext in %s", path, file ? "kallsyms" : "it");
	return running && file;
}

static void debuginfo__unload(struct debuginfo *info)
{
	dwfl_end(info->dwfl);
	info->dwfl = NULL;
	info->loaded = NULL;
}

static bool debuginfo__load(struct debuginfo *info, const char *path)
{
	Dwarf_Addr bias;

	info->dwfl = dwfl_begin(&callbacks);
	info->path = path;
	info->loaded = info->dwfl ? debuginfo__report(info) : NULL;
	if (!info->loaded || !dwfl_module_getdwarf(info->loaded, &bias)) {
		debuginfo__refuse(info, "%s: has no debug info (%s)", path, dwfl_errmsg(-1));
		return false;
	}
	return info->module || debuginfo__set_bias(info, path);
}

/* Nothing that could keep us waiting for what it holds, such as a FIFO. */
static int regular__open(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || (!fstat(fd, &st) && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* Loads a file if it exists and can be used. */
static void debuginfo__try(struct debuginfo *info, const char *path)
{
	int fd;

	if (info->loaded)
		return;
	fd = regular__open(path);
	if (fd < 0) {
		if (errno != ENOENT || path == info->options->vmlinux)
			debuginfo__refuse(info, "%s: %s", path,
					  errno == EINVAL ? "not a regular file" : strerror(errno));
		return;
	}
	if (debuginfo__same_build(info, path, fd) && !debuginfo__load(info, path))
		debuginfo__unload(info);
	close(fd);
}

/* Where debug packages of all distributions put a link to the file with this build ID. */
static void debuginfo__try_build_id(struct debuginfo *info)
{
	const struct build_id *id = &info->id;
	char path[PATH_MAX], hex[2 * BUILD_ID_MAX + 1] = "";

	if (id->len < 2)
		return;
	for (size_t i = 1; i < id->len; i++)
		snprintf(hex + 2 * (i - 1), 3, "%02x", id->byte[i]);
	snprintf(path, sizeof(path), "%s/usr/lib/debug/.build-id/%02x/%s.debug",
		 info->options->root, id->byte[0], hex);
	debuginfo__try(info, path);
}

/* "NAME.ko" or "NAME.ko.debug"; a file name may have '-' where the module name has '_'. */
static bool is_module_file(const char *file, const char *module)
{
	for (; *module; file++, module++) {
		if (*file != *module && !(*file == '-' && *module == '_'))
			return false;
	}
	return !strcmp(file, ".ko") || !strcmp(file, ".ko.debug");
}

/* Files before directories: one in this directory is found without walking the tree. */
static int files_first(const FTSENT **left, const FTSENT **right)
{
	return ((*left)->fts_info == FTS_D) - ((*right)->fts_info == FTS_D);
}

static void debuginfo__try_dir(struct debuginfo *info, const char *dir)
{
	char *const dirs[] = { (char *)dir, NULL };
	FTSENT *entry;
	FTS *fts;

	if (info->loaded)
		return;
	fts = fts_open(dirs, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, files_first);
	if (!fts)
		return;
	while (!info->loaded && (entry = fts_read(fts))) {
		if (entry->fts_info == FTS_F && is_module_file(entry->fts_name, info->module))
			debuginfo__try(info, entry->fts_path);
	}
	fts_close(fts);
}

static void debuginfo__load_module(struct debuginfo *info)
{
	static const char *const usual[] = { "/usr/lib/debug/lib/modules", "/lib/modules" };
	const struct source_options *options = info->options;
	const char *const *dir = options->module_dirs;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/module/%s/notes/" BUILD_ID_SECTION, options->root,
		 info->module);
	build_id__read(&info->id, path);
	if (!info->id.len) {
		debuginfo__refuse(info, "%s: not a module with a build ID (%s)", info->module,
				  path);
		return;
	}
	/* The one section that always exists; .text does not if all code is in others. */
	if (!section_address(info, BUILD_ID_SECTION)) {
		debuginfo__refuse(info, "%s: /sys/module hides its addresses: run as root",
				  info->module);
		return;
	}
	while (dir && *dir)
		debuginfo__try_dir(info, *dir++);
	debuginfo__try_build_id(info);
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", options->root, usual[i], options->release);
		debuginfo__try_dir(info, path);
	}
	if (!info->loaded)
		debuginfo__refuse(info,
				  "%s: no file with debug info found: give its directory "
				  "with --modules, or install the kernel's debug package",
				  info->module);
}

static void debuginfo__load_vmlinux(struct debuginfo *info)
{
	/* Around the release. */
	static const char *const usual[][2] = {
		{ "/usr/lib/debug/boot/vmlinux-", "" },
		{ "/usr/lib/debug/lib/modules/", "/vmlinux" },
		{ "/boot/vmlinux-", "" },
		{ "/lib/modules/", "/build/vmlinux" },
		{ "/lib/modules/", "/vmlinux" },
	};
	const struct source_options *options = info->options;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/kernel/notes", options->root);
	build_id__read(&info->id, path);
	if (!info->id.len) {
		debuginfo__refuse(info, "vmlinux: the running kernel has no build ID (%s)", path);
		return;
	}
	if (options->vmlinux) {
		debuginfo__try(info, options->vmlinux);
		return;
	}
	debuginfo__try_build_id(info);
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		snprintf(path, sizeof(path), "%s%s%s%s", options->root, usual[i][0],
			 options->release, usual[i][1]);
		debuginfo__try(info, path);
	}
	if (!info->loaded)
		debuginfo__refuse(info,
				  "vmlinux: none with debug info found for %s: give one with "
				  "--vmlinux, or install the kernel's debug package",
				  options->release);
}

Dwarf_Die *debuginfo__cu(const struct debuginfo *info, uint64_t *pc)
{
	Dwarf_Addr bias;
	Dwarf_Die *cu = dwfl_module_addrdie(info->loaded, *pc, &bias);

	if (!cu) {
		/* clang writes no .debug_aranges: ask each unit. */
		while ((cu = dwfl_module_nextcu(info->loaded, cu, &bias))) {
			if (dwarf_haspc(cu, *pc - bias) > 0)
				break;
		}
	}
	if (cu)
		*pc -= bias;
	return cu;
}

struct debuginfo *debuginfo__open(const struct source_options *options, const char *module)
{
	struct debuginfo *info = calloc(1, sizeof(*info));

	if (!info)
		return NULL;
	elf_version(EV_CURRENT);
	info->options = options;
	info->module = module ? strdup(module) : NULL;
	if (module && !info->module) {
		free(info);
		return NULL;
	}
	if (module)
		debuginfo__load_module(info);
	else
		debuginfo__load_vmlinux(info);
	return info;
}

void debuginfo__close(struct debuginfo *info)
{
	debuginfo__unload(info);
	free(info->module);
	free(info->why);
	free(info);
}
