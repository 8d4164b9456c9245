// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a tracer must report where it has another view than the tables of the
 * cases: those hold for one that sees each protected page. In debugfs:
 *
 *	expected_by_dialect	one line a case that differs: name of the view, then as in cases
 *
 *	pgmap	protected windows, but which page is not known
 *	keys	whether a key is open, and no windows: nested ones are one
 *	counted	the same where the kernel below counts windows: the last one closes the key
 *	kmap	every page that is mapped, protected or not; no protection
 *
 * What is in none is as in cases, less what the view can't show by its
 * nature (a fault where there is no protection).
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include "bugs.h"

struct view {
	const char *name;
	const char *of; /* the case */
	struct finding expect[MAX_FINDINGS];
};

/* clang-format off */
#define REVOKE(CLASS, GRANT, FN) { .class = CLASS, .granted = GRANT, .revoked = FN }
/* clang-format on */

static const struct view expected_by_dialect[] = {
	/* The second revoke closes the inner window: it is the outer one that leaks. */
	{ "pgmap", "leak-goto-order", { LEAK("syscall-exit", "unwind") } },
	{ "keys", "leak-goto-order", { LEAK("syscall-exit", "unwind") } },

	/* A key is open or it is not: whoever closes it first, closes it. */
	{ "keys", "nested-inner-forgets", { { 0 } } },
	{ "keys", "nested-outer-forgets", { { 0 } } },
	{ "keys", "nested-helper-forgets", { { 0 } } },
	{ "counted", "nested-inner-forgets", { LEAK("syscall-exit", "outer_uses") } },
	{ "counted", "nested-outer-forgets", { LEAK("syscall-exit", "outer_uses") } },
	{ "counted", "nested-helper-forgets", { LEAK("syscall-exit", "get_outer") } },
	/* An interrupt has a register of its own: what it closes, the thread still has open. */
	{ "keys", "timer-closes", { LEAK("syscall-exit", "submit_map") } },
	{ "keys", "timer-closes-too", { LEAK("syscall-exit", "submit_map") } },
	{ "keys", "hrtimer-closes", { LEAK("syscall-exit", "submit_map") } },
	{ "keys", "tasklet-closes", { LEAK("syscall-exit", "submit_map") } },
	/* All keys are windows there. */
	{ "keys", "other-key", { STRAY("never-granted", "copy_from_kernel_nofault") } },

	/* The wrong address is in a page that has no window, whatever page it is. */
	{ "kmap",
	  "leak-wrong-variable",
	  { REVOKE("out-of-order", "leak_copy_map", "copy_pages"),
	    REVOKE("wrong-page", "leak_copy_map", "copy_pages") } },
	{ "kmap", "leak-advanced", { REVOKE("wrong-page", "leak_advanced_map", "leak_advanced") } },
	{ "kmap", "leak-argument", { REVOKE("wrong-page", "leak_argument_map", "leak_argument") } },
	/* Nothing is poisoned: the innocent's window is open, and stays so. */
	{ "kmap",
	  "underflow-poison",
	  { UNDERFLOW("culprit_unmap"), LEAK("syscall-exit", "innocent_map") } },
	/* Every way to map a page counts, and none is left out. */
	{ "kmap", "folio-window", { { 0 } } },
	/* The child has not mapped what its parent has. */
	{ "kmap", "fork-in-window", { REVOKE("cross-thread", "fork_map", "child_unmap") } },
};

static int expected_by_dialect_show(struct seq_file *m, void *v)
{
	const struct view *view;

	for (view = expected_by_dialect;
	     view < expected_by_dialect + ARRAY_SIZE(expected_by_dialect); view++) {
		seq_printf(m, "%s\t%s", view->name, view->of);
		show_findings(m, view->expect);
		seq_putc(m, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(expected_by_dialect);

/* Adds the file to @dir; the caller removes @dir with all in it. */
void expected_by_dialect_init(struct dentry *dir)
{
	debugfs_create_file("expected_by_dialect", 0444, dir, NULL, &expected_by_dialect_fops);
}
