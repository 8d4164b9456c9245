/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up kernel with a driver in it, findings of each class, and what a renderer prints. */
#ifndef PKSTRACE_TEST_REPORT_FIXTURE_H
#define PKSTRACE_TEST_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/dialect/dialect.h"
#include "report/report.h"
#include "findings/suppress.h"
#include "kernel/symbols/ksyms.h"

#define KERNEL_AT 0xffffffff81000000ull
#define DRIVER_AT 0xffffffffc0000000ull
#define BPF_AT	  0xffffffffc1000000ull

/* Return addresses in functions of the fixture's kernel. */
#define IN_VFS_WRITE (KERNEL_AT + 0x110)
#define IN_SYSCALL   (KERNEL_AT + 0x220)
#define IN_ENTRY     (KERNEL_AT + 0x330) /* asm_exc_page_fault */
#define IN_REVOKE    (KERNEL_AT + 0x410) /* pgmap_set_noaccess */
#define IN_MAP	     (DRIVER_AT + 0x10)
#define IN_UNMAP     (DRIVER_AT + 0x110)
#define IN_ACCESS    (DRIVER_AT + 0x200) /* first byte: no return address */
#define IN_PROGRAM   (BPF_AT + 0x10)
#define IN_FTRACE    (BPF_AT + 0x1010) /* of another tracer on the same function */

static const char kallsyms_text[] = "ffffffff81000000 T _stext\n"
				    "ffffffff81000100 T vfs_write\n"
				    "ffffffff81000200 T do_syscall_64\n"
				    "ffffffff81000300 T asm_exc_page_fault\n"
				    "ffffffff81000400 T pgmap_set_noaccess\n"
				    "ffffffff81000500 T _etext\n"
				    "ffffffffc0000000 t drv_map\t[drv]\n"
				    "ffffffffc0000100 t drv_unmap\t[drv]\n"
				    "ffffffffc0000200 t drv_access\t[drv]\n"
				    "ffffffffc0000300 t drv_end\t[drv]\n"
				    "ffffffffc1000000 t bpf_prog_1_revoke_page\t[bpf]\n"
				    "ffffffffc1001000 t ftrace_trampoline\t[__builtin__ftrace]\n";

static const struct dialect fixture_dialect
	__attribute__((unused)) = { .facts = { .pkey_mask = 0xc, .pkey_default = 0x4 },
				    .fault_mode = FAULT_MODE_RELAXED,
				    .page_struct = 64 };

struct fixture {
	struct symbols *symbols;
	struct resolver resolver;
	struct report report;
	struct resolved_finding *resolved; /* the one that was printed last */
	char *text;			   /* what was printed so far; owned */
	size_t size;
};

static inline struct symbols *fixture_symbols(void)
{
	char path[] = "/tmp/pkstrace-report-XXXXXX";
	int fd = mkstemp(path), err = 0;
	struct symbols *symbols;

	assert_int_equal(write(fd, kallsyms_text, sizeof(kallsyms_text) - 1),
			 (ssize_t)sizeof(kallsyms_text) - 1);
	close(fd);
	symbols = symbols__open(path, &err);
	unlink(path);
	assert_int_equal(err, 0);
	return symbols;
}

static inline void fixture_open(struct fixture *f)
{
	*f = (struct fixture){ .symbols = fixture_symbols() };
	f->resolver = (struct resolver){ .symbols = f->symbols, .dialect = &fixture_dialect };
	f->report = (struct report){ .top = 20, .verbose = 2 };
	f->report.out = open_memstream(&f->text, &f->size);
	f->resolved = malloc(sizeof(*f->resolved));
	assert_non_null(f->report.out);
	assert_non_null(f->resolved);
}

static inline void fixture_close(struct fixture *f)
{
	fclose(f->report.out);
	free(f->resolved);
	free(f->text);
	symbols__close(f->symbols);
}

static inline const char *fixture_text(struct fixture *f)
{
	fflush(f->report.out);
	return f->text;
}

/* Resolved and printed, as a command does it. */
static inline void fixture_print(struct fixture *f, const char *format,
				 const struct model_finding *finding)
{
	f->report.format = format__find(format);
	assert_non_null(f->report.format);
	resolve__finding(&f->resolver, finding, f->resolved);
	f->report.format->finding(&f->report, f->resolved);
	fflush(f->report.out);
}

static inline void fixture_summary(struct fixture *f, const char *format, const struct model *m,
				   double seconds, bool counts_only)
{
	struct resolved_summary s;

	f->report.format = format__find(format);
	assert_int_equal(resolve__summary(&f->resolver, m, &s), 0);
	s.seconds = seconds;
	s.counts_only = counts_only;
	f->report.format->summary(&f->report, &s);
	resolved_summary__free(&s);
	fflush(f->report.out);
}

/* A finding as the kernel side sends it: the stacks of a system call into the driver. */
static inline struct model_finding fixture_finding(unsigned int class, unsigned int cause)
{
	struct model_finding f = {
		.raw = { .class = class,
			 .cause = cause,
			 .time = 12345678901,
			 .tid = 42,
			 .tgid = 41,
			 .cpu = 3,
			 .count = 1,
			 .comm = "worker",
			 .fold = 7,
			 .granted = { .caller = IN_MAP, .stack = 1, .flags = PKS_STACK_EXACT },
			 .revoked = { .stack = PKS_NO_STACK } },
		.granted = { .nr = 3, .address = { IN_MAP, IN_VFS_WRITE, IN_SYSCALL } },
		.count = 1,
	};

	return f;
}

/* The stack of the finding itself, as the page fault's program has it. */
static inline void fixture_access(struct model_finding *f)
{
	const __u64 stack[] = { IN_PROGRAM, IN_ENTRY, IN_ACCESS, IN_VFS_WRITE, IN_SYSCALL };

	f->raw.ip = IN_ACCESS;
	f->raw.address = 0xff11000047ff8010;
	memcpy(f->raw.stack, stack, sizeof(stack));
	f->raw.nr_stack = sizeof(stack) / sizeof(stack[0]);
}

/* As the program at the revoke has it: program, traced function, caller. */
static inline void fixture_revoke(struct model_finding *f)
{
	const __u64 stack[] = { IN_PROGRAM, IN_REVOKE, IN_UNMAP, IN_VFS_WRITE, IN_SYSCALL };

	f->raw.revoked.caller = IN_UNMAP;
	memcpy(f->raw.stack, stack, sizeof(stack));
	f->raw.nr_stack = sizeof(stack) / sizeof(stack[0]);
}

#endif
