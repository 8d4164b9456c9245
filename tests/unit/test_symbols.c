// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "kernel/symbols/ksyms.h"

#define KERNEL                                                                                     \
	"ffffffff81000000 T _stext\n"                                                              \
	"ffffffff81000000 T _text\n"                                                               \
	"ffffffff81000100 t first\n"                                                               \
	"ffffffff81000180 W second\n"                                                              \
	"ffffffff81000200 T _etext\n"                                                              \
	"ffffffff81001000 D jiffies\n"                                                             \
	"ffffffff81002000 B __bss_start\n"                                                         \
	"ffffffff81003000 T late_init\n"                                                           \
	"ffffffff81003040 B _end\n"

static char fixture[] = "/tmp/pkstrace-kallsyms-XXXXXX";

static void fixture__write(const char *text, size_t len)
{
	FILE *file = fopen(fixture, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct symbols *open_text(const char *text)
{
	struct symbols *symbols;
	int err = 1;

	fixture__write(text, strlen(text));
	symbols = symbols__open(fixture, &err);
	assert_int_equal(err, 0);
	assert_non_null(symbols);
	return symbols;
}

static void assert_refused(const char *text, int expected)
{
	int err = 0;

	fixture__write(text, strlen(text));
	assert_null(symbols__open(fixture, &err));
	assert_int_equal(err, expected);
}

/* Expects "function+0x1d/0x80 [module]", or the bare address. */
static void assert_format(struct symbols *symbols, uint64_t addr, unsigned int flags,
			  const char *expected)
{
	char buf[256];
	int len = symbols__format(symbols, addr, flags, buf, sizeof(buf));

	assert_string_equal(buf, expected);
	assert_int_equal(len, strlen(expected));
}

static void finds_functions(void **state)
{
	struct symbols *symbols = open_text(KERNEL);
	struct symbol symbol;

	(void)state;
	assert_int_equal(symbols__find(symbols, 0xffffffff8100011d, 0, &symbol), 0);
	assert_string_equal(symbol.name, "first");
	assert_null(symbol.module);
	assert_int_equal(symbol.start, 0xffffffff81000100);
	assert_int_equal(symbol.offset, 0x1d);
	assert_int_equal(symbol.size, 0x80);
	assert_format(symbols, 0xffffffff81000100, 0, "first+0x0/0x80");
	assert_format(symbols, 0xffffffff8100017f, 0, "first+0x7f/0x80");
	assert_format(symbols, 0xffffffff81000180, 0, "second+0x0/0x80");
	assert_format(symbols, 0xffffffff81003001, 0, "late_init+0x1/0x40");
	symbols__close(symbols);
}

static void names_first_alias(void **state)
{
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	assert_format(symbols, 0xffffffff81000002, 0, "_stext+0x2/0x100");
	symbols__close(symbols);
}

static void leaves_data_unnamed(void **state)
{
	struct symbols *symbols = open_text(KERNEL);
	struct symbol symbol;

	(void)state;
	assert_format(symbols, 0xffffffff81001000, 0, "0xffffffff81001000");
	assert_format(symbols, 0xffffffff81002fff, 0, "0xffffffff81002fff");
	assert_format(symbols, 0xffffffff81003040, 0, "0xffffffff81003040");
	assert_format(symbols, 0xffffffff80ffffff, 0, "0xffffffff80ffffff");
	assert_format(symbols, 0x7f0012345678, 0, "0x7f0012345678");
	memset(&symbol, 0xff, sizeof(symbol));
	assert_int_equal(symbols__find(symbols, 0, 0, &symbol), -ENOENT);
	assert_null(symbol.name);
	assert_int_equal(symbol.start, 0);
	symbols__close(symbols);
}

static void return_addresses(void **state)
{
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	assert_format(symbols, 0xffffffff81000180, SYMBOL_RETURN, "first+0x80/0x80");
	assert_format(symbols, 0xffffffff81000181, SYMBOL_RETURN, "second+0x1/0x80");
	assert_format(symbols, 0xffffffff81000000, SYMBOL_RETURN, "0xffffffff81000000");
	symbols__close(symbols);
}

static void modules_in_any_order(void **state)
{
	struct symbols *symbols =
		open_text(KERNEL "ffffffffc0010200 t b\t[two]\n"
				 "ffffffffc0010000 t local_init\t[two]\n"
				 "ffffffffc0010000 T init_module\t[two]\n"
				 "ffffffffc0010300 d data\t[two]\n"
				 "ffffffffc0002000 r rodata\t[one]\n"
				 "ffffffffc0000000 t a\t[one]\n"
				 "ffffffffc0020000 t bpf_prog_0123456789abcdef_grant\t[bpf]\n"
				 "ffffffffc0030000 t bpf_trampoline_6442\t[bpf]\n");

	(void)state;
	assert_format(symbols, 0xffffffffc0000004, 0, "a+0x4/0x2000 [one]");
	assert_format(symbols, 0xffffffffc0002000, 0, "0xffffffffc0002000");
	assert_format(symbols, 0xffffffffc0010000, 0, "local_init+0x0/0x200 [two]");
	assert_format(symbols, 0xffffffffc00102ff, 0, "b+0xff/0x100 [two]");
	assert_format(symbols, 0xffffffffc0010300, 0, "0xffffffffc0010300");
	assert_format(symbols, 0xffffffffc0020010, 0,
		      "bpf_prog_0123456789abcdef_grant+0x10/0x10000 [bpf]");
	/* The last one: where it ends is not known, so it has the greatest size there is. */
	assert_format(symbols, 0xffffffffc0030010, 0, "bpf_trampoline_6442+0x10/0x10000 [bpf]");
	assert_format(symbols, 0xffffffffc0040000, 0, "0xffffffffc0040000");
	assert_format(symbols, 0xffffffff8100011d, 0, "first+0x1d/0x80");
	symbols__close(symbols);
}

static void modules_below_the_kernel(void **state)
{
	struct symbols *symbols = open_text("ffff800010000000 T _stext\n"
					    "ffff800010000100 T _etext\n"
					    "ffff800010000200 D data\n"
					    "ffff800008000000 t low\t[mod]\n"
					    "ffff800008000010 d data\t[mod]\n");

	(void)state;
	assert_format(symbols, 0xffff800008000001, 0, "low+0x1/0x10 [mod]");
	assert_format(symbols, 0xffff800010000001, 0, "_stext+0x1/0x100");
	symbols__close(symbols);
}

static void unsorted_kernel(void **state)
{
	struct symbols *symbols = open_text("ffffffff81000300 T c\n"
					    "ffffffff81000100 T a\n"
					    "ffffffff81000500 T e\n"
					    "ffffffff81000200 T b\n"
					    "ffffffff81000200 T alias_of_b\n"
					    "ffffffff81000400 T d\n"
					    "ffffffff81000000 T zero\n");

	(void)state;
	assert_format(symbols, 0xffffffff81000001, 0, "zero+0x1/0x100");
	assert_format(symbols, 0xffffffff81000101, 0, "a+0x1/0x100");
	assert_format(symbols, 0xffffffff81000201, 0, "b+0x1/0x100");
	assert_format(symbols, 0xffffffff81000301, 0, "c+0x1/0x100");
	assert_format(symbols, 0xffffffff81000401, 0, "d+0x1/0x100");
	assert_int_equal(symbols__address(symbols, "e"), 0xffffffff81000500);
	symbols__close(symbols);
}

static void addresses_by_name(void **state)
{
	struct symbols *symbols = open_text("ffffffff81000000 T _stext\n"
					    "ffffffff81000100 t twice\n"
					    "ffffffff81000200 t twice\n"
					    "ffffffff81000300 T _etext\n"
					    "ffffffff82000000 D vmemmap_base\n"
					    "ffffffff80000000 t twice\t[low]\n"
					    "ffffffffc0000000 t only_here\t[mod]\n"
					    "ffffffffc0000100 t _stext\t[mod]\n");

	(void)state;
	assert_int_equal(symbols__address(symbols, "_stext"), 0xffffffff81000000);
	assert_int_equal(symbols__address(symbols, "twice"), 0xffffffff81000100);
	assert_int_equal(symbols__address(symbols, "only_here"), 0xffffffffc0000000);
	assert_int_equal(symbols__address(symbols, "vmemmap_base"), 0xffffffff82000000);
	assert_int_equal(symbols__address(symbols, "twic"), 0);
	assert_int_equal(symbols__address(symbols, ""), 0);
	symbols__close(symbols);
}

static void passes_over_garbage(void **state)
{
	static char text[8192];
	struct symbols *symbols;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text),
			       "\nnonsense\n"
			       "ffffffff81000000\n"
			       "ffffffff81000000 T \n"
			       "ffffffff81000000 T\n"
			       "fffffffff81000000 T seventeen_digits\n"
			       "ffffffff8100000g T no_digit\n"
			       " ffffffff81000000 T space\n"
			       "ffffffff81000000 T open\t[mod\n"
			       "ffffffff81000000 T bare\tmod\n"
			       "ffffffff81000000 T tab\t\n"
			       "ffffffff81000100 T good\n"
			       "ffffffff81000140 T ");
	/* Far longer than any symbol. */
	memset(text + len, 'x', 4000);
	len += 4000;
	len += (size_t)snprintf(text + len, sizeof(text) - len,
				"\nffffffff81000180 T end\n"
				"ffffffff81000200 T cut_in_its_na");
	fixture__write(text, len);
	symbols = symbols__open(fixture, &(int){ 0 });
	assert_non_null(symbols);
	assert_format(symbols, 0xffffffff81000000, 0, "0xffffffff81000000");
	assert_format(symbols, 0xffffffff81000150, 0, "good+0x50/0x80");
	assert_int_equal(symbols__address(symbols, "cut_in_its_na"), 0);
	assert_int_equal(symbols__address(symbols, ""), 0);
	symbols__close(symbols);
}

static void takes_zero_bytes(void **state)
{
	static const char text[] = "ffffffff81000100 T go\0od\n"
				   "ffffffffc0000000 t m\0n\t[mod]\n"
				   "ffffffffc0000010 t last\t[mod]\n";
	struct symbols *symbols;

	(void)state;
	fixture__write(text, sizeof(text) - 1);
	symbols = symbols__open(fixture, &(int){ 0 });
	assert_non_null(symbols);
	assert_format(symbols, 0xffffffff81000101, 0, "go+0x1/0x10000");
	assert_format(symbols, 0xffffffffc0000001, 0, "0xffffffffc0000001");
	assert_format(symbols, 0xffffffffc0000011, 0, "last+0x1/0x10000 [mod]");
	symbols__close(symbols);
}

/* More than one block to read, one arena, one growth of the tables. */
static void large_file(void **state)
{
	struct symbols *symbols;
	char expected[64];
	FILE *file = fopen(fixture, "w");

	(void)state;
	assert_non_null(file);
	for (unsigned int i = 0; i < 40000; i++)
		fprintf(file, "%016llx T kernel_function_%u\n", 0xffffffff81000000ull + i * 16, i);
	for (unsigned int i = 20000; i--;)
		fprintf(file, "%016llx t module_function_%u\t[mod]\n",
			0xffffffffc0000000ull + i * 16, i);
	assert_int_equal(fclose(file), 0);
	symbols = symbols__open(fixture, &(int){ 0 });
	assert_non_null(symbols);
	for (unsigned int i = 0; i < 40000; i += 7) {
		snprintf(expected, sizeof(expected), "kernel_function_%u", i);
		assert_int_equal(symbols__address(symbols, expected),
				 0xffffffff81000000ull + i * 16);
	}
	for (unsigned int i = 0; i < 19999; i += 7) {
		snprintf(expected, sizeof(expected), "module_function_%u+0x3/0x10 [mod]", i);
		assert_format(symbols, 0xffffffffc0000003ull + i * 16, 0, expected);
	}
	symbols__close(symbols);
}

static void refuses(void **state)
{
	int err = 0;

	(void)state;
	assert_refused("", -ENODATA);
	assert_refused("nonsense\n", -ENODATA);
	assert_refused("ffffffff81001000 D only_data\n", -ENODATA);
	assert_refused("0000000000000000 T _stext\n"
		       "0000000000000000 t first\n"
		       "0000000000000000 t a\t[mod]\n",
		       -EPERM);
	assert_null(symbols__open("/nonexistent/kallsyms", &err));
	assert_int_equal(err, -ENOENT);
	assert_null(symbols__open("/tmp", &err));
	assert_int_equal(err, -EISDIR);
}

static void zero_data_is_not_hidden(void **state)
{
	struct symbols *symbols = open_text("0000000000000000 A fixed_percpu_data\n"
					    "0000000000001000 A cpu_data\n" KERNEL);

	(void)state;
	assert_format(symbols, 0x1000, 0, "0x1000");
	assert_format(symbols, 0xffffffff81000101, 0, "first+0x1/0x80");
	symbols__close(symbols);
}

static void refreshes_modules(void **state)
{
	struct symbols *symbols = open_text(KERNEL "ffffffffc0000000 t old\t[gone]\n");
	struct symbol before;

	(void)state;
	assert_int_equal(symbols__find(symbols, 0xffffffffc0000001, 0, &before), 0);
	fixture__write(KERNEL "ffffffffc0000000 t new\t[come]\n",
		       strlen(KERNEL "ffffffffc0000000 t new\t[come]\n"));
	assert_format(symbols, 0xffffffffc0000001, 0, "old+0x1/0x10000 [gone]");
	assert_int_equal(symbols__refresh(symbols), 0);
	assert_format(symbols, 0xffffffffc0000001, 0, "new+0x1/0x10000 [come]");
	assert_format(symbols, 0xffffffff81000101, 0, "first+0x1/0x80");
	/* What was handed out before stays good. */
	assert_string_equal(before.name, "old");
	assert_string_equal(before.module, "gone");
	symbols__close(symbols);
}

static void failed_refresh_keeps_all(void **state)
{
	struct symbols *symbols = open_text(KERNEL "ffffffffc0000000 t old\t[mod]\n");

	(void)state;
	fixture__write("", 0);
	assert_int_equal(symbols__refresh(symbols), -ENODATA);
	assert_int_equal(unlink(fixture), 0);
	assert_int_equal(symbols__refresh(symbols), -ENOENT);
	assert_format(symbols, 0xffffffffc0000001, 0, "old+0x1/0x10000 [mod]");
	symbols__close(symbols);
}

static void miss_refreshes_once(void **state)
{
	static const char more[] = KERNEL "ffffffffc0000000 t a\t[mod]\n"
					  "ffffffffc0000010 d data\t[mod]\n";
	static const char most[] = KERNEL "ffffffffc0000000 t a\t[mod]\n"
					  "ffffffffc0000010 t b\t[mod]\n";
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	fixture__write(more, strlen(more));
	/* Neither a hole of vmlinux nor user space is a reason to look again. */
	assert_format(symbols, 0xffffffff81001000, 0, "0xffffffff81001000");
	assert_format(symbols, 0x1000, 0, "0x1000");
	assert_int_equal(symbols__address(symbols, "a"), 0);
	assert_format(symbols, 0xffffffffc0000004, 0, "a+0x4/0x10 [mod]");
	assert_int_equal(symbols__address(symbols, "a"), 0xffffffffc0000000);
	fixture__write(most, strlen(most));
	assert_int_equal(symbols__refresh(symbols), 0);
	assert_format(symbols, 0xffffffffc0000014, 0, "b+0x4/0x10000 [mod]");
	symbols__close(symbols);
}

static void event(struct symbols *symbols, uint32_t number, bool gone, const char *name,
		  uint64_t start, uint64_t end)
{
	struct pks_module_event e = { .type = PKS_RECORD_MODULE,
				      .gone = gone,
				      .number = number,
				      .start = start,
				      .end = end };

	snprintf(e.name, sizeof(e.name), "%s", name);
	symbols__module_event(symbols, &e);
}

static uint32_t no_events(void *arg)
{
	(void)arg;
	return 0;
}

/* The functions of the modules that are there now. */
static void reread(struct symbols *symbols, const char *text)
{
	fixture__write(text, strlen(text));
	assert_true(symbols__stale(symbols));
	assert_int_equal(symbols__reread(symbols), 0);
	symbols__adopt(symbols);
	assert_false(symbols__stale(symbols));
}

#define AT_A 0xffffffffc0000000
#define AT_B 0xffffffffc0010000

static void modules_come_and_go(void **state)
{
	struct symbols *symbols = open_text(KERNEL);
	struct symbol symbol;

	(void)state;
	assert_int_equal(symbols__follow(symbols, no_events, NULL), 0);
	event(symbols, 1, false, "a", AT_A, AT_A + 0x3000);
	/* Before its functions are read, and behind them, it has no name but the module's. */
	assert_format(symbols, AT_A + 0x10, 0, "0xffffffffc0000010 [a]");
	reread(symbols, KERNEL "ffffffffc0000000 t fa\t[a]\n");
	assert_format(symbols, AT_A + 0x10, 0, "fa+0x10/0x3000 [a]");
	assert_format(symbols, AT_A + 0x3010, 0, "0xffffffffc0003010");
	/* The same place, another module. */
	event(symbols, 2, true, "a", AT_A, AT_A + 0x3000);
	assert_format(symbols, AT_A + 0x10, 0, "fa+0x10/0x3000 [a, unloaded]");
	event(symbols, 3, false, "b", AT_A, AT_A + 0x2000);
	reread(symbols, KERNEL "ffffffffc0000020 t fb\t[b]\n");
	assert_format(symbols, AT_A + 0x30, 0, "fb+0x10/0x1fe0 [b]");
	assert_format(symbols, AT_A + 0x10, 0, "0xffffffffc0000010 [b]");
	assert_format(symbols, PKS_RETIRED(AT_A + 0x10, 2), 0, "fa+0x10/0x3000 [a, unloaded]");
	assert_format(symbols, PKS_RETIRED(AT_A + 0x10, 2), SYMBOL_LASTING, "fa+0x10/0x3000 [a]");
	assert_int_equal(symbols__find(symbols, PKS_RETIRED(AT_A + 0x10, 2), 0, &symbol), 0);
	assert_true(symbol.unloaded);
	assert_int_equal(symbol.load, 1);
	/* Nobody was told of who was there until event 7. */
	assert_format(symbols, PKS_RETIRED(AT_A + 0x10, 7), 0, "0xffffffffc0000010 [unloaded]");
	assert_int_equal(symbols__plain(symbols, PKS_RETIRED(AT_A + 0x10, 2)), AT_A + 0x10);
	symbols__close(symbols);
}

/* A new build of the same module, which is never read: its going and coming are told at once. */
static void a_new_build(void **state)
{
	static const char first[] = KERNEL "ffffffffc0000000 t one\t[a]\n";
	static const char second[] = KERNEL "ffffffffc0000000 t two\t[a]\n";
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	assert_int_equal(symbols__follow(symbols, no_events, NULL), 0);
	event(symbols, 1, false, "a", AT_A, AT_A + 0x1000);
	reread(symbols, first);
	event(symbols, 2, true, "a", AT_A, AT_A + 0x1000);
	event(symbols, 3, false, "a", AT_A, AT_A + 0x1000);
	event(symbols, 4, true, "a", AT_A, AT_A + 0x1000);
	event(symbols, 5, false, "a", AT_A, AT_A + 0x1000);
	reread(symbols, second);
	assert_format(symbols, AT_A + 4, 0, "two+0x4/0x1000 [a]");
	assert_format(symbols, PKS_RETIRED(AT_A + 4, 2), 0, "one+0x4/0x1000 [a, unloaded]");
	assert_format(symbols, PKS_RETIRED(AT_A + 4, 4), 0, "0xffffffffc0000004 [a, unloaded]");
	/* By the time at which they were noted. */
	assert_int_equal(symbols__mark(symbols, AT_A + 4, 1), PKS_RETIRED(AT_A + 4, 2));
	assert_int_equal(symbols__mark(symbols, AT_A + 4, 3), PKS_RETIRED(AT_A + 4, 4));
	assert_int_equal(symbols__mark(symbols, AT_A + 4, 5), AT_A + 4);
	assert_int_equal(symbols__mark(symbols, 0xffffffff81000101, 0), 0xffffffff81000101);
	symbols__close(symbols);
}

/* What two modules had, one after the other, and nobody has now, is nobody's. */
static void two_were_there(void **state)
{
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	assert_int_equal(symbols__follow(symbols, no_events, NULL), 0);
	event(symbols, 1, false, "a", AT_A, AT_A + 0x1000);
	event(symbols, 2, true, "a", AT_A, AT_A + 0x1000);
	assert_format(symbols, AT_A + 4, 0, "0xffffffffc0000004 [a, unloaded]");
	event(symbols, 3, false, "b", AT_A, AT_A + 0x1000);
	event(symbols, 4, true, "b", AT_A, AT_A + 0x1000);
	assert_format(symbols, AT_A + 4, 0, "0xffffffffc0000004");
	/* One whose going was lost, too. */
	event(symbols, 5, false, "c", AT_B, AT_B + 0x1000);
	event(symbols, 7, false, "d", AT_B, AT_B + 0x1000);
	assert_format(symbols, AT_B + 4, 0, "0xffffffffc0010004 [d]");
	symbols__close(symbols);
}

/* A miss reads programs anew, and leaves modules to their events. */
static void a_miss_keeps_modules(void **state)
{
	struct symbols *symbols = open_text(KERNEL "ffffffffc0000000 t fa\t[a]\n");

	(void)state;
	assert_int_equal(symbols__follow(symbols, no_events, NULL), 0);
	fixture__write(KERNEL "ffffffffc0000000 t fb\t[b]\nffffffffc0100000 t bpf_prog_1\t[bpf]\n",
		       strlen(KERNEL "ffffffffc0000000 t fb\t[b]\n"
				     "ffffffffc0100000 t bpf_prog_1\t[bpf]\n"));
	assert_format(symbols, 0xffffffffc0100004, 0, "bpf_prog_1+0x4/0x10000 [bpf]");
	assert_format(symbols, AT_A + 4, 0, "fa+0x4/0x10000 [a]");
	symbols__close(symbols);
}

static void many_refreshes(void **state)
{
	char text[1024];
	struct symbols *symbols = open_text(KERNEL);

	(void)state;
	for (unsigned int i = 0; i < 3000; i++) {
		int len = snprintf(text, sizeof(text),
				   KERNEL "ffffffffc0000000 t bpf_prog_%u\t[bpf]\n", i);

		fixture__write(text, (size_t)len);
		assert_int_equal(symbols__refresh(symbols), 0);
		snprintf(text, sizeof(text), "bpf_prog_%u+0x0/0x10000 [bpf]", i);
		assert_format(symbols, 0xffffffffc0000000, 0, text);
	}
	symbols__close(symbols);
}

static void format_is_cut(void **state)
{
	struct symbols *symbols = open_text(KERNEL);
	char buf[8];

	(void)state;
	assert_int_equal(symbols__format(symbols, 0xffffffff8100011d, 0, buf, sizeof(buf)),
			 strlen("first+0x1d/0x80"));
	assert_string_equal(buf, "first+0");
	symbols__close(symbols);
}

static void running_kernel(void **state)
{
	struct symbols *symbols;
	char buf[128];
	uint64_t addr;
	int err;

	(void)state;
	symbols = symbols__open(NULL, &err);
	if (!symbols) {
		/* Not root: the kernel hides them, and that is what must be said. */
		assert_int_equal(err, -EPERM);
		return;
	}
	addr = symbols__address(symbols, "vfs_read");
	assert_int_not_equal(addr, 0);
	symbols__format(symbols, addr + 1, 0, buf, sizeof(buf));
	assert_memory_equal(buf, "vfs_read+0x1/0x", strlen("vfs_read+0x1/0x"));
	symbols__close(symbols);
}

static void a_cold_part_is_its_functions(void **state)
{
	struct symbols *symbols = open_text("ffffffff81000000 T _stext\n"
					    "ffffffff81000100 t foo.cold\n"
					    "ffffffff81000180 t bar.cold.3\n"
					    "ffffffff810001c0 t foo.colder\n"
					    "ffffffff81000200 t foo\n"
					    "ffffffff81000300 T _etext\n");

	(void)state;
	assert_format(symbols, 0xffffffff81000100, 0, "foo");
	assert_format(symbols, 0xffffffff81000190, 0, "bar");
	assert_format(symbols, 0xffffffff810001c0, 0, "foo.colder+0x0/0x40");
	assert_format(symbols, 0xffffffff81000210, 0, "foo+0x10/0x100");
	assert_int_equal(symbols__address(symbols, "foo"), 0xffffffff81000200);
	symbols__close(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_functions),
		cmocka_unit_test(names_first_alias),
		cmocka_unit_test(leaves_data_unnamed),
		cmocka_unit_test(return_addresses),
		cmocka_unit_test(modules_in_any_order),
		cmocka_unit_test(modules_below_the_kernel),
		cmocka_unit_test(unsorted_kernel),
		cmocka_unit_test(addresses_by_name),
		cmocka_unit_test(passes_over_garbage),
		cmocka_unit_test(takes_zero_bytes),
		cmocka_unit_test(large_file),
		cmocka_unit_test(refuses),
		cmocka_unit_test(zero_data_is_not_hidden),
		cmocka_unit_test(refreshes_modules),
		cmocka_unit_test(failed_refresh_keeps_all),
		cmocka_unit_test(miss_refreshes_once),
		cmocka_unit_test(modules_come_and_go),
		cmocka_unit_test(a_new_build),
		cmocka_unit_test(two_were_there),
		cmocka_unit_test(a_miss_keeps_modules),
		cmocka_unit_test(many_refreshes),
		cmocka_unit_test(format_is_cut),
		cmocka_unit_test(a_cold_part_is_its_functions),
		cmocka_unit_test(running_kernel),
	};
	int fd = mkstemp(fixture);
	int failed;

	if (fd < 0) {
		perror(fixture);
		return 1;
	}
	close(fd);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(fixture);
	return failed;
}
