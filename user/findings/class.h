/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the wire ABI numbers, in words. A class of finding is one row of one table: all
 * that the rest of the tool does differently for one class than for another stands there.
 */
#ifndef PKSTRACE_FINDINGS_CLASS_H
#define PKSTRACE_FINDINGS_CLASS_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/tables.h"

/* The stacks that a finding can have, in the order in which reports show them. */
enum finding_role {
	ROLE_ACCESSED, /* the access; of a residue, the one that left the key open */
	ROLE_GRANTED,
	ROLE_REVOKED,
	ROLE_MOMENT, /* where the thread was when the record was made */
	NR_ROLES,
};

/* Where such a stack comes from. */
enum stack_source {
	STACK_NONE,	    /* findings of this class do not have it */
	STACK_ACCESS,	    /* the record's own: an exception's, at its instruction */
	STACK_FOLLOWED,	    /* the same, of the finding that this one follows from */
	STACK_GRANT,	    /* the window's, as its grant was captured */
	STACK_REVOKE,	    /* the window's, as its revoke was captured */
	STACK_WRONG_REVOKE, /* the record's own: the revoke itself is what is wrong */
	STACK_RECORD,	    /* the record's own, where one was captured */
};

struct class_stack {
	enum stack_source source;
	const char *title;
	const char *remark; /* what this stack is here; NULL: what the title says */
};

/* What struct pks_finding's other_tid is. */
enum other_thread {
	OTHER_HOLDS_WINDOW,
	OTHER_IS_NEW, /* the thread that was created */
};

/* A row without a name stands for a number that is not known: its name is "?". */
struct class_row {
	const char *name;    /* one word; part of every format */
	const char *meaning; /* one line, for reports and --help */
	/*
	 * What was seen, in one sentence. In braces: window, boundary, expected (what the
	 * revoke should have named), other (a thread), access (Read or Write), address; and
	 * what brings its own punctuation or is empty: "by" (the revoke's address), held.
	 */
	const char *sentence;
	struct class_stack stack[NR_ROLES];
	enum finding_role primary; /* the stack to blame: gives the title and is suppressed by */
	unsigned int follows;	   /* classes (CLASS_BIT) that it can be a consequence of */
	enum other_thread other;
	bool has_cause;		  /* it has one of the causes below, and a fault mode */
	bool of_revoke;		  /* the revoke itself is wrong; the count is the one before it */
	bool poisons;		  /* the thread's next grant opens nothing, by the pgmap's count */
	bool doubtful;		  /* in an interrupt it may come from a call that was not seen */
	bool unseen_by_stat;	  /* counting alone does not find it */
	unsigned int stat_class;  /* the class that counting alone takes it for; 0: this one */
	const char *if_interrupt; /* a line for those in an interrupt; NULL: none */
	const char *if_not_granted; /* a line where no grant is known; NULL: none */
	const char *outcome;	    /* hunt's word for it (hunt/outcome.c); NULL: "other" */
};

#define CLASS_BIT(class) (1u << (class))

/* Why an access was stray. */
struct cause_row {
	const char *name;
	const char *meaning;
	unsigned int follows;	   /* as a class's */
	const char *revoked_title; /* of ROLE_REVOKED, in place of the class's; NULL: that */
};

/* What a boundary's argument is. */
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

/* What is lost on the loader's side, beside enum pks_loss. */
enum loader_loss {
	LOSS_READ = PKS_NR_LOSSES, /* the kernel did not let us read what it has */
	LOSS_ROOM,		   /* no memory, or more findings than are kept */
	NR_LOSSES,
};

/* All take any number; one that is not known gives "?". */
const struct class_row *class__row(unsigned int class);
const struct cause_row *cause__row(unsigned int cause);
const struct boundary_row *boundary__row(unsigned int boundary);
const struct word_row *context__row(unsigned int context);
const struct word_row *loss__row(unsigned int reason);

/* The number of a name, 0 (PKS_CLASS_NONE, PKS_CAUSE_NONE) where there is none of that name. */
unsigned int class__number(const char *name);
unsigned int cause__number(const char *name);

/* True where a finding can be a consequence of one of class `earlier`, in the same thread. */
bool class__may_follow(unsigned int class, unsigned int cause, unsigned int earlier);

/* True where any finding can be a consequence of one of this class. */
bool class__has_consequence(unsigned int class);

/* "leak, slept and residue pass unseen, ..." where windows are only counted. Returns `text`. */
const char *class__stat_words(char *text, size_t size);

#endif
