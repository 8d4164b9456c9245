/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for the numbers of the wire ABI. A class of finding is one row of one table:
 * whatever the rest of the tool does differently for one class than for another is there.
 */
#ifndef PKSTRACE_FINDINGS_CLASS_H
#define PKSTRACE_FINDINGS_CLASS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/tables.h"

/* The stacks that a finding can have, in the order of a report. */
enum finding_role {
	ROLE_ACCESSED, /* the access; for a residue, the one that left the key open */
	ROLE_GRANTED,
	ROLE_REVOKED,
	ROLE_SIBLING, /* another window's grant, or an earlier revoke */
	ROLE_MOMENT,  /* where the thread was when the record was made */
	NR_ROLES,
};

/* Where such a stack comes from. */
enum stack_source {
	STACK_NONE,	    /* findings of this class do not have it */
	STACK_ACCESS,	    /* the record's own: of an exception, at its instruction */
	STACK_FOLLOWED,	    /* the same, from the finding that this one follows from */
	STACK_GRANT,	    /* captured at the window's grant */
	STACK_SIBLING,	    /* captured at the record's other grant or revoke, if it has one */
	STACK_REVOKE,	    /* captured at the window's revoke */
	STACK_WRONG_REVOKE, /* the record's own: the revoke itself is wrong */
	STACK_RECORD,	    /* the record's own, if one was captured */
};

struct class_stack {
	enum stack_source source;
	const char *title;
	const char *remark; /* what this stack is; NULL: what the title says */
};

/* What other_tid of struct pks_finding is. */
enum other_thread {
	OTHER_HOLDS_WINDOW,
	OTHER_IS_NEW, /* the thread that was created */
};

/* An unknown number gives a row whose name is "?". */
struct class_row {
	const char *name;	    /* one word; part of every format */
	const char *meaning;	    /* one line, for reports and --help */
	const char *if_interrupted; /* the same of PKS_ORIGIN_INTERRUPTED; NULL: as above */
	/*
	 * What was seen, in one sentence. Filled in between braces: window, boundary, expected
	 * (what the revoke should have named), other (a thread), who (that thread or interrupt),
	 * whose (another one's), access (Read or Write), address. These bring their own
	 * punctuation or are empty: by (the address of the revoke), held.
	 */
	const char *sentence;
	struct class_stack stack[NR_ROLES];
	enum finding_role
		primary;      /* the stack to blame: names the title, and suppressions match it */
	unsigned int follows; /* CLASS_BIT()s of the classes it can be a consequence of */
	enum other_thread other;
	bool has_cause;	     /* has one of the causes below, and a fault mode */
	bool of_revoke;	     /* the revoke itself is wrong; the count was read before it */
	bool poisons;	     /* with a pgmap count, the thread's next grant will not open access */
	bool doubtful;	     /* in an interrupt it may be the result of a missed call */
	bool unseen_by_stat; /* stat does not find it */
	unsigned int stat_class;    /* what stat counts it as; 0: this class */
	const char *if_interrupt;   /* an extra line if in an interrupt; NULL: none */
	const char *if_not_granted; /* an extra line if no grant is known; NULL: none */
	const char *outcome;	    /* its outcome in a hunt (hunt/outcome.c); NULL: "other" */
};

#define CLASS_BIT(class) (1u << (class))

/* Why an access was stray. */
struct cause_row {
	const char *name;
	const char *meaning;
	const char *of_pgmap;	    /* the same where only the window's pgmap is known */
	const char *if_interrupted; /* and of PKS_ORIGIN_INTERRUPTED; NULL: as above */
	unsigned int follows;	    /* as for a class */
	const char *revoked_title;  /* title of ROLE_REVOKED; NULL: that of the class */
};

/* What the argument of a boundary is. */
enum boundary_of { OF_NOTHING, OF_SYSCALL, OF_FUNCTION };

struct boundary_row {
	const char *name;
	const char *meaning;
	enum boundary_of of;
};

struct word_row {
	const char *name;
	const char *meaning;
};

/* Losses of the loader, in addition to enum pks_loss. */
enum loader_loss {
	LOSS_READ = PKS_NR_LOSSES, /* a table or a record could not be read */
	LOSS_ROOM,		   /* out of memory, or more findings than are kept */
	LOSS_UNTRACED,		   /* of the target something lives on, and is not traced */
	NR_LOSSES,
};

/* Any number is allowed; an unknown one gives "?". */
const struct class_row *class__row(unsigned int class);
const struct cause_row *cause__row(unsigned int cause);
const struct boundary_row *boundary__row(unsigned int boundary);
const struct word_row *context__row(unsigned int context);
const struct word_row *loss__row(unsigned int reason);

/* The number of a name; 0 (PKS_CLASS_NONE, PKS_CAUSE_NONE) if there is none. */
unsigned int class__number(const char *name);
unsigned int cause__number(const char *name);

/* True if a finding can be a consequence of one of class `earlier` on the same thread. */
bool class__may_follow(unsigned int class, unsigned int cause, unsigned int earlier);

/* True if any finding can be a consequence of one of this class. */
bool class__has_consequence(unsigned int class);

/* "leak, slept and residue pass unseen, ..." where windows are only counted. Returns `text`. */
const char *class__stat_words(char *text, size_t size);

#endif
