// SPDX-License-Identifier: GPL-2.0-only
/*
 * Most tests look up what source_fixture.h compiles; the last one does the same with the kernel
 * under test, when it has been built.
 */
#include <libgen.h>

#include "kernel/symbols/srcline.h"
#include "source_fixture.h"
#include "kernel/symbols/ksyms.h"

static char no_kernel[PATH_MAX + 64]; /* why there is no kernel under test; "": there is */
static char kernel_dir[PATH_MAX];

struct fixture {
	struct source_options options;
	struct symbols *symbols;
	struct source *source;
	struct source_line line[8];
};

static void fixture__open(struct fixture *fixture, const char *vmlinux,
			  const char *const *module_dirs)
{
	int err;

	memset(fixture, 0, sizeof(*fixture));
	fixture->symbols = symbols__open(in_dir("kallsyms"), &err);
	assert_non_null(fixture->symbols);
	fixture->options.symbols = fixture->symbols;
	fixture->options.vmlinux = vmlinux;
	fixture->options.module_dirs = module_dirs;
	fixture->options.root = dir;
	fixture->options.release = RELEASE;
	fixture->source = source__open(&fixture->options);
	assert_non_null(fixture->source);
}

static void fixture__close(struct fixture *fixture)
{
	source__close(fixture->source);
	symbols__close(fixture->symbols);
}

static int lines(struct fixture *fixture, uint64_t addr, unsigned int flags)
{
	return source__lines(fixture->source, addr, flags, fixture->line, 8);
}

static void assert_line(const struct source_line *line, const char *function, const char *file,
			unsigned int number, bool inlined)
{
	assert_string_equal(line->function, function);
	assert_non_null(line->file);
	assert_string_equal(line->file, file);
	assert_int_equal(line->line, number);
	assert_int_equal(line->inlined, inlined);
}

static void assert_chain(struct fixture *fixture, uint64_t addr, const char *caller,
			 const char *file, unsigned int number)
{
	assert_int_equal(lines(fixture, addr, 0), 3);
	assert_line(&fixture->line[0], "inner", "include/deep.h", 5, true);
	assert_line(&fixture->line[1], "middle", "include/deep.h", 10, true);
	assert_line(&fixture->line[2], caller, file, number, false);
}

static void assert_why(const struct fixture *fixture, const char *module, const char *part)
{
	const char *why = source__why(fixture->source, module);

	assert_non_null(why);
	if (!strstr(why, part))
		fail_msg("\"%s\" has no \"%s\"", why, part);
	assert_null(strchr(why, '\n'));
}

static void assert_refused(const char *vmlinux, const char *part)
{
	struct fixture fixture;

	fixture__open(&fixture, vmlinux, NULL);
	assert_null(source__why(fixture.source, NULL));
	assert_int_equal(lines(&fixture, nm("vmlinux.good", "start_kernel", NULL) + KASLR, 0), 0);
	assert_why(&fixture, NULL, part);
	fixture__close(&fixture);
}

static void inlined_chain_of(const char *flags)
{
	struct fixture fixture;

	make_out_of_tree(flags);
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	assert_null(source__why(fixture.source, NULL));
	assert_int_equal(source__lines(fixture.source, nm("vmlinux", "mark_inner", NULL) + KASLR, 0,
				       fixture.line, 1),
			 1);
	assert_line(&fixture.line[0], "inner", "include/deep.h", 5, true);
	fixture__close(&fixture);
}

static void inlined_chain_dwarf4(void **state)
{
	(void)state;
	inlined_chain_of("-gdwarf-4");
}

static void inlined_chain_dwarf5(void **state)
{
	(void)state;
	inlined_chain_of("-gdwarf-5");
}

static void without_aranges(void **state)
{
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	run("objcopy --remove-section .debug_aranges vmlinux");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	fixture__close(&fixture);
}

static void built_in_its_source(void **state)
{
	struct fixture fixture;

	(void)state;
	make_vmlinux("cd top; gcc " CFLAGS " -mcmodel=kernel -I./include -o ../vmlinux " LINK
		     " arch/x86/head.S init/main.c");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	fixture__close(&fixture);
}

static void built_below_its_source(void **state)
{
	struct fixture fixture;

	(void)state;
	make_vmlinux("mkdir top/build; cd top/build; gcc " CFLAGS
		     " -mcmodel=kernel -I.././/include -o ../../vmlinux " LINK
		     " ../arch/x86/head.S ../init/main.c");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	fixture__close(&fixture);
}

static void return_address_at_the_end(void **state)
{
	struct fixture fixture;
	uint64_t size, addr;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	addr = nm("vmlinux", "ends_in_call", &size) + KASLR;
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	/* The call is the last instruction: it returns to where another function begins. */
	assert_int_equal(addr + size, nm("vmlinux", "after", NULL) + KASLR);
	assert_int_equal(lines(&fixture, addr + size, SYMBOL_RETURN), 1);
	assert_line(&fixture.line[0], "ends_in_call", "init/main.c", 11, false);
	assert_int_equal(lines(&fixture, addr + size, 0), 1);
	assert_line(&fixture.line[0], "after", "init/main.c", 15, false);
	fixture__close(&fixture);
}

static void assembler_code(void **state)
{
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_int_equal(lines(&fixture, nm("vmlinux", "mark_head", NULL) + KASLR, 0), 1);
	assert_line(&fixture.line[0], "_stext", "arch/x86/head.S", 8, false);
	fixture__close(&fixture);
}

/* The compiler was told to leave the directory out; the assembler names it. */
static void names_shortened_by_the_compiler(void **state)
{
	struct fixture fixture;

	(void)state;
	make_vmlinux("cd obj; gcc -c " CFLAGS
		     " -mcmodel=kernel -fdebug-prefix-map=$(cd ..; pwd)/top/= "
		     "-fdebug-prefix-map=$(pwd)=. -I../top/include $(cd ..; pwd)/top/init/main.c; "
		     "gcc -g -o ../vmlinux " LINK " $(cd ..; pwd)/top/arch/x86/head.S main.o");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_int_equal(lines(&fixture, nm("vmlinux", "mark_head", NULL) + KASLR, 0), 1);
	assert_line(&fixture.line[0], "_stext", "arch/x86/head.S", 8, false);
	assert_int_equal(lines(&fixture, nm("vmlinux", "after", NULL) + KASLR, 0), 1);
	assert_line(&fixture.line[0], "after", "init/main.c", 15, false);
	fixture__close(&fixture);
}

static void unknown_addresses(void **state)
{
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	run("printf 'ffffffffa0000000 t bpf_prog_1\\t[bpf]\\n' >>kallsyms");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_int_equal(lines(&fixture, 0, 0), 0);
	assert_int_equal(lines(&fixture, 0x7f0000001000, 0), 0);
	assert_int_equal(lines(&fixture, nm("vmlinux", "sink", NULL) + KASLR, 0), 0);
	assert_int_equal(lines(&fixture, 0xffffffffa0000004, 0), 0);
	assert_why(&fixture, "bpf", "bpf: not a module with a build ID");
	assert_int_equal(source__lines(fixture.source, 0xffffffff81000000 + KASLR, 0, fixture.line,
				       0),
			 0);
	fixture__close(&fixture);
}

static void refused_files(void **state)
{
	(void)state;
	make_out_of_tree("-gdwarf-4");
	run("cp vmlinux vmlinux.good; cp sys/kernel/notes notes.good; echo text >text; "
	    "objcopy --strip-debug vmlinux stripped; "
	    "objcopy --strip-symbol=_stext vmlinux no_stext; "
	    "objcopy --remove-section .note.gnu.build-id vmlinux no_id");
	assert_refused(in_dir("absent"), "absent: No such file");
	assert_refused(in_dir("text"), "text: not an ELF file");
	assert_refused(in_dir("no_id"), "no_id: has no build ID");
	assert_refused(in_dir("stripped"), "stripped: has no debug info");
	assert_refused(in_dir("no_stext"), "no_stext: no _stext in it");
	assert_refused(NULL, "vmlinux: none with debug info found for " RELEASE);
	/* One bit of the running kernel's build-id, which ends the note. */
	run("head -c -1 notes.good >sys/kernel/notes; printf '\\377' >>sys/kernel/notes; "
	    "! cmp -s notes.good sys/kernel/notes");
	assert_refused(in_dir("vmlinux.good"), "vmlinux.good: of another build (build ID ");
	run("head -c -1 notes.good >sys/kernel/notes");
	assert_refused(in_dir("vmlinux.good"), "the running kernel has no build ID");
	run("rm sys/kernel/notes");
	assert_refused(in_dir("vmlinux.good"), "the running kernel has no build ID");
}

static void found_at(const char *place)
{
	struct fixture fixture;

	run("rm -rf boot lib usr; mkdir -p $(dirname %s); cp vmlinux %s", place, place);
	fixture__open(&fixture, NULL, NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	fixture__close(&fixture);
}

static void usual_places(void **state)
{
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	found_at("usr/lib/debug/boot/vmlinux-" RELEASE);
	found_at("usr/lib/debug/lib/modules/" RELEASE "/vmlinux");
	found_at("boot/vmlinux-" RELEASE);
	found_at("lib/modules/" RELEASE "/build/vmlinux");
	found_at("lib/modules/" RELEASE "/vmlinux");
	found_at("usr/lib/debug/.build-id/$(readelf -n vmlinux | "
		 "sed -n 's|.*Build ID: \\(..\\)|\\1/|p').debug");
	/* One of no use does not hide a good one in a later place. */
	run("rm -rf usr; mkdir boot; objcopy --strip-debug vmlinux boot/vmlinux-" RELEASE
	    "; mkdir -p lib/modules/" RELEASE "; cp vmlinux lib/modules/" RELEASE);
	fixture__open(&fixture, NULL, NULL);
	assert_chain(&fixture, nm("vmlinux", "mark_inner", NULL) + KASLR, "start_kernel",
		     "init/main.c", 21);
	assert_null(source__why(fixture.source, NULL));
	fixture__close(&fixture);
}

static void assert_module(const char *const *dirs)
{
	uint64_t mark = nm("built/my-driver.ko", "mark_inner", NULL) + MODULE_TEXT;
	struct fixture fixture;

	fixture__open(&fixture, in_dir("vmlinux"), dirs);
	assert_chain(&fixture, mark, "driver_write", "drivers/driver.c", 13);
	assert_int_equal(lines(&fixture, MODULE_INIT, 0), 1);
	assert_line(&fixture.line[0], "driver_init", "drivers/driver.c", 5, false);
	assert_null(source__why(fixture.source, "my_driver"));
	fixture__close(&fixture);
}

static void modules(void **state)
{
	const char *const dirs[] = { "/nonexistent", built_dir(), NULL };

	(void)state;
	make_out_of_tree("-gdwarf-4");
	make_module("-gdwarf-4");
	assert_module(dirs);
	run("mkdir -p lib/modules/" RELEASE "/kernel/drivers usr/lib/debug/lib/modules/" RELEASE
	    "/kernel/drivers; cp built/my-driver.ko lib/modules/" RELEASE "/kernel/drivers");
	assert_module(NULL);
	/* As packaged: without debug info, which is in a file of its own. */
	run("strip --strip-debug lib/modules/" RELEASE "/kernel/drivers/my-driver.ko; "
	    "objcopy --only-keep-debug built/my-driver.ko usr/lib/debug/lib/modules/" RELEASE
	    "/kernel/drivers/my_driver.ko.debug");
	assert_module(NULL);
	make_module("-gdwarf-5");
	assert_module(dirs);
}

/* The compiler puts what only runs at the start, or seldom, out of .text. */
static void module_without_text(void **state)
{
	const char *const dirs[] = { built_dir(), NULL };
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	make_module("-gdwarf-4");
	run("rm sys/module/my_driver/sections/.text");
	fixture__open(&fixture, in_dir("vmlinux"), dirs);
	assert_int_equal(lines(&fixture, MODULE_INIT, 0), 1);
	assert_line(&fixture.line[0], "driver_init", "drivers/driver.c", 5, false);
	fixture__close(&fixture);
}

static void refused_modules(void **state)
{
	const char *const dirs[] = { built_dir(), NULL };
	struct fixture fixture;

	(void)state;
	make_out_of_tree("-gdwarf-4");
	make_module("-gdwarf-4");
	fixture__open(&fixture, in_dir("vmlinux"), NULL);
	assert_int_equal(lines(&fixture, MODULE_TEXT, 0), 0);
	assert_why(&fixture, "my_driver", "my_driver: no file with debug info found");
	fixture__close(&fixture);

	run("ld -r --build-id=md5 -o built/my-driver.ko driver.o");
	fixture__open(&fixture, in_dir("vmlinux"), dirs);
	assert_int_equal(lines(&fixture, MODULE_TEXT, 0), 0);
	assert_why(&fixture, "my_driver", "built/my-driver.ko: of another build (build ID ");
	fixture__close(&fixture);

	run("echo 0x0000000000000000 >sys/module/my_driver/sections/.note.gnu.build-id");
	fixture__open(&fixture, in_dir("vmlinux"), dirs);
	assert_int_equal(lines(&fixture, MODULE_TEXT, 0), 0);
	assert_why(&fixture, "my_driver", "hides its addresses");
	fixture__close(&fixture);
}

static void kernel_under_test(void **state)
{
	struct fixture fixture;
	char vmlinux[2 * PATH_MAX];
	uint64_t addr;

	(void)state;
	if (*no_kernel)
		return; /* the name of the test says SKIP, see main() */
	snprintf(vmlinux, sizeof(vmlinux), "%s/vmlinux", kernel_dir);
	run("rm -rf *; mkdir -p sys/kernel; "
	    "objcopy -O binary --only-section=.notes %s sys/kernel/notes",
	    vmlinux);
	write_kallsyms("kallsyms", vmlinux, KASLR, "");
	fixture__open(&fixture, vmlinux, NULL);
	addr = nm(vmlinux, "start_kernel", NULL) + KASLR;
	assert_int_equal(lines(&fixture, addr, 0), 1);
	assert_string_equal(fixture.line[0].function, "start_kernel");
	assert_string_equal(fixture.line[0].file, "init/main.c");
	addr = nm(vmlinux, "vfs_read", NULL) + KASLR;
	assert_int_equal(lines(&fixture, addr, 0), 1);
	assert_string_equal(fixture.line[0].function, "vfs_read");
	assert_string_equal(fixture.line[0].file, "fs/read_write.c");
	fixture__close(&fixture);
}

/* The program is build/tests/unit/source.t in a tree; its kernels are found by the tree. */
static void find_kernel(void)
{
	char self[PATH_MAX] = "", command[2 * PATH_MAX];
	char *top = self;
	FILE *pipe;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return;
	for (int up = 0; up < 4; up++)
		top = dirname(top);
	snprintf(command, sizeof(command), "%s/tests/kernel/build --print-dir 2>/dev/null", top);
	pipe = popen(command, "r");
	if (!pipe || !fgets(kernel_dir, sizeof(kernel_dir), pipe))
		*kernel_dir = '\0';
	kernel_dir[strcspn(kernel_dir, "\n")] = '\0';
	if (pipe)
		pclose(pipe);
}

int main(void)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(inlined_chain_dwarf4),
		cmocka_unit_test(inlined_chain_dwarf5),
		cmocka_unit_test(without_aranges),
		cmocka_unit_test(built_in_its_source),
		cmocka_unit_test(built_below_its_source),
		cmocka_unit_test(return_address_at_the_end),
		cmocka_unit_test(assembler_code),
		cmocka_unit_test(names_shortened_by_the_compiler),
		cmocka_unit_test(unknown_addresses),
		cmocka_unit_test(refused_files),
		cmocka_unit_test(usual_places),
		cmocka_unit_test(modules),
		cmocka_unit_test(module_without_text),
		cmocka_unit_test(refused_modules),
		cmocka_unit_test(kernel_under_test),
	};
	char command[PATH_MAX + 16];
	int failed;

	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	find_kernel();
	/* cmocka 1.1.5 says "not ok" of what was skipped; a directive in the name does it right. */
	if (!*kernel_dir) {
		snprintf(no_kernel, sizeof(no_kernel),
			 "kernel_under_test # SKIP not built: run tests/kernel/build");
		tests[sizeof(tests) / sizeof(*tests) - 1].name = no_kernel;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		perror(command);
	return failed;
}
