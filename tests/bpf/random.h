/* SPDX-License-Identifier: GPL-2.0-only */
/* Random events through the core and through the reference model, compared. */
#ifndef PKSTRACE_TESTS_RANDOM_H
#define PKSTRACE_TESTS_RANDOM_H

enum random_kind {
	RANDOM_EXACT,  /* all events seen, every sort of bug: findings as the model's */
	RANDOM_MISSES, /* no bugs, some events not seen: no finding at all */
	RANDOM_WILD,   /* both: only the invariant */
	NR_RANDOM_KINDS,
};

const char *random__name(enum random_kind kind);
/*
 * Runs about that many events, in rounds of their own seed. Of a round that fails as few
 * steps as still fail are printed, event by event. Returns events driven.
 */
unsigned long random__run(enum random_kind kind, unsigned long seed, unsigned long events);

/*
 * The number of steps that are left of a round which fails, as the model is a wrong one; 0: it
 * did not fail.
 */
unsigned int random__shortest(unsigned long seed);

#endif
