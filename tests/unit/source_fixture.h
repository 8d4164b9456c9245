/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small program laid out as a kernel is stands for vmlinux, and a relocatable file for a module;
 * both are compiled here, run at another address than they were linked for, and have their own
 * /sys.
 */
#ifndef PKSTRACE_TEST_SOURCE_FIXTURE_H
#define PKSTRACE_TEST_SOURCE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KASLR	    0x1c000000ull
#define MODULE_TEXT 0xffffffffc0123000ull
#define MODULE_INIT 0xffffffffc0456000ull
#define RELEASE	    "6.1.0-fixture"

static char dir[PATH_MAX] = "/tmp/pkstrace-source-XXXXXX";

/* Runs a shell command in the fixture's directory. */
__attribute__((format(printf, 1, 2))) static void run(const char *format, ...)
{
	char command[3 * PATH_MAX], *at = command;
	va_list args;

	at += sprintf(at, "set -e; cd %s; exec >&2; ", dir);
	va_start(args, format);
	vsnprintf(at, sizeof(command) - (size_t)(at - command), format, args);
	va_end(args);
	if (system(command))
		fail_msg("failed: %s", command);
}

/* Good for the next three calls. */
static const char *in_dir(const char *name)
{
	static char path[4][2 * PATH_MAX];
	static unsigned int next;
	char *out = path[next++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", dir, name);
	return out;
}

/* Where make_module() puts the module; longer lived than what in_dir() returns. */
static const char *built_dir(void)
{
	static char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/built", dir);
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(in_dir(name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The address a file gives a symbol; with nm -S, *size becomes the symbol's size. */
static uint64_t nm(const char *file, const char *symbol, uint64_t *size)
{
	char command[2 * PATH_MAX];
	uint64_t addr = 0, length = 0;
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "cd %s && nm -S %s | awk '$NF == \"%s\" { print $1, $2 }'", dir, file, symbol);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_true(fscanf(pipe, "%" SCNx64 " %" SCNx64, &addr, &length) >= 1);
	assert_int_equal(pclose(pipe), 0);
	if (size)
		*size = length;
	return addr;
}

/* The functions of a file, moved; marks are places inside functions, which kallsyms hasn't. */
static void write_kallsyms(const char *out, const char *file, uint64_t offset, const char *module)
{
	char command[2 * PATH_MAX], name[512], type;
	uint64_t addr;
	FILE *pipe, *to = fopen(in_dir(out), "a");

	snprintf(command, sizeof(command), "cd %s && nm -n %s", dir, file);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(to);
	while (fscanf(pipe, "%" SCNx64 " %c %511s", &addr, &type, name) == 3) {
		if (strncmp(name, "mark_", 5))
			fprintf(to, "%016" PRIx64 " %c %s%s\n", addr + offset, type, name, module);
	}
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(fclose(to), 0);
}

static const char deep_h[] =
	"extern volatile int sink;\n"					      /* 1 */
	"static inline __attribute__((always_inline)) void inner(void)\n"     /* 2 */
	"{\n"								      /* 3 */
	"	sink = 1;\n"						      /* 4 */
	"	__asm__ volatile(\".globl mark_inner\\nmark_inner: nop\");\n" /* 5 */
	"}\n"								      /* 6 */
	"static inline __attribute__((always_inline)) void middle(void)\n"    /* 7 */
	"{\n"								      /* 8 */
	"	sink = 2;\n"						      /* 9 */
	"	inner();\n"						      /* 10 */
	"}\n";

static const char main_c[] = "#include \"deep.h\"\n"				    /* 1 */
			     "volatile int sink;\n"				    /* 2 */
			     "__attribute__((noreturn, noinline)) void die(void)\n" /* 3 */
			     "{\n"						    /* 4 */
			     "	for (;;)\n"					    /* 5 */
			     "		sink = 3;\n"				    /* 6 */
			     "}\n"						    /* 7 */
			     "void ends_in_call(void)\n"			    /* 8 */
			     "{\n"						    /* 9 */
			     "	sink = 4;\n"					    /* 10 */
			     "	die();\n"					    /* 11 */
			     "}\n"						    /* 12 */
			     "void after(void)\n"				    /* 13 */
			     "{\n"						    /* 14 */
			     "	sink = 5;\n"					    /* 15 */
			     "}\n"						    /* 16 */
			     "void start_kernel(void)\n"			    /* 17 */
			     "{\n"						    /* 18 */
			     "	if (sink) {\n"					    /* 19 */
			     "		int once = sink;\n"			    /* 20 */
			     "		middle();\n"				    /* 21 */
			     "		sink = once;\n"				    /* 22 */
			     "	}\n"						    /* 23 */
			     "	after();\n"					    /* 24 */
			     "}\n";

static const char head_S[] = ".text\n"
			     ".globl _stext\n"
			     "_stext:\n"
			     "	nop\n"
			     "	nop\n"
			     ".globl mark_head\n"
			     "mark_head:\n"
			     "	nop\n" /* 8 */
			     ".section .note.GNU-stack\n";

static const char driver_c[] =
	"#include \"deep.h\"\n"						    /* 1 */
	"volatile int sink;\n"						    /* 2 */
	"__attribute__((section(\".init.text\"))) void driver_init(void)\n" /* 3 */
	"{\n"								    /* 4 */
	"	sink = 6;\n"						    /* 5 */
	"}\n"								    /* 6 */
	"void padding(void)\n"						    /* 7 */
	"{\n"								    /* 8 */
	"	sink = 7;\n"						    /* 9 */
	"}\n"								    /* 10 */
	"void driver_write(void)\n"					    /* 11 */
	"{\n"								    /* 12 */
	"	middle();\n"						    /* 13 */
	"}\n";

#define CFLAGS                                                                                     \
	"-g -O2 -ffreestanding -fno-pic -fno-pie -fcf-protection=none "                            \
	"-fno-asynchronous-unwind-tables -falign-functions=1 -fno-reorder-functions"
#define LINK                                                                                       \
	"-nostdlib -static -no-pie -Wl,--build-id=sha1,-Ttext=0xffffffff81000000,-e,_stext,"       \
	"--no-warn-rwx-segments"

/* A new directory with the sources, and kallsyms and /sys of a kernel that runs "vmlinux". */
static void make_vmlinux(const char *cc)
{
	run("rm -rf * && mkdir -p top/init top/arch/x86 top/include top/drivers obj sys/kernel");
	write_file("top/include/deep.h", deep_h);
	write_file("top/init/main.c", main_c);
	write_file("top/arch/x86/head.S", head_S);
	write_file("top/drivers/driver.c", driver_c);
	run("%s", cc);
	run("objcopy -O binary --only-section=.note.gnu.build-id vmlinux sys/kernel/notes");
	write_kallsyms("kallsyms", "vmlinux", KASLR, "");
}

/* As with O=: another directory, and full names. */
static void make_out_of_tree(const char *flags)
{
	char cc[4 * PATH_MAX];

	snprintf(cc, sizeof(cc),
		 "cd obj; gcc " CFLAGS " -mcmodel=kernel %s -I%s/top/include -o ../vmlinux " LINK
		 " %s/top/arch/x86/head.S %s/top/init/main.c",
		 flags, dir, dir, dir);
	make_vmlinux(cc);
}

static void make_module(const char *flags)
{
	run("mkdir -p sys/module/my_driver/sections sys/module/my_driver/notes built; "
	    "gcc " CFLAGS " -mcmodel=kernel %s -I%s/top/include -c -o driver.o "
	    "%s/top/drivers/driver.c; ld -r --build-id=sha1 -o built/my-driver.ko driver.o; "
	    "objcopy -O binary --only-section=.note.gnu.build-id built/my-driver.ko "
	    "sys/module/my_driver/notes/.note.gnu.build-id; "
	    "echo 0x%llx >sys/module/my_driver/sections/.text; "
	    "echo 0x%llx >sys/module/my_driver/sections/.note.gnu.build-id; "
	    "echo 0x%llx >sys/module/my_driver/sections/.init.text",
	    flags, dir, dir, MODULE_TEXT, MODULE_TEXT + 0x1000, MODULE_INIT);
	/* What is in other sections counts from another start. */
	write_kallsyms("kallsyms", "built/my-driver.ko | grep -vwE 'driver_init|sink'", MODULE_TEXT,
		       "\t[my_driver]");
	run("printf '%%x t driver_init\\t[my_driver]\\n' 0x%llx >>kallsyms", MODULE_INIT);
}

#endif
