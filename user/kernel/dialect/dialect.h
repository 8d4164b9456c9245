/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dialect of this kernel: which of its functions grant and revoke, where faults go,
 * which layout the check was built with, and the facts that the programs need.
 */
#ifndef PKSTRACE_DIALECT_H
#define PKSTRACE_DIALECT_H

#include <stdbool.h>
#include <stdio.h>

#include "abi/settings.h"
#include "kernel/dialect/attach_form.h"
#include "kernel/pkey.h"
#include "kernel/dialect/preemption.h"
#include "util/status.h"

/* The places that programs attach to, by role. */
enum probe {
	/* Grants and revokes, in the order of the programs' forms (bpf/prog/trace.bpf.h). */
	PROBE_GRANT_PAGE,
	PROBE_REVOKE_PAGE,
	PROBE_GRANT_PGMAP,
	PROBE_REVOKE_PGMAP,
	PROBE_GRANT_ARG, /* every call counts; the key is an argument, or there is none */
	PROBE_REVOKE_ARG,
	PROBE_KEY_UPDATE, /* both in one: sets a protection key's rights */
	NR_WINDOW_PROBES,

	PROBE_KEY_FAULT = NR_WINDOW_PROBES,
	PROBE_KEY_CALLBACK, /* V7's form of it */
	PROBE_FAULT_CALLBACK,
	PROBE_PGMAP_GONE,
	PROBE_USER_FAULT,
	PROBE_THREAD_END,
	PROBE_PREEMPTION, /* its model is changed while the kernel runs */
	PROBE_SYSCTL,	  /* an integer of sysctl's is stored: ftrace's switch is one */
	PROBE_KPROBES,	  /* kprobes are switched on or off */
	NR_PROBES,
};

enum fault_mode { FAULT_MODE_UNKNOWN, FAULT_MODE_RELAXED, FAULT_MODE_STRICT };

/* What the user asks for, instead of the first dialect that fits. All NULL: nothing. */
struct dialect_choice {
	const char *name; /* a dialect by its name */
	/* Or a pair of functions of any kind, as FUNC or FUNC:argN. */
	const char *grant;
	const char *revoke;
};

struct dialect {
	const char *name;		 /* "V10", "V8", ...; NULL: no windows on this kernel */
	const char *layout;		 /* "outofline", "inline or partial", ...; "-": has none */
	const char *function[NR_PROBES]; /* kernel function, NULL: not there */
	__u64 entry[NR_PROBES];		 /* its address */
	enum preemption preemption;	 /* when it was probed */
	bool by_address;		 /* a name is not the only one: the address tells */
	enum attach_form attach;	 /* of programs on functions that may be preempted */
	bool cpu_has_pks;
	bool protection_on; /* a protected pgmap can exist */
	enum fault_mode fault_mode;
	struct pkey pkey; /* the pgmaps' */
	struct pks_facts facts;
	__u64 ftrace_switch;	  /* address of the int that is 0 while ftrace is off; 0: none */
	unsigned int page_struct; /* bytes of the kernel's struct page, 0: not known */
	struct btf *btf;	  /* owned; of the running kernel */
};

struct btf;
struct symbols;

/*
 * Finds out about the running kernel; choice may be NULL. Returns 0, or the
 * status to exit with after a line on stderr was printed (quiet: no line, for
 * `check`, which explains by itself): STATUS_USAGE where the choice names nothing
 * that there is. `symbols` stays the caller's.
 */
enum status dialect__probe(struct dialect *d, struct symbols *symbols,
			   const struct dialect_choice *choice, bool quiet);

/* Frees what a probed dialect holds. */
void dialect__close(struct dialect *d);

/* Hands out the dialects that fit this kernel by name and layout, the chosen one first. */
void dialect__each(const struct dialect *d, void (*fn)(const char *name, const char *layout));

/* Its windows are on pgmaps, which have a protection key: pkey_probe__find() finds out which. */
bool dialect__has_pgmaps(const struct dialect *d);

/* The pgmaps have this key. Not found: what depends on it is not judged. */
void dialect__set_pkey(struct dialect *d, const struct pkey *key);

/* What the kernel does with a stray access, as its parameter says now. */
enum fault_mode dialect__fault_mode(const struct dialect *d);

/* "relaxed", "strict" or "unknown". */
const char *fault_mode__name(enum fault_mode mode);

/* Needs a CPU with PKS and protection switched on. */
bool dialect__needs_pks(const struct dialect *d);

/*
 * A file that has to be open, after the attach, for the traced functions to be
 * called at all; the kernel closes it with the process. NULL: they always are.
 */
const char *dialect__switch(const struct dialect *d);

/* Protection faults are seen. */
bool dialect__has_faults(const struct dialect *d);

/* The revoke tells which window it means: wrong-page and out-of-order can be reported. */
bool dialect__has_keys(const struct dialect *d);

/* What is traced, in a few words: "V10, layout outofline, fault mode relaxed". */
void dialect__describe(const struct dialect *d, char *text, size_t size);

/* Hands out each thing that a run can't see here, a sentence a call; none: all is seen. */
void dialect__blind(const struct dialect *d, void (*fn)(void *arg, const char *what), void *arg);

/* True where the kernel has this tracepoint. */
bool dialect__has_tracepoint(const struct dialect *d, const char *name);

/*
 * Which of the functions ftrace lists: to no other can anything be attached. NULL is none.
 * The list is long: ask about all at once. False: it can't be read.
 */
bool dialect__traceable(const char *const functions[], unsigned int nr, bool found[]);

/* True where `name` is one of the traced functions: to trim stacks. */
bool dialect__is_own(const char *name);

/* From now on these two are traced functions as well, in place of an earlier pair; kept. */
void dialect__add_own(const char *grant, const char *revoke);

/* True where the function is the exception entry that stray accesses come through. */
bool dialect__is_fault_entry(const char *name);

#endif
