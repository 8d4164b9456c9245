/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bug driver: protection windows opened and closed, rightly and wrongly,
 * each way a named case with the findings that a tracer must report.
 */
#ifndef PKSTRACE_BUGS_H
#define PKSTRACE_BUGS_H

#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/types.h>

#define BUG_PAGES    8 /* protected pages of a run, one after the other */
#define MAX_FINDINGS 3 /* of one case */

/*
 * A function whose name must be found in a stack: never inlined, cloned,
 * split or merged with a function of the same body.
 */
#if __has_attribute(__noipa__)
#define SITE noinline __attribute__((__noipa__))
#else
#define SITE noinline
#endif

/*
 * Access to a mapped page. Macros, so that the faulting instruction is in
 * the function that says so even for a reader who unfolds inlined frames.
 */
#define POKE(p) WRITE_ONCE(*(u8 *)(p), 0x5a)
#define PEEK(p) ((void)READ_ONCE(*(const u8 *)(p)))

struct run;
typedef void (*step_fn)(struct run *r);

/* One writer's run; lives as long as its open file. */
struct run {
	struct page *page[BUG_PAGES]; /* protected; the last one heals */
	struct page *ordinary;	      /* never protected */
	struct dev_pagemap *pgmap;    /* reference held, or NULL */
	struct task_struct *task;     /* the writer */
	struct page *victim;	      /* page of the victim file, or NULL */

	/* Passed from one function of a case to another. */
	void *addr;
	void *addr2;
	unsigned int irqs; /* of this CPU, before a fault in a window */
	/*
	 * Windows (or, negative, missing ones) that the case leaves behind on
	 * a thread that lives on: a worker's count is put right afterwards.
	 */
	int left;
};

/*
 * What must be reported: the class, and the function on top of each stack.
 * NULL in a stack: nothing is claimed about it.
 */
struct finding {
	const char *class;
	const char *granted;
	const char *revoked;
	const char *accessed;
};

/* Which view shows the bug. */
#define SEEN_COUNT 'C'
#define SEEN_FAULT 'F'
#define SEEN_PAGE  'P'
#define SEEN_SCHED 'S'
#define SEEN_NOT   '-'

struct bug_case {
	const char *name;
	const char *about;
	int (*run)(struct run *r);
	struct finding expect[MAX_FINDINGS];
	char seen;
	const char *partner; /* the twin, or for a twin the buggy case */
	const char *needs;   /* NULL, or the debugfs file to write first */
};

struct bug_family {
	const struct bug_case *cases;
	size_t nr;
};

#define BUG_FAMILY(sym, table) const struct bug_family sym = { table, ARRAY_SIZE(table) }

/* A buggy case FN and its corrected twin FN_ok, the name with "-ok" added. */
/* clang-format off */
#define PAIR(NAME, FN, SEEN, ABOUT, ...)				\
	{ .name = NAME, .about = ABOUT, .run = FN, .seen = SEEN,	\
	  .expect = { __VA_ARGS__ }, .partner = NAME "-ok" },		\
	{ .name = NAME "-ok", .about = "corrected twin of " NAME,	\
	  .run = FN ## _ok, .seen = SEEN_NOT, .partner = NAME }

/* Correct use that is no bug's twin. */
#define CORRECT(NAME, FN, ABOUT)					\
	{ .name = NAME, .about = ABOUT, .run = FN, .seen = SEEN_NOT }
/* clang-format on */

/* A bug that no count, fault, page or scheduling shows. */
#define INVISIBLE(NAME, FN, ABOUT) PAIR(NAME, FN, SEEN_NOT, ABOUT, { 0 })

/* Rows of .expect */
/* clang-format off */
#define LEAK(BOUNDARY, FN) { .class = "leak/" BOUNDARY, .granted = FN }
#define UNDERFLOW(FN) { .class = "underflow", .revoked = FN }
#define STRAY(CAUSE, FN) { .class = "stray-access/" CAUSE, .accessed = FN }
/* clang-format on */

/* device.c */
int device_open(const char *path);
int device_get_pages(struct run *r);
void device_put_pages(struct run *r);
int device_file_open(struct inode *inode, struct file *file);
int device_file_release(struct inode *inode, struct file *file);
struct page *device_page_after_end(const struct run *r);

/* context.c: run a step elsewhere; 0, or an error if it could not be run */
int context_init(void);
void context_exit(void);
int in_work(struct run *r, step_fn step);
int in_kthread(struct run *r, step_fn step);
int in_hrtimer(struct run *r, step_fn step);
int in_irq_work(struct run *r, step_fn step);
int in_bio_end(struct run *r, step_fn step);
int in_timer(struct run *r, step_fn step);
int in_nmi_handler(struct run *r, step_fn step);
int in_tasklet(struct run *r, step_fn step);
int in_tasklet_of_irq(struct run *r, step_fn step);
int in_forked_child(struct run *r, step_fn open, step_fn step);

/* mapping.c: a page of the driver's own in the writer's address space */
unsigned long map_driver_page(struct run *r, step_fn fault);
int map_over_stack(struct run *r, step_fn fault);
int on_process_exit(struct run *r, step_fn step);
int victim_get(struct run *r, const char *path);

/* sites.c */
#define NR_SITES 1000
void use_site(u64 i, struct page *page, void *other);

/* pairs.c */
struct dentry;
void pairs_init(struct dentry *dir);

/* irq_load.c */
void irq_load_init(struct dentry *dir);

/* expected_by_dialect.c */
void expected_by_dialect_init(struct dentry *dir);

/* user_pair.c */
struct user_pair;
void user_pair_init(struct dentry *dir);
void user_pair_take(unsigned long flags, struct user_pair *user_pair);
void user_pair_drop(struct user_pair *user_pair);

/* flood.c */
void flood_init(struct dentry *dir);

/* core.c */
struct seq_file;
void heal(struct run *r);
void show_findings(struct seq_file *m, const struct finding *expect);

extern const struct bug_family basic_cases, leak_cases, underflow_cases, fault_cases, order_cases,
	thread_cases, context_cases, irq_cases, relaxed_cases, time_cases, tail_cases, key_cases,
	taken_cases, nested_cases, walk_cases;

#endif
