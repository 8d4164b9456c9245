// SPDX-License-Identifier: GPL-2.0-only
/* The text report: its fixed layout, which others parse, and what each class says. */
#include "report_fixture.h"

#define TAIL " vfs_write+0x10/0x100\n do_syscall_64+0x20/0x100\n"

static void print(struct fixture *f, const struct model_finding *finding)
{
	fixture_print(f, "text", finding);
}

static void assert_has(const struct fixture *f, const char *part)
{
	if (!strstr(f->text, part))
		fail_msg("no \"%s\" in:\n%s", part, f->text);
}

static void assert_lacks(const struct fixture *f, const char *part)
{
	if (strstr(f->text, part))
		fail_msg("\"%s\" in:\n%s", part, f->text);
}

/* Everything of one report, so that a change of the layout is a decision. */
static void test_layout(void **state)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	finding.raw.boundary = PKS_SYSCALL_EXIT;
	finding.raw.arg = 1;
	finding.raw.held = 925500;
	finding.raw.phys = 0x123000;
	print(&f, &finding);
	assert_string_equal(
		f.text,
		"==================================================================\n"
		"[   12.345678] BUG: pkstrace: leak in drv_map+0x10/0x100 [drv]\n"
		"Window on page physical 0x123000 still open at syscall-exit of write(), open for "
		"925.5 us\n"
		"Meaning: a boundary was reached with the window open\n"
		"By worker/42 (tgid 41) on CPU 3, context task; count 1\n"
		"\n"
		"Window granted by:\n"
		" drv_map+0x10/0x100 [drv]\n" TAIL
		"==================================================================\n");
	fixture_close(&f);
}

static void test_stray_access(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_USE_AFTER_REVOKE);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.phys = 0x123000;
	finding.raw.write = 1;
	finding.raw.pkrs = 0x55555554;
	finding.raw.revoked = (struct pks_origin){ .caller = IN_UNMAP, .stack = 2 };
	finding.revoked = (struct model_stack){ .nr = 2, .address = { IN_UNMAP, IN_VFS_WRITE } };
	print(&f, &finding);
	assert_has(&f, "BUG: pkstrace: stray-access in drv_access+0x0/0x100 [drv]\n");
	assert_has(&f, "\nWrite of address 0xff11000047ff8010, page physical 0x123010\n");
	assert_has(&f, "\nCause: use-after-revoke: ");
	assert_has(&f, "\nFault mode relaxed: ");
	assert_has(&f, "; PKRS 0x55555554 (key 1: no access)\n");
	assert_has(&f, "\nAccessed by:\n drv_access+0x0/0x100 [drv]\n" TAIL);
	assert_has(&f, "\nWindow granted by:\n drv_map+0x10/0x100 [drv]\n" TAIL);
	assert_has(&f, "\nWindow revoked by (stack of an earlier call from the same call site):\n"
		       " drv_unmap+0x10/0x100 [drv]\n");
	assert_lacks(&f, "bpf_prog");
	assert_lacks(&f, "asm_exc_page_fault");
	fixture_close(&f);
}

/* Nothing but the instruction is known: it is still reported. */
static void test_no_stack(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED);
	struct dialect strict = fixture_dialect;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	strict.fault_mode = FAULT_MODE_STRICT;
	f.resolver.dialect = &strict;
	finding.raw.nr_stack = 0;
	finding.raw.fatal = 1;
	finding.raw.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
	finding.granted.nr = 0;
	print(&f, &finding);
	assert_has(&f, "\nRead of address 0xff11000047ff8010, an unknown page\n");
	assert_has(&f, "\nAccessed by:\n drv_access+0x0/0x100 [drv]\n===");
	assert_has(&f, "\nFault mode strict: the access was not let through\n");
	assert_lacks(&f, "granted by");
	assert_lacks(&f, "revoked by");
	fixture_close(&f);
}

/* The mode is the kernel's parameter; what became of one access does not tell it. */
static void test_fault_mode(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.fatal = 1;
	print(&f, &finding);
	assert_has(&f, "\nFault mode relaxed: the access was not let through\n");
	fixture_close(&f);
}

/* The rights are those for the page's key, whatever key the windows are on. */
static void test_key_of_the_page(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.pkrs = 0x55555554;
	finding.raw.pkey = 5;
	print(&f, &finding);
	assert_has(&f, "PKRS 0x55555554 (key 5: no access)");
	fixture_close(&f);
}

/* The key was denied, so a saved register that allows it is another context's. */
static void test_pkrs_of_another(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_IRQ_IN_WINDOW);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.context = PKS_HARDIRQ;
	finding.raw.pkrs = 0x55555550;
	print(&f, &finding);
	assert_has(&f, "context hardirq, which interrupted it; count 1");
	assert_has(&f, "; PKRS denied it (the kernel saved 0x55555550, that of the interrupted "
		       "context)\n");
	assert_lacks(&f, "read and write");
	fixture_close(&f);
}

/* "read only" lets a read through, and not a write. */
static void test_pkrs_read_only(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.pkrs = 0x55555558;
	finding.raw.write = 1;
	print(&f, &finding);
	assert_has(&f, "; PKRS 0x55555558 (key 1: read only)\n");
	finding.raw.write = 0;
	print(&f, &finding);
	assert_has(&f, "; PKRS denied it (the kernel saved 0x55555558");
	fixture_close(&f);
}

static void test_underflow(void **state)
{
	struct model_finding finding = fixture_finding(PKS_UNDERFLOW, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_revoke(&finding);
	finding.raw.count = 0;
	print(&f, &finding);
	assert_has(&f, "BUG: pkstrace: underflow in drv_unmap+0x10/0x100 [drv]\n"
		       "Revoke of an unknown page, but this thread has no window\n");
	assert_has(&f, "\nThe next grant of thread 42 is poisoned: ");
	assert_has(&f, "; count 0 before the revoke\n");
	assert_has(&f, "\nRevoked by:\n drv_unmap+0x10/0x100 [drv]\n" TAIL);
	assert_has(&f, "\nWindow granted by (the last window on this page, already closed):\n");
	assert_lacks(&f, "pgmap_set_noaccess");
	fixture_close(&f);
}

static void test_consequence(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_POISONED_GRANT);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.revoked =
		(struct pks_origin){ .caller = IN_UNMAP, .stack = 2, .flags = PKS_STACK_EXACT };
	finding.revoked = (struct model_stack){ .nr = 1, .address = { IN_UNMAP } };
	finding.follows = (struct model_link){ .time = 12000000000,
					       .place = IN_UNMAP,
					       .class = PKS_UNDERFLOW };
	print(&f, &finding);
	assert_has(&f, "\nFollows from: the underflow at [   12.000000] in "
		       "drv_unmap+0x10/0x100 [drv]\n");
	assert_has(&f, "\nPoisoned by the revoke (underflow) in:\n drv_unmap+0x10/0x100 [drv]\n");
	fixture_close(&f);
}

static void test_residue(void **state)
{
	struct model_finding finding = fixture_finding(PKS_RESIDUE, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	finding.raw.granted = (struct pks_origin){ .stack = PKS_NO_STACK };
	finding.granted.nr = 0;
	finding.raw.boundary = PKS_SYSCALL_EXIT;
	print(&f, &finding);
	assert_has(&f, "residue in an unknown function\n");
	finding.follows =
		(struct model_link){ .time = 12000000000,
				     .place = IN_ACCESS,
				     .class = PKS_STRAY_ACCESS,
				     .stack = { .nr = 2, .address = { IN_ACCESS, IN_VFS_WRITE } } };
	print(&f, &finding);
	assert_has(&f, "residue in drv_access+0x0/0x100 [drv]\nNo window is open, but the key is, "
		       "at syscall-exit of read()\n");
	assert_has(&f, "\nKey opened by the stray access:\n drv_access+0x0/0x100 [drv]\n"
		       " vfs_write+0x10/0x100\n===");
	fixture_close(&f);
}

/* The page that should have been named is shown by its distance in the array of struct pages. */
static void test_wrong_page(void **state)
{
	struct model_finding finding = fixture_finding(PKS_WRONG_PAGE, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_revoke(&finding);
	finding.raw.phys = 0x123000;
	finding.raw.key = 0xffd4000000001040;
	finding.raw.key2 = 0xffd4000000000fc0;
	print(&f, &finding);
	assert_has(&f, "Revoke of page physical 0x123000; the newest window is on page physical "
		       "0x121000\n");
	assert_has(&f, "\nWindow granted by (the newest window):\n");
	finding.raw.key2 = 0;
	finding.raw.class = PKS_OUT_OF_ORDER;
	print(&f, &finding);
	assert_has(&f, "the newest window is on another page\n");
	fixture_close(&f);
}

static void test_other_thread(void **state)
{
	struct model_finding finding = fixture_finding(PKS_CROSS_THREAD, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_revoke(&finding);
	finding.raw.count = 0;
	finding.raw.other_tid = 77;
	print(&f, &finding);
	assert_has(&f, "\nThe window is held by thread 77\n");
	assert_has(&f, "\nThe next grant of thread 42 is poisoned: ");
	fixture_close(&f);
}

/* What an interrupt takes is the count of the thread that it hit; nothing is poisoned. */
static void test_interrupted(void **state)
{
	struct model_finding finding = fixture_finding(PKS_CROSS_THREAD, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_revoke(&finding);
	finding.raw.context = PKS_SOFTIRQ;
	finding.raw.revoked.flags = PKS_ORIGIN_INTERRUPTED;
	finding.raw.pkrs = 0x55555554;
	print(&f, &finding);
	assert_has(&f, ", a window of the thread that this softirq interrupted\n");
	assert_has(&f, "\nThe interrupt's exit restores the thread's key, open with no window");
	assert_lacks(&f, "poisoned");
	assert_lacks(&f, "another thread");
	fixture_close(&f);

	/* Run by the thread itself, with its own register: nothing is restored. */
	fixture_open(&f);
	finding.raw.pkrs = 0x55555550;
	print(&f, &finding);
	assert_lacks(&f, "restores");
	fixture_close(&f);
}

/* The idle tasks share a number; which one it is, its CPU tells. */
static void test_idle_task(void **state)
{
	struct model_finding finding = fixture_finding(PKS_UNDERFLOW, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_revoke(&finding);
	finding.raw.context = PKS_HARDIRQ;
	finding.raw.count = 0;
	finding.raw.tid = 0;
	finding.raw.cpu = 3;
	print(&f, &finding);
	assert_has(&f, ", but this interrupt has no window");
	assert_has(&f, "\nThe next grant of the idle task of CPU 3 is poisoned: ");
	fixture_close(&f);
}

/* Where windows have no page, the cause is that of the device, and says so. */
static void test_cause_by_device(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_USE_AFTER_REVOKE);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.granted.flags = PKS_ORIGIN_OF_PGMAP;
	print(&f, &finding);
	assert_has(&f, "this thread's last window on this device was closed; "
		       "whether on this page is not known\n");
	assert_lacks(&f, "had closed its window on it");
	fixture_close(&f);
}

static void test_moments(void **state)
{
	struct model_finding finding = fixture_finding(PKS_INHERITED, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	finding.raw.other_tid = 77;
	finding.raw.nr_stack = 1;
	finding.raw.stack[0] = IN_SYSCALL;
	print(&f, &finding);
	assert_has(&f, " was open when thread 77 was created\n");
	assert_has(&f, "\nThread created by:\n do_syscall_64+0x20/0x100\n");
	finding.raw.class = PKS_SLEPT;
	print(&f, &finding);
	assert_has(&f, "\nSwitched out by:\n do_syscall_64+0x20/0x100\n");
	fixture_close(&f);
}

static void test_unsure(void **state)
{
	struct model_finding finding = fixture_finding(PKS_LEAK, 0);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	finding.raw.unsure = 1;
	finding.raw.granted.caller = 0;
	finding.granted.nr = 0;
	print(&f, &finding);
	assert_has(&f, "leak in an unknown function\n");
	assert_has(&f, "\nIt was granted before the trace began, or the grant was missed\n");
	assert_has(&f, "\nUnsure: ");
	fixture_close(&f);
}

/* A file that no process holds; none has this device. */
static void test_file(void **state)
{
	struct model_finding finding = fixture_finding(PKS_STRAY_ACCESS, PKS_NEVER_GRANTED);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_access(&finding);
	finding.raw.phys = 0x123000;
	finding.raw.ino = 12;
	finding.raw.index = 3;
	finding.raw.dev = 4094u << 20 | 99999;
	print(&f, &finding);
	assert_has(&f, ", page 3 of a file that no process has open (inode 12 on 4094:99999)\n");
	fixture_close(&f);
}

static void test_summary_clean(void **state)
{
	struct model m = {};
	struct fixture f;

	(void)state;
	fixture_open(&f);
	fixture_summary(&f, "text", &m, 1.5, false);
	assert_string_equal(
		f.text,
		"\npkstrace: 0 windows granted, 0 closed, 0 open, 0 protection faults in "
		"1.5 s\npkstrace: no findings; complete: nothing was lost, but no window was "
		"opened: nothing was tested\n");
	fixture_close(&f);
}

static void test_summary_losses(void **state)
{
	struct model m = {};
	struct fixture f;

	(void)state;
	fixture_open(&f);
	model__add_loss(&m, 0, PKS_LOST_RING, 10);
	model__add_loss(&m, 1, PKS_LOST_RING, 2);
	model__add_skipped(&m, "grant_page", 4);
	model__add_skipped(&m, "on_key_fault", 1);
	m.lost[PKS_LOST_SITE] = 6;
	fixture_summary(&f, "text", &m, 1, false);
	assert_has(&f, "\nLOST: ring full: 12 findings not delivered (cpu0 10, cpu1 2)\n");
	assert_has(&f, "\nLOST: recursion refused: 5 probe hits skipped by the kernel "
		       "(grant_page 4, on_key_fault 1)\n");
	assert_has(&f, "\nLOST: call-site table full: 6 events counted as \"other\"\n");
	assert_has(&f, "\npkstrace: no findings; INCOMPLETE: ");
	model__free(&m);
	fixture_close(&f);
}

/* One suppression used, one not; what is hidden is neither listed nor in the verdict. */
static void test_summary_suppressed(void **state)
{
	char path[] = "/tmp/pkstrace-supp-XXXXXX";
	static const char blocks[] = "{\nknown\nleak\n}\n{\nidle\nslept\n}\n";
	struct model m = { .found = { [PKS_LEAK] = 5, [PKS_UNDERFLOW] = 1 } };
	struct model_finding leak = fixture_finding(PKS_LEAK, 0),
			     underflow = fixture_finding(PKS_UNDERFLOW, 0), *added;
	struct suppress *s = suppress__new();
	int fd = mkstemp(path);
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(write(fd, blocks, strlen(blocks)), (ssize_t)strlen(blocks));
	close(fd);
	assert_int_equal(suppress__load(s, path), STATUS_CLEAN);
	unlink(path);
	underflow.raw.fold = 8;
	fixture_revoke(&underflow);
	model__add_finding(&m, &leak.raw, &leak.granted, &leak.revoked, &added);
	added->suppressed = 1;
	added->count = 5;
	model__add_finding(&m, &underflow.raw, &leak.granted, &leak.revoked, &added);
	model__count_suppressed(&m);
	f.resolver.suppress = s;
	fixture_summary(&f, "text", &m, 1, false);
	assert_has(&f, "\nSuppressions:\n    USED  NAME\n       5  known (/tmp/pkstrace-supp-");
	assert_has(&f, "       0  idle (/tmp/pkstrace-supp-");
	assert_has(&f, ":5): never used\n");
	assert_has(&f, "underflow in drv_unmap+0x10/0x100 [drv]\n");
	assert_lacks(&f, "leak in");
	assert_has(&f, "\npkstrace: 1 finding (1 underflow); complete: nothing was lost; "
		       "5 suppressed\n");
	suppress__free(s);
	model__free(&m);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_stray_access),
		cmocka_unit_test(test_no_stack),
		cmocka_unit_test(test_fault_mode),
		cmocka_unit_test(test_key_of_the_page),
		cmocka_unit_test(test_pkrs_of_another),
		cmocka_unit_test(test_pkrs_read_only),
		cmocka_unit_test(test_underflow),
		cmocka_unit_test(test_consequence),
		cmocka_unit_test(test_residue),
		cmocka_unit_test(test_wrong_page),
		cmocka_unit_test(test_other_thread),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_idle_task),
		cmocka_unit_test(test_cause_by_device),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_summary_clean),
		cmocka_unit_test(test_summary_losses),
		cmocka_unit_test(test_summary_suppressed),
	};

	return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
