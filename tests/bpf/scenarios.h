/* SPDX-License-Identifier: GPL-2.0-only */
/* Directed tests of the window core: each a short story with its outcome. */
#ifndef PKSTRACE_TESTS_SCENARIOS_H
#define PKSTRACE_TESTS_SCENARIOS_H

struct scenario {
	const char *name;
	void (*run)(void);
};

/* Each table ends with an entry without a name. */
extern const struct scenario pairing_scenarios[];
extern const struct scenario sync_scenarios[];
extern const struct scenario fault_scenarios[];
extern const struct scenario table_scenarios[];
extern const struct scenario kmap_scenarios[]; /* of PKS_COUNT_SOURCE_KMAP, the others of _PGMAP */
extern const struct scenario count_only_scenarios[]; /* for a core that only counts */

extern const struct scenario thread_scenarios[]; /* of PKS_BY_THREAD, the others of _SITE */

/* What most stories are made of. */
#define PAGE(n)	  (0xffffea0000000000ULL + (n)*64ULL)
#define CALLER(n) (0xffffffff81000000ULL + (n)*0x40ULL)

#endif
