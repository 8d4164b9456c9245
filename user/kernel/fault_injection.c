// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/fault_injection.h"
#include "kernel/symbols/ksyms.h"
#include "util/proc_stat.h"

#define DEBUGFS "/sys/kernel/debug/"

/*
 * The attributes of 6.1, by the variable that begins with the attribute; what
 * does the same on the error-injection list; and the knobs without which GFP_KERNEL
 * allocations, or all of a disk's requests, are no chance to fail at all.
 */
static const struct {
	const char *name;
	const char *injectable;
	long error;
	struct {
		const char *path, *value;
	} knobs[3];
} faults[PKS_FAULTS] = {
	{ "fail_usercopy", NULL, -EFAULT, {} },
	{ "failslab", "should_failslab", -ENOMEM, { { DEBUGFS "failslab/ignore-gfp-wait", "N" } } },
	{ "fail_page_alloc",
	  "should_fail_alloc_page",
	  -ENOMEM,
	  { { DEBUGFS "fail_page_alloc/ignore-gfp-wait", "N" },
	    { DEBUGFS "fail_page_alloc/ignore-gfp-highmem", "N" },
	    { DEBUGFS "fail_page_alloc/min-order", "0" } } },
	{ "fail_make_request", "should_fail_bio", -EIO, { { "/sys/block/*/make-it-fail", "1" } } },
};

const char *hunt_faults__name(unsigned int fault)
{
	return fault < PKS_FAULTS ? faults[fault].name : "?";
}

long hunt_faults__error(unsigned int fault)
{
	return fault < PKS_FAULTS ? faults[fault].error : 0;
}

/* --- knobs --------------------------------------------------------------- */

/* A kernel that lacks a knob has nothing to keep allocations out of it. */
static int fault__turn_knobs(unsigned int fault, struct guardian *guardian)
{
	int err = 0;

	for (size_t i = 0; i < 3 && faults[fault].knobs[i].path; i++) {
		glob_t found;

		if (glob(faults[fault].knobs[i].path, 0, NULL, &found))
			continue;
		for (size_t n = 0; n < found.gl_pathc && (!err || err == -ENOENT); n++)
			err = guardian__set(guardian, found.gl_pathv[n],
					    faults[fault].knobs[i].value);
		globfree(&found);
	}
	return err == -ENOENT ? 0 : err;
}

/* --- what there is ------------------------------------------------------- */

static bool fault__chosen(unsigned int fault, const struct injectables *list,
			  enum fault_choice choice)
{
	const char *same = faults[fault].injectable;

	if (choice == FAULTS_NONE)
		return false;
	return choice == FAULTS_ALL || !same || !injectables__find(list, same);
}

enum status hunt_faults__open(struct hunt_faults *f, struct symbols *symbols,
			      const struct injectables *list, enum fault_choice choice,
			      struct guardian *guardian)
{
	/* The first is what 6.1 has; before it there was only the second. */
	static const char *const askers[] = { "should_fail_ex", "should_fail" };
	struct symbol symbol;
	int err = 0;

	*f = (struct hunt_faults){ .guardian = guardian };
	if (choice == FAULTS_NONE || access("/proc/self/fail-nth", W_OK))
		return STATUS_CLEAN;
	for (size_t i = 0; i < 2 && !f->asks.entry; i++) {
		f->function = askers[i];
		f->asks.entry = symbols__address(symbols, askers[i]);
	}
	if (!f->asks.entry || symbols__find(symbols, f->asks.entry, 0, &symbol)) {
		f->function = NULL;
		return STATUS_CLEAN;
	}
	f->asks.end = f->asks.entry + symbol.size;
	for (unsigned int i = 0; !err && i < PKS_FAULTS; i++) {
		if (!fault__chosen(i, list, choice))
			continue;
		f->attr[i] = symbols__address(symbols, faults[i].name);
		f->used[i] = f->attr[i] != 0;
		if (f->used[i])
			err = fault__turn_knobs(i, guardian);
	}
	if (!err)
		return STATUS_CLEAN;
	return status__say(STATUS_CANNOT,
			   "can't set up the kernel's own fault injection: %s; "
			   "--kernel-faults=none does without",
			   strerror(-err));
}

/* --- one failure --------------------------------------------------------- */

static bool thread__stopped(pid_t tgid, pid_t tid)
{
	struct proc_stat stat;

	return proc_stat__read(tgid, tid, &stat) && stat.state == 'T';
}

int hunt_faults__arm(struct hunt_faults *f, pid_t tgid, pid_t tid, unsigned int nth)
{
	const struct timespec pause = { .tv_nsec = 500000 };
	char text[16];
	int err;

	for (int i = 0; !thread__stopped(tgid, tid); i++) {
		if (i == 2000)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	hunt_faults__disarm(f);
	snprintf(f->armed, sizeof(f->armed), "/proc/%d/task/%d/fail-nth", tgid, tid);
	snprintf(text, sizeof(text), "%u", nth);
	err = guardian__set_until(f->guardian, f->armed, text, "0");
	if (kill(tgid, SIGCONT) && !err)
		err = -errno;
	return err;
}

/* The thread has gone, for its run has ended; its number may be another one's by the end. */
void hunt_faults__disarm(struct hunt_faults *f)
{
	if (f->armed[0])
		guardian__forget(f->guardian, f->armed);
	f->armed[0] = 0;
}
