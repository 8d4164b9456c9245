/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own fault injection (Documentation/fault-injection). It reaches what no
 * program may fail, one failure at a time, through fail-nth of a thread.
 */
#ifndef PKSTRACE_KERNEL_FAULT_INJECTION_H
#define PKSTRACE_KERNEL_FAULT_INJECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/error_injection.h"
#include "abi/inject.h"
#include "util/guardian.h"
#include "util/status.h"

struct symbols;

enum fault_choice {
	FAULTS_AUTO, /* only what the error-injection list does not reach */
	FAULTS_ALL,
	FAULTS_NONE,
};

struct hunt_faults {
	bool used[PKS_FAULTS];
	uint64_t attr[PKS_FAULTS]; /* address of the attribute */
	struct pks_range asks;	   /* the function that decides */
	const char *function;	   /* its name; NULL: no fault injection here */
	struct guardian *guardian; /* restores what is changed */
	char armed[64];		   /* the fail-nth file set last; "": none */
};

/*
 * Finds out what there is, and changes the settings that keep ordinary allocations out of it,
 * until the guardian's end. Returns STATUS_CANNOT after printing one line.
 */
enum status hunt_faults__open(struct hunt_faults *f, struct symbols *symbols,
			      const struct injectables *list, enum fault_choice choice,
			      struct guardian *guardian);

/* "fail_usercopy", ...; and what a call returns if it fails that way. */
const char *hunt_faults__name(unsigned int fault);
long hunt_faults__error(unsigned int fault);

/*
 * For a thread that is about to stop: waits until it has, arms its nth opportunity, and lets
 * it continue. Returns 0 or a negative errno.
 */
int hunt_faults__arm(struct hunt_faults *f, pid_t tgid, pid_t tid, unsigned int nth);

/* The run of that thread has ended. */
void hunt_faults__disarm(struct hunt_faults *f);

#endif
